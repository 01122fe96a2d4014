/** Puts the answer to one challenge in its place, by the way that the settings name, and takes it away again. */
import { randomInt } from 'node:crypto';
import { runDnsHook, type DnsRecordChange } from '#clients/acme/dns-hook';
import type { Clock } from '#clock';
import { dnsChallengeValue } from '#protocol/acme/jws';
import type { Resolver } from '#protocol/dns/resolver';
import type { AcmeSettings, ChallengeSettings } from './acme-settings.ts';
import type { Challenges } from './challenges.ts';
import { OrderFailed, type AcmeStep } from './order-steps.ts';
import { waitForRecord } from './wait-for-record.ts';

export interface AnswerContext {
  readonly settings: AcmeSettings;
  readonly challenges: Pick<Challenges, 'put' | 'remove'>;
  readonly resolver: Resolver;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly tell: (step: AcmeStep) => void;
}

export interface ChallengeToAnswer {
  /** Without the `*.` of a wildcard. */
  readonly name: string;
  readonly token: string;
  readonly keyAuthorization: string;
}

/** Takes the answer away; never fails. */
export type Withdraw = () => Promise<void>;

/** @throws OrderFailed */
export async function answerChallenge(
  context: AnswerContext,
  challenge: ChallengeToAnswer,
): Promise<Withdraw> {
  const { name, token } = challenge;
  const { challenges, settings, tell } = context;
  const way = settings.challenge;
  if (way.type === 'dns-01') return answerByDns(context, way, challenge);
  const stored = { type: way.type, ...challenge };
  await challenges.put(stored);
  if (way.type === 'http-01') {
    const url = `http://${name}/.well-known/acme-challenge/${token}`;
    tell({ step: 'answer-http', name, url, rfc: 'RFC 8555 §8.3' });
  } else {
    tell({ step: 'answer-tls', name, rfc: 'RFC 8737 §3' });
  }
  // what is left behind is forgotten after an hour
  return () => challenges.remove(stored).catch(() => {});
}

async function answerByDns(
  { tell, resolver, clock, signal }: AnswerContext,
  { hook, patience, port }: Extract<ChallengeSettings, { type: 'dns-01' }>,
  { name: domain, keyAuthorization }: ChallengeToAnswer,
): Promise<Withdraw> {
  const name = `_acme-challenge.${domain}`;
  const value = dnsChallengeValue(keyAuthorization);
  const change = (action: DnsRecordChange['action'], until: AbortSignal) =>
    runDnsHook(hook, { action, name, value, domain }, until);
  const withdraw = async (): Promise<void> => {
    // an order that was stopped cleans up too
    const ended = await change('remove', AbortSignal.timeout(hook.timeout));
    if (ended.kind === 'failed') tell({ step: 'hook-not-removed', name, text: ended.text });
  };
  const added = await change('add', signal);
  if (added.kind === 'failed') {
    throw new OrderFailed({ cause: 'hook-failed', text: added.text, name: domain });
  }
  tell({ step: 'answer-dns', name, value, rfc: 'RFC 8555 §8.4' });
  const begun = clock.monotonic();
  const randomId = (): number => randomInt(0x1_0000);
  const wait = { resolver, clock, randomId, name, value, patience, port, signal };
  try {
    const seen = await waitForRecord(wait);
    if (seen.kind === 'not-seen') {
      throw new OrderFailed({ cause: 'not-propagated', text: seen.text, name: domain });
    }
    const seconds = Math.round((clock.monotonic() - begun) / 1000);
    tell({ step: 'dns-seen', name, servers: seen.servers, seconds });
  } catch (error) {
    await withdraw();
    throw error;
  }
  return withdraw;
}

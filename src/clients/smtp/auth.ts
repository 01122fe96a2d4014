/**
 * AUTH with a smarthost (RFC 4954): the strongest mechanism that both know, under TLS only. A refusal is always
 * `deferred`, whatever its code: our credentials are the operator's to mend, and no mail must bounce for them.
 */
import { base64, decodeBase64 } from '#bytes';
import { SECRET } from '#protocol/smtp/dialogue';
import { NO_CHANNEL_BINDINGS, type ChannelBindings } from '#protocol/sasl/channel-binding';
import { startSaslClient } from '#protocol/sasl/client';
import type { ClientCredentials, ClientStep } from '#protocol/sasl/client-step';
import { chooseMechanism } from '#protocol/sasl/mechanisms';
import { saltPassword } from '#protocol/sasl/scram-keys';
import type { ReadResult, SmtpConnection } from './connection.ts';
import type { Cause, Deferred } from './outcome.ts';
import { deferred, networkFailure, notSmtp, statusOf } from './status.ts';

export interface AuthOptions {
  readonly credentials: ClientCredentials;
  /** The AUTH line of EHLO, as it came. */
  readonly offered: readonly string[];
  /** Undefined: the connection is in clear. */
  readonly bindings: ChannelBindings | undefined;
  /** Passwords may cross in clear: for a peer on the same machine only. */
  readonly allowClear: boolean;
  /** 18 random octets or more, of this exchange alone. */
  readonly nonce: Uint8Array;
  /** Milliseconds for each reply. */
  readonly timeoutMs: number;
}

/** Undefined: authenticated. Otherwise the connection is of no more use. */
export async function authenticate(
  connection: SmtpConnection,
  options: AuthOptions,
): Promise<Deferred | undefined> {
  const { offered, bindings = NO_CHANNEL_BINDINGS, allowClear } = options;
  const tls = options.bindings !== undefined;
  if (!tls && !allowClear) return refused('needs-tls', 'AUTH is used only under TLS');
  if (offered.length === 0) return refused('not-offered', 'the peer does not offer AUTH');
  const channelBinding = Object.keys(bindings).length > 0;
  const mechanism = chooseMechanism(offered, { tls: true, channelBinding });
  if (mechanism === undefined) {
    return refused('no-common-mechanism', `the peer offers ${offered.join(' ')}`);
  }
  const { nonce, credentials, timeoutMs } = options;
  const first = await derived(
    startSaslClient(mechanism, credentials, { offered, bindings, nonce }),
  );
  if (first.kind === 'failure') return refused('mechanism-failed', first.detail);
  const command = `AUTH ${mechanism}`;
  connection.hideChallenges = true;
  try {
    if (first.kind === 'listen') {
      return await exchange(connection, first, await connection.ask(command, timeoutMs), timeoutMs);
    }
    // RFC 4954 §4: an empty initial response is a single "=".
    const initial = first.data.length === 0 ? '=' : base64(first.data);
    const shown = `${command} ${SECRET}`;
    const answer = await connection.ask(`${command} ${initial}`, timeoutMs, shown);
    return await exchange(connection, first, answer, timeoutMs);
  } finally {
    connection.hideChallenges = false;
  }
}

type SettledStep = Exclude<ClientStep, { kind: 'derive-key' }>;

async function exchange(
  connection: SmtpConnection,
  first: Exclude<SettledStep, { kind: 'failure' }>,
  answer: ReadResult,
  timeoutMs: number,
): Promise<Deferred | undefined> {
  let step = first;
  let result = answer;
  for (;;) {
    if (result.kind === 'network') return networkFailure('auth', result);
    if (result.kind === 'not-smtp') return notSmtp('auth', result.reason, result.line);
    const { reply } = result;
    if (reply.code === 235) {
      if (step.kind === 'respond' && step.complete) return undefined;
      return refused('mechanism-failed', 'the peer says success before it has proved who it is');
    }
    if (reply.code !== 334) return refusedReply(reply);
    const challenge = decodeBase64(reply.lines[0]!.trim());
    const next = challenge === undefined ? MALFORMED : await derived(step.next(challenge));
    if (next.kind === 'failure') {
      // RFC 4954 §4: "*" cancels; what the peer says to it no longer matters.
      connection.command('*');
      return refused('mechanism-failed', next.detail);
    }
    step = next;
    if (next.kind === 'listen') return refused('mechanism-failed', 'nothing to answer');
    result = await connection.ask(base64(next.data), timeoutMs, SECRET);
  }
}

const MALFORMED: SettledStep = {
  kind: 'failure',
  reason: 'malformed',
  detail: 'challenge is not base64',
};

async function derived(step: ClientStep): Promise<SettledStep> {
  let current = step;
  while (current.kind === 'derive-key') {
    const { password, salt, iterations } = current;
    current = current.next(await saltPassword(password, salt, iterations));
  }
  return current;
}

function refusedReply(reply: Parameters<typeof statusOf>[0]): Deferred {
  const status = reply.code < 500 && reply.code >= 400 ? statusOf(reply, 'auth') : '4.7.8';
  return deferred('auth', status, { kind: 'reply', reply });
}

function refused(reason: Extract<Cause, { kind: 'auth' }>['reason'], detail: string): Deferred {
  return deferred('auth', '4.7.8', { kind: 'auth', reason, detail });
}

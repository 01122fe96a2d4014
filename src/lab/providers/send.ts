/** One attempt to send a letter of a provider: where it goes by the DNS, and production's own SMTP client from the provider's address. */
import type { Dialer } from '#clients/smtp/dial';
import { SMTP_CLIENT_LIMITS, type SmtpClientLimits } from '#clients/smtp/limits';
import { openSession } from '#clients/smtp/open-session';
import type { RecipientOutcome } from '#clients/smtp/outcome';
import { route } from '#mail/queue/route';
import { parseMailbox } from '#protocol/address/path';
import type { Resolver } from '#protocol/dns/resolver';
import { replyText } from '#protocol/smtp/reply';
import type { Outgoing } from '#store/lab/provider-outbox';

export interface SendParts {
  readonly resolver: Resolver;
  readonly dialer: Dialer;
  readonly monotonic: () => number;
  readonly randomBytes: (octets: number) => Uint8Array;
  /** How the provider calls itself, and the address it sends from. */
  readonly heloName: string;
  readonly localAddress: string;
}

export interface Sent {
  readonly kind: 'sent' | 'later' | 'failed';
  /** What was said last. */
  readonly said: string;
  /** How TLS went with the host that was reached. */
  readonly tls?: TlsSeen;
}

export interface TlsSeen {
  readonly host: string;
  readonly address: string;
  readonly failure: string | undefined;
}

/** Hosts on this machine answer at once, or not at all. */
const LIMITS: SmtpClientLimits = {
  ...SMTP_CLIENT_LIMITS,
  connectMs: 5000,
  greetingMs: 30_000,
  helloMs: 30_000,
  mailMs: 30_000,
  rcptMs: 30_000,
  dataMs: 30_000,
  endOfDataMs: 60_000,
};

export async function sendLetter(
  parts: SendParts,
  { reversePath, forwardPath, raw }: Outgoing,
  signal: AbortSignal,
): Promise<Sent> {
  const to = parseMailbox(forwardPath);
  const from = reversePath === '' ? null : parseMailbox(reversePath);
  if (to === undefined || from === undefined) return { kind: 'failed', said: 'no address' };
  const routed = await route(to.domain, {
    routes: [],
    ownNames: new Set([parts.heloName]),
    isOwnAddress: () => false,
    resolver: parts.resolver,
    random: () => 0,
    signal,
  });
  if (routed.kind !== 'hosts')
    return { kind: routed.kind === 'temporary' ? 'later' : 'failed', said: routed.kind };
  let last: Sent = { kind: 'later', said: 'no host' };
  for (const host of routed.hosts) {
    const { address } = host.addresses[0]!;
    const opened = await openSession(
      {
        address,
        port: host.port,
        localAddress: parts.localAddress,
        serverName: host.name,
        heloName: parts.heloName,
        tls: 'opportunistic',
      },
      { ...parts, limits: LIMITS },
      signal,
    );
    if (opened.kind === 'not-open') {
      last = toldBy(opened.outcome);
      continue;
    }
    await using session = opened.session;
    const tls = { host: host.name, address, failure: opened.tlsFailure?.reason };
    const { outcomes } = await session.deliver({
      reversePath: from,
      recipients: [{ mailbox: to }],
      content: { size: raw.length, eightBit: isEightBit(raw), smtputf8: false, chunks: [raw] },
    });
    return { ...toldBy(outcomes[0]!), tls };
  }
  return last;
}

function toldBy(outcome: RecipientOutcome): Sent {
  if (outcome.kind === 'delivered') return { kind: 'sent', said: replyText(outcome.reply) };
  if (outcome.kind === 'abandoned') return { kind: 'later', said: 'abandoned' };
  const { cause } = outcome;
  const said =
    cause.kind === 'reply' ? `${cause.reply.code} ${replyText(cause.reply)}` : cause.kind;
  return { kind: outcome.kind === 'failed' ? 'failed' : 'later', said };
}

function isEightBit(bytes: Uint8Array): boolean {
  return bytes.some((octet) => octet > 127);
}

/**
 * One attempt to send a letter of a provider: where it goes by the DNS, what TLS must be by the domain's own word, and production's own SMTP
 * client from the provider's address.
 */
import type { Dialer } from '#clients/smtp/dial';
import { SMTP_CLIENT_LIMITS, type SmtpClientLimits } from '#clients/smtp/limits';
import { openSession, type OpenResult } from '#clients/smtp/open-session';
import type { RecipientOutcome } from '#clients/smtp/outcome';
import { route, type RouteHost } from '#mail/queue/route/route';
import type { TlsLedger } from '#mail/tls-policy/ledger';
import { secureHosts } from '#mail/tls-policy/secure-hosts';
import { SessionNotes } from '#mail/tls-policy/session-notes';
import type { StsPolicies } from '#mail/tls-policy/sts-policies';
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
  /** Policies of MTA-STS; undefined: the provider does not look for them, and TLS is used where it is offered. */
  readonly sts: Pick<StsPolicies, 'of'> | undefined;
  /** PEM; undefined: those of the system. */
  readonly trustedRoots: readonly string[] | undefined;
  /** Told how TLS went. */
  readonly ledger: Pick<TlsLedger, 'note'>;
}

export interface Sent {
  readonly kind: 'sent' | 'later' | 'failed';
  /** What was said last. */
  readonly said: string;
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
  { reversePath, forwardPath, raw }: Pick<Outgoing, 'reversePath' | 'forwardPath' | 'raw'>,
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
  const { hosts, refusal } =
    parts.sts === undefined
      ? { hosts: routed.hosts, refusal: undefined }
      : await secureHosts(
          { ...parts, sts: parts.sts, dane: false },
          to.domain,
          routed.hosts,
          parts.resolver,
          signal,
        );
  let last: Sent = { kind: 'later', said: refusal?.text ?? 'no host' };
  const notes = new SessionNotes();
  for (const host of hosts) {
    const opened = await open(parts, host, notes, signal);
    if (opened.kind === 'not-open') {
      last = toldBy(opened.outcome);
      continue;
    }
    await using session = opened.session;
    const { outcomes } = await session.deliver({
      reversePath: from,
      recipients: [{ mailbox: to }],
      content: { size: raw.length, eightBit: isEightBit(raw), smtputf8: false, chunks: [raw] },
    });
    last = toldBy(outcomes[0]!);
    break;
  }
  notes.count(parts.ledger, to.domain);
  return last;
}

async function open(
  parts: SendParts,
  host: RouteHost,
  notes: SessionNotes,
  signal: AbortSignal,
): Promise<OpenResult> {
  const { address } = host.addresses[0]!;
  const { trustedRoots: ca } = parts;
  const opened = await openSession(
    {
      address,
      port: host.port,
      localAddress: parts.localAddress,
      serverName: host.name,
      heloName: parts.heloName,
      tls: host.tls,
      ...(ca && { ca }),
    },
    { ...parts, limits: LIMITS },
    signal,
  );
  notes.add(host, address, opened);
  return opened;
}

function toldBy(outcome: RecipientOutcome): Sent {
  if (outcome.kind === 'delivered') return { kind: 'sent', said: replyText(outcome.reply) };
  if (outcome.kind === 'abandoned') return { kind: 'later', said: 'abandoned' };
  const { cause } = outcome;
  const said = cause.kind === 'reply' ? replyText(cause.reply) : cause.kind;
  return { kind: outcome.kind === 'failed' ? 'failed' : 'later', said };
}

function isEightBit(bytes: Uint8Array): boolean {
  return bytes.some((octet) => octet > 127);
}

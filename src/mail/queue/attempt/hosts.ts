/**
 * Connects to the hosts of a route: by preference, each host's addresses in turn, until one takes a session. A host that cannot be
 * reached, or refuses to talk (4yz or 5yz as greeting or to EHLO), leads to the next (RFC 5321 §5.1).
 */
import { addressFamily } from '#clients/dns/address';
import { openSession } from '#clients/smtp/open-session';
import { SessionNotes } from '#mail/tls-policy/session-notes';
import type { Deferred, Failed } from '#clients/smtp/outcome';
import type { SmtpPeer } from '#clients/smtp/peer';
import type { SmtpSession } from '#clients/smtp/smtp-session';
import type { QueueOptions } from '#mail/queue/options';
import type { RouteHost } from '#mail/queue/route/route';
import type { DialogueEntry } from '#protocol/smtp/dialogue';

export type Connected =
  | {
      readonly kind: 'connected';
      readonly session: SmtpSession;
      readonly host: string;
      /** Names host and address among those of the route. */
      readonly key: string;
      /** What was said to hosts before it, and until the session was open. */
      readonly dialogue: readonly DialogueEntry[];
      readonly notes: SessionNotes;
    }
  | {
      readonly kind: 'none';
      readonly outcome: Deferred | Failed;
      /** The host of that outcome. */
      readonly host: string;
      readonly dialogue: readonly DialogueEntry[];
      readonly notes: SessionNotes;
    };

/** Addresses tried in one attempt: each may cost a connection time-out. */
const MAX_TRIES = 6;
/** Entries of the dialogues with hosts that did not take a session. */
const MAX_ENTRIES = 100;

/**
 * Opens a session with the first host that takes one.
 * @param source the local address; only peers of its family are tried, unless there is none. '' lets the system choose
 * @param skip keys of hosts that took a session in this attempt and lost it; tried only where there is no other
 */
export async function connect(
  options: QueueOptions,
  hosts: readonly RouteHost[],
  source: string,
  skip: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<Connected> {
  const dialogue: DialogueEntry[] = [];
  const notes = new SessionNotes();
  let best: { outcome: Deferred | Failed; host: string } | undefined;
  for (const { host, address } of candidates(hosts, source, skip)) {
    const opened = await openSession(
      peerOf(options, host, address, source),
      parts(options),
      signal,
    );
    notes.add(host, address, opened);
    if (opened.kind === 'open') {
      const { session } = opened;
      return {
        kind: 'connected',
        session,
        host: host.name,
        key: hostKey(host.name, address),
        dialogue: [...dialogue, ...session.dialogue],
        notes,
      };
    }
    if (dialogue.length < MAX_ENTRIES) dialogue.push(...opened.dialogue);
    // as long as one host may take it later, it is not refused
    if (!best || (best.outcome.kind === 'failed' && opened.outcome.kind === 'deferred')) {
      best = { outcome: opened.outcome, host: host.name };
    }
    if (signal.aborted) break;
  }
  return { kind: 'none', ...best!, dialogue, notes };
}

function candidates(
  hosts: readonly RouteHost[],
  source: string,
  skip: ReadonlySet<string>,
): { host: RouteHost; address: string }[] {
  const all = hosts.flatMap((host) =>
    host.addresses.map(({ address, family }) => ({ host, address, family })),
  );
  const fits = all.filter(({ family }) => source === '' || family === addressFamily(source));
  const usable = fits.length > 0 ? fits : all;
  const fresh = usable.filter(({ host, address }) => !skip.has(hostKey(host.name, address)));
  return (fresh.length > 0 ? fresh : usable).slice(0, MAX_TRIES);
}

function hostKey(name: string, address: string): string {
  return `${name} ${address}`;
}

function peerOf(options: QueueOptions, host: RouteHost, address: string, source: string): SmtpPeer {
  const localAddress = sourceFor(options, address, source);
  return {
    address,
    port: host.port,
    serverName: host.serverName ?? host.name,
    heloName: options.hostname,
    tls: host.tls,
    ...(host.dane && { dane: host.dane }),
    ...(host.requireTls && { requireTls: true }),
    ...(localAddress !== undefined && { localAddress }),
    ...(options.ca && { ca: options.ca }),
    ...(host.credentials && {
      credentials: host.credentials,
      allowClearAuth: isLoopback(address),
    }),
  };
}

/** An address of the other family is reached from one of the pool too, where it has one of that family. */
function sourceFor(
  { sourceAddresses }: QueueOptions,
  address: string,
  source: string,
): string | undefined {
  if (source === '') return undefined;
  const family = addressFamily(address);
  return [source, ...sourceAddresses].find((one) => addressFamily(one) === family);
}

function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}

function parts({ dialer, store, randomBytes, limits }: QueueOptions) {
  return { dialer, monotonic: () => store.clock.monotonic(), randomBytes, limits };
}

/**
 * The SMTP servers of a process: listeners for mail from other servers and for submission, with shared connection
 * limits, and their end. Called by the composition root, and by the practice Internet for its own hosts.
 */
import type { Listener as ListenerKind } from '#mail/receive/envelope';
import { parseNetworks } from '#servers/net/client-address';
import { ConnectionCounts, type ConnectionLimits } from '#servers/net/connection-limits';
import { listen, listenFailure, type Listener } from '#servers/net/listener';
import type { TlsIdentity } from '#servers/net/tls-context';
import type { SmtpLimits } from './limits.ts';
import { noteSessionRefused } from './refusal-events.ts';
import { connectionReplies } from './replies.ts';
import { Session } from './session.ts';
import type { SessionSettings, SmtpServices } from './settings.ts';

export interface SmtpListenerOptions {
  readonly address: string;
  /** 0: the system chooses. */
  readonly port: number;
  /** Networks (CIDR) of balancers, whose connections begin with a PROXY header. */
  readonly proxyFrom: readonly string[];
}

export interface SmtpOptions {
  /** Those that are to run; `submissions` needs a certificate. */
  readonly listeners: Readonly<Partial<Record<ListenerKind, SmtpListenerOptions>>>;
  /** A-labels. */
  readonly hostname: string;
  /** The certificate of the moment; undefined: no TLS, and so no AUTH. */
  readonly tls: { readonly current: TlsIdentity } | undefined;
  readonly limits: SmtpLimits;
  readonly connections: ConnectionLimits;
  readonly services: SmtpServices;
}

export interface SmtpServer {
  readonly kind: 'running';
  /** 0 where there is no such listener. */
  readonly ports: {
    readonly smtp: number;
    readonly submission: number;
    readonly submissions: number;
  };
  /** Connections open now. */
  connections(): number;
  /**
   * Stops accepting, says 421 to idle sessions, lets messages under way come to their reply, and cuts what is left.
   * @param grace milliseconds
   */
  stop(grace: number): Promise<void>;
}

export interface SmtpFailure {
  readonly kind: 'failed';
  readonly message: string;
  readonly remedy: string;
}

/** Starts all listeners or none. */
export async function startSmtp(options: SmtpOptions): Promise<SmtpServer | SmtpFailure> {
  const sessions = new Set<Session>();
  const counts = new ConnectionCounts(options.connections);
  const running = new Map<ListenerKind, Listener>();
  for (const kind of KINDS) {
    const given = options.listeners[kind];
    if (given === undefined) continue;
    const listener = await startListener(options, kind, given, counts, sessions);
    if ('kind' in listener) {
      for (const other of running.values()) other.stop();
      return listener;
    }
    running.set(kind, listener);
  }
  return {
    kind: 'running',
    ports: {
      smtp: running.get('mx')?.port ?? 0,
      submission: running.get('submission')?.port ?? 0,
      submissions: running.get('submissions')?.port ?? 0,
    },
    connections: () => counts.total,
    stop: (grace) => {
      for (const listener of running.values()) listener.stop();
      return endSessions(sessions, grace);
    },
  };
}

const KINDS: readonly ListenerKind[] = ['mx', 'submission', 'submissions'];

async function startListener(
  { hostname, tls, limits, services }: SmtpOptions,
  kind: ListenerKind,
  { address, port, proxyFrom }: SmtpListenerOptions,
  counts: ConnectionCounts,
  sessions: Set<Session>,
): Promise<Listener | SmtpFailure> {
  if (kind === 'submissions' && tls === undefined)
    throw new Error('a listener for implicit TLS needs a certificate');
  const proxies = parseNetworks(proxyFrom);
  if (proxies.kind === 'not-a-network') {
    return {
      kind: 'failed',
      message: `${proxies.text} is no network that PROXY headers could come from`,
      remedy: 'Write networks as 192.0.2.0/24 or 2001:db8::/32.',
    };
  }
  const settings: SessionSettings = {
    listener: kind,
    submission: kind !== 'mx',
    tls,
    hostname,
    limits,
  };
  try {
    return await listen({
      address,
      port,
      counts,
      proxies: proxyFrom.length > 0 ? proxies.networks : undefined,
      proxyTime: limits.proxyHeaderTime,
      connected: (connection, early) => {
        const session = new Session(connection, settings, services, () => sessions.delete(session));
        sessions.add(session);
        session.start(early);
      },
      refused: (client, reason) => {
        noteSessionRefused(services, kind, client, reason);
        return kind === 'submissions' ? undefined : connectionReplies[reason].wire;
      },
    });
  } catch (error) {
    return { kind: 'failed', ...listenFailure(error as NodeJS.ErrnoException, address, port) };
  }
}

/** Resolves when no session is left. */
function endSessions(sessions: Set<Session>, grace: number): Promise<void> {
  for (const session of sessions) session.stop();
  const deadline = setTimeout(() => {
    for (const session of sessions) session.cut();
  }, grace);
  return new Promise((resolve) => {
    const look = (): void => {
      if (sessions.size > 0) return void setTimeout(look, 10);
      clearTimeout(deadline);
      resolve();
    };
    look();
  });
}

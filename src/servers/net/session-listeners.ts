/**
 * The listeners of one protocol and the sessions that they lead to: all or none are started, connections are counted together, and
 * at the end each session is told to go, waited for, and cut. Called by `servers/smtp` and `servers/imap`.
 */
import type { Welcome } from '#mail/abuse/conduct';
import { parseNetworks } from '#protocol/address/network';
import type { Connection } from './connection.ts';
import { ConnectionCounts, type ConnectionLimits } from './connection-limits.ts';
import type { Door } from './door.ts';
import { listen, listenFailure, type ConnectionRefusal, type Listener } from './listener.ts';

export interface ListenerPlace {
  readonly address: string;
  /** 0: the system chooses. */
  readonly port: number;
  /** Where connections come from, instead of that address and port. */
  readonly door?: Door | undefined;
  /** Networks (CIDR) of balancers, whose connections begin with a PROXY header. */
  readonly proxyFrom: readonly string[];
}

export interface ServedSession {
  /** @param early octets came before the greeting could */
  start(early: boolean): void;
  /** The server is stopping: goes at once, or after what is under way. */
  stop(): void;
  /** The server cannot wait any longer. */
  cut(): void;
}

export interface SessionListenersOptions<K extends string> {
  /** Those that are to run, in this order. */
  readonly listeners: ReadonlyMap<K, ListenerPlace>;
  readonly connections: ConnectionLimits;
  /** Milliseconds for the whole PROXY header. */
  readonly proxyTime: number;
  /** @param ended to be called once, when the connection is gone */
  readonly session: (kind: K, connection: Connection, ended: () => void) => ServedSession;
  /** Asked before anything is spent on a connection. */
  readonly welcome: (kind: K, address: string) => Welcome;
  /**
   * What to say to who is not taken; undefined for nothing.
   * @param quiet the like was told a moment ago
   */
  readonly refused: (
    kind: K,
    address: string,
    reason: ConnectionRefusal,
    quiet: boolean,
  ) => string | undefined;
}

export interface SessionListeners<K extends string> {
  readonly kind: 'running';
  /** 0 where there is no such listener. */
  port(kind: K): number;
  /** Connections open now. */
  connections(): number;
  /**
   * Stops accepting, tells sessions to go, and cuts what is left.
   * @param grace milliseconds
   */
  stop(grace: number): Promise<void>;
}

export interface ListenersFailure {
  readonly kind: 'failed';
  /** Which of them it was. */
  readonly listener: string;
  readonly message: string;
  readonly remedy: string;
}

/** Starts all listeners or none. */
export async function startSessionListeners<K extends string>(
  options: SessionListenersOptions<K>,
): Promise<SessionListeners<K> | ListenersFailure> {
  const sessions = new Set<ServedSession>();
  const counts = new ConnectionCounts(options.connections);
  const running = new Map<K, Listener>();
  for (const [kind, place] of options.listeners) {
    const listener = await startListener(options, kind, place, counts, sessions);
    if ('kind' in listener) {
      for (const other of running.values()) other.stop();
      return listener;
    }
    running.set(kind, listener);
  }
  return {
    kind: 'running',
    port: (kind) => running.get(kind)?.port ?? 0,
    connections: () => counts.total,
    stop: (grace) => {
      for (const listener of running.values()) listener.stop();
      return endSessions(sessions, grace);
    },
  };
}

async function startListener<K extends string>(
  options: SessionListenersOptions<K>,
  kind: K,
  { address, port, door, proxyFrom }: ListenerPlace,
  counts: ConnectionCounts,
  sessions: Set<ServedSession>,
): Promise<Listener | ListenersFailure> {
  const proxies = parseNetworks(proxyFrom);
  if (proxies.kind === 'not-a-network') {
    return {
      kind: 'failed',
      listener: kind,
      message: `${proxies.text} is no network that PROXY headers could come from`,
      remedy: 'Write networks as 192.0.2.0/24 or 2001:db8::/32.',
    };
  }
  try {
    return await listen({
      address,
      port,
      door,
      counts,
      proxies: proxyFrom.length > 0 ? proxies.networks : undefined,
      proxyTime: options.proxyTime,
      connected: (connection, early) => {
        const session = options.session(kind, connection, () => sessions.delete(session));
        sessions.add(session);
        session.start(early);
      },
      welcome: (client) => options.welcome(kind, client),
      refused: (client, reason, quiet) => options.refused(kind, client, reason, quiet),
    });
  } catch (error) {
    const failure = listenFailure(error as NodeJS.ErrnoException, address, port);
    return { kind: 'failed', listener: kind, ...failure };
  }
}

/** Resolves when no session is left. */
function endSessions(sessions: ReadonlySet<ServedSession>, grace: number): Promise<void> {
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

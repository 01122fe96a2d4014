/**
 * The SMTP servers of a process: listeners for mail from other servers and for submission, with shared connection
 * limits, and their end. Called by the composition root, and by the practice Internet for its own hosts.
 */
import type { Listener as ListenerKind } from '#mail/receive/envelope';
import type { ConnectionLimits } from '#servers/net/connection-limits';
import {
  startSessionListeners,
  type ListenerPlace,
  type ListenersFailure,
} from '#servers/net/session-listeners';
import type { TlsIdentity } from '#servers/net/tls-context';
import type { SmtpLimits } from './limits.ts';
import { noteSessionRefused } from './refusal-events.ts';
import { connectionReplies } from './replies.ts';
import { Session } from './session.ts';
import type { SessionSettings, SmtpServices } from './settings.ts';

export interface SmtpOptions {
  /** Those that are to run; `submissions` needs a certificate. */
  readonly listeners: Readonly<Partial<Record<ListenerKind, ListenerPlace>>>;
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

/** Starts all listeners or none. */
export async function startSmtp(options: SmtpOptions): Promise<SmtpServer | ListenersFailure> {
  const { tls, limits, services, hostname } = options;
  const listeners = new Map<ListenerKind, ListenerPlace>();
  for (const kind of KINDS) {
    const place = options.listeners[kind];
    if (place !== undefined) listeners.set(kind, place);
  }
  if (listeners.has('submissions') && tls === undefined)
    throw new Error('a listener for implicit TLS needs a certificate');
  const settings = new Map<ListenerKind, SessionSettings>(
    KINDS.map((kind) => [
      kind,
      { listener: kind, submission: kind !== 'mx', tls, hostname, limits },
    ]),
  );
  const started = await startSessionListeners({
    listeners,
    connections: options.connections,
    proxyTime: limits.proxyHeaderTime,
    session: (kind, connection, ended) =>
      new Session(connection, settings.get(kind)!, services, ended),
    welcome: (kind, client) =>
      services.conduct.connected(client, kind === 'mx' ? 'mx' : 'submission'),
    refused: (kind, client, reason, quiet) => {
      if (!quiet) noteSessionRefused(services, kind, client, reason);
      return kind === 'submissions' ? undefined : connectionReplies[reason].wire;
    },
  });
  if (started.kind === 'failed') return started;
  return {
    kind: 'running',
    ports: {
      smtp: started.port('mx'),
      submission: started.port('submission'),
      submissions: started.port('submissions'),
    },
    connections: () => started.connections(),
    stop: (grace) => started.stop(grace),
  };
}

const KINDS: readonly ListenerKind[] = ['mx', 'submission', 'submissions'];

/**
 * The IMAP servers of a process: the listener with STARTTLS and the one under TLS from the first octet, with shared connection limits,
 * and their end. Called by the composition root.
 */
import { event } from '#events';
import type { ConnectionLimits } from '#servers/net/connection-limits';
import {
  startSessionListeners,
  type ListenerPlace,
  type ListenersFailure,
} from '#servers/net/session-listeners';
import { offsetsIn } from '#protocol/imap/time-zone';
import type { TlsIdentity } from '#servers/net/tls-context';
import type { ImapLimits } from './limits.ts';
import type { ImapListener } from './listener.ts';
import { Looks } from './notify/looks.ts';
import { connectionByes } from './responses/replies.ts';
import { Session } from './session.ts';
import type { GivenServices, ImapServices, SessionSettings } from './settings.ts';
import { Turns } from './shared/turns.ts';
import { WordCache } from './shared/word-cache.ts';

export interface ImapOptions {
  readonly listeners: Readonly<Record<ImapListener, ListenerPlace>>;
  /** A-labels. */
  readonly hostname: string;
  /** The certificate of the moment. */
  readonly tls: { readonly current: TlsIdentity };
  /** A name of the IANA database: in which dates are told. */
  readonly timeZone: string;
  readonly limits: ImapLimits;
  readonly connections: ConnectionLimits;
  readonly services: GivenServices;
}

export interface ImapServer {
  readonly kind: 'running';
  readonly ports: Readonly<Record<ImapListener, number>>;
  /** Connections open now. */
  connections(): number;
  /**
   * Stops accepting, says BYE to sessions whose commands are done, lets the others come to their end, and cuts what is left.
   * @param grace milliseconds
   */
  stop(grace: number): Promise<void>;
}

/** Starts both listeners or none. */
export async function startImap(options: ImapOptions): Promise<ImapServer | ListenersFailure> {
  const { tls, limits, hostname, listeners } = options;
  const services: ImapServices = {
    ...options.services,
    offsetAt: offsetsIn(options.timeZone),
    largeMessages: new Turns(limits.largeMessages),
    words: new WordCache(),
    compressed: { now: 0 },
    looks: new Looks(options.services.mail.pool),
  };
  const settingsOf = (listener: ImapListener): SessionSettings => ({
    listener,
    tls,
    hostname,
    limits,
  });
  const settings = { imap: settingsOf('imap'), imaps: settingsOf('imaps') };
  const started = await startSessionListeners<ImapListener>({
    listeners: new Map([
      ['imap', listeners.imap],
      ['imaps', listeners.imaps],
    ]),
    connections: options.connections,
    proxyTime: limits.proxyHeaderTime,
    session: (kind, connection, ended) => new Session(connection, settings[kind], services, ended),
    welcome: (_listener, client) => services.conduct.connected(client, 'imap'),
    refused: (listener, client, reason, quiet) => {
      const fields = { public: { listener, reason }, personal: { client } };
      if (!quiet) services.note(event('session.refused', services.clock.now(), {}, fields));
      return listener === 'imaps' ? undefined : connectionByes[reason];
    },
  });
  if (started.kind === 'failed') return started;
  return {
    kind: 'running',
    ports: { imap: started.port('imap'), imaps: started.port('imaps') },
    connections: () => started.connections(),
    stop: (grace) => started.stop(grace),
  };
}

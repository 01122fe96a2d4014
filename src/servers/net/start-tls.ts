/** From clear text to TLS, as every session does it: after STARTTLS, or from the first octet. */
import type { Clock } from '#clock';
import { event, type Event } from '#events';
import {
  channelBindings,
  NO_CHANNEL_BINDINGS,
  type ChannelBindings,
} from '#protocol/sasl/channel-binding';
import type { TlsFacts } from '#protocol/smtp/dialogue';
import type { Connection } from './connection.ts';
import type { TlsIdentity } from './tls-context.ts';

/** What a session knows of itself. */
export interface SecuringSession {
  readonly id: string;
  readonly settings: {
    /** There: without it nobody could ask for TLS. */
    readonly tls: { readonly current: TlsIdentity } | undefined;
    readonly listener: string;
    /** Milliseconds for all of it. */
    readonly limits: { readonly handshakeTime: number };
  };
  readonly services: {
    readonly clock: Pick<Clock, 'now'>;
    /** Told of a handshake that failed while the session was not over. */
    readonly note: (noted: Event) => void;
  };
}

export interface Secured {
  readonly facts: TlsFacts;
  /** For logins; they cost a computation. */
  readonly bindings: () => ChannelBindings;
}

/**
 * What clients call the protocols in ALPN; most say nothing. Who asks for HTTP alone is a browser that was led here with what it would
 * show or send to a web server of the same name (ALPACA): the handshake fails.
 */
export const ALPN_NAMES = {
  smtp: ['smtp', 'esmtp'],
  imap: ['imap'],
} as const;

/** Undefined where the handshake failed, or the session is over meanwhile: the connection is gone. */
export async function startTls(
  connection: Connection,
  { id: sessionId, settings, services }: SecuringSession,
  protocol: keyof typeof ALPN_NAMES,
  isOver: () => boolean,
): Promise<Secured | undefined> {
  const { listener, limits } = settings;
  const identity = settings.tls!.current;
  const { forName } = identity;
  let shown = identity;
  const started = await connection.startTls(
    identity.context,
    limits.handshakeTime,
    ALPN_NAMES[protocol],
    forName && ((name) => (shown = forName(name)).context),
  );
  if (started.kind === 'failed') {
    // told although the session is over: with the connection it ended a moment ago
    const reason = handshakeReason(started.reason);
    const personal = { client: connection.client.address };
    const fields = { public: { listener, reason }, personal };
    services.note(event('session.handshake-failed', services.clock.now(), { sessionId }, fields));
    return undefined;
  }
  if (isOver()) return undefined;
  const { secure } = connection;
  return {
    facts: started.facts,
    bindings: () =>
      secure === undefined
        ? NO_CHANNEL_BINDINGS
        : channelBindings(secure, 'server', shown.certificate),
  };
}

const LONGEST_REASON = 100;

/** What OpenSSL says without the places in its source: `ssl/tls alert bad certificate`. Shown and counted. */
function handshakeReason(text: string): string {
  const words = /SSL routines:[^:]*:([^:]+):/.exec(text)?.[1] ?? text;
  return words.replaceAll(/[^ -~]/g, '').slice(0, LONGEST_REASON);
}

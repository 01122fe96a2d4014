/** From clear text to TLS, as every session does it: after STARTTLS, or from the first octet. */
import type { Log } from '#log';
import {
  channelBindings,
  NO_CHANNEL_BINDINGS,
  type ChannelBindings,
} from '#protocol/sasl/channel-binding';
import type { TlsFacts } from '#protocol/smtp/dialogue';
import type { Connection } from './connection.ts';
import type { TlsIdentity } from './tls-context.ts';

export interface Handshake {
  readonly identity: TlsIdentity;
  /** Milliseconds for all of it. */
  readonly within: number;
  readonly log: Log;
  /** What the log says of a handshake that failed, while the session was not over. */
  readonly failure: 'smtp.handshake-failed' | 'imap.handshake-failed';
  readonly listener: string;
  readonly isOver: () => boolean;
}

export interface Secured {
  readonly facts: TlsFacts;
  /** For logins; they cost a computation. */
  readonly bindings: () => ChannelBindings;
}

/** Undefined where the handshake failed, or the session is over meanwhile: the connection is gone. */
export async function startTls(
  connection: Connection,
  { identity, within, log, failure, listener, isOver }: Handshake,
): Promise<Secured | undefined> {
  const { forName } = identity;
  let shown = identity;
  const started = await connection.startTls(
    identity.context,
    within,
    forName && ((name) => (shown = forName(name)).context),
  );
  if (isOver()) return undefined;
  if (started.kind === 'failed') {
    const { address } = connection.client;
    log.info(failure, { client: address, listener, reason: started.reason });
    return undefined;
  }
  const { secure } = connection;
  return {
    facts: started.facts,
    bindings: () =>
      secure === undefined
        ? NO_CHANNEL_BINDINGS
        : channelBindings(secure, 'server', shown.certificate),
  };
}

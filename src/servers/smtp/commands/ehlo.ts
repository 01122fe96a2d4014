/** EHLO and HELO (RFC 5321 §4.1.1.1): who the client says it is, and what this listener offers. */
import { NO_CHANNEL_BINDINGS } from '#protocol/sasl/channel-binding';
import { offeredMechanisms, type Mechanism } from '#protocol/sasl/mechanisms';
import type { ClientName } from '#protocol/smtp/client-name';
import { formatEhlo, type Extensions } from '#protocol/smtp/ehlo';
import type { SessionState } from '#servers/smtp/session-state';
import type { SessionSettings } from '#servers/smtp/settings';
import { wireReply, type WireReply } from '#servers/smtp/wire-reply';

export function ehlo(state: SessionState, { client }: { readonly client: ClientName }): WireReply {
  enter(state, client, true);
  return state.settings.submission ? greeting(state) : mxGreeting(state);
}

export function helo(state: SessionState, { client }: { readonly client: ClientName }): WireReply {
  enter(state, client, false);
  return wireReply(250, undefined, state.settings.hostname);
}

function enter(state: SessionState, client: ClientName, extended: boolean): void {
  // RFC 5321 §4.1.4: as if RSET had come
  state.phase = 'hello';
  state.endTransaction();
  state.client = {
    sessionId: state.id,
    listener: state.settings.listener,
    address: state.address,
    ehlo: client.text,
    extended,
    tls: state.tlsFacts,
  };
}

/** On the MX listener the answer depends on nothing but TLS. */
const mxGreetings = new WeakMap<SessionSettings, Map<SessionState['tls'], WireReply>>();

function mxGreeting(state: SessionState): WireReply {
  let byTls = mxGreetings.get(state.settings);
  if (byTls === undefined) mxGreetings.set(state.settings, (byTls = new Map()));
  let reply = byTls.get(state.tls);
  if (reply === undefined) byTls.set(state.tls, (reply = greeting(state)));
  return reply;
}

function greeting(state: SessionState): WireReply {
  const { hostname, limits } = state.settings;
  return wireReply(250, undefined, ...formatEhlo(hostname, extensions(state, limits)));
}

function extensions(state: SessionState, limits: SessionSettings['limits']): Extensions {
  const mechanisms = mechanismsOf(state);
  return {
    pipelining: true,
    size: limits.messageSize,
    eightBitMime: true,
    chunking: true,
    smtputf8: true,
    enhancedStatusCodes: true,
    dsn: true,
    limits: { mailMax: limits.transactions, rcptMax: limits.recipients },
    ...(state.tls === 'offered' && { startTls: true }),
    // RFC 8689 §2: never in clear
    ...(state.tls === 'active' && { requireTls: true }),
    ...(mechanisms.length > 0 && { auth: mechanisms }),
    ...(state.settings.submission && {
      futureRelease: {
        maxInterval: limits.futureRelease,
        maxDateTime: state.services.clock.now() + limits.futureRelease * 1000,
      },
    }),
  };
}

/** What AUTH takes on this connection. */
export function mechanismsOf(state: SessionState): readonly Mechanism[] {
  if (!state.settings.submission) return [];
  return offeredMechanisms({
    tls: state.tls === 'active',
    channelBinding: state.bindings !== NO_CHANNEL_BINDINGS,
  });
}

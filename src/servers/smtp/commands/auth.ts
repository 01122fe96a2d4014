/** AUTH (RFC 4954 §4): begins the exchange of a mechanism. */
import { mechanismNamed } from '#protocol/sasl/mechanisms';
import { startSaslServer } from '#protocol/sasl/server';
import type { AuthArguments } from '#protocol/smtp/auth-line';
import { beginExchange } from '#servers/smtp/auth-exchange';
import { REPLIES } from '#servers/smtp/replies';
import type { SessionState } from '#servers/smtp/session-state';
import type { WireReply } from '#servers/smtp/wire-reply';
import { mechanismsOf } from './ehlo.ts';

const NONCE_OCTETS = 18;

export function auth(
  state: SessionState,
  { mechanism: name, initialResponse }: AuthArguments,
): WireReply | Promise<WireReply> {
  // Otherwise what follows would be taken for commands, or for responses to challenges that were not read.
  if (state.receiver.pending > 0) {
    state.after = 'close';
    return REPLIES.earlyAuth;
  }
  const offered = mechanismsOf(state);
  const mechanism = mechanismNamed(name);
  if (mechanism === undefined || !offered.includes(mechanism)) return REPLIES.unknownMechanism;
  const { bindings, services } = state;
  const first = startSaslServer(mechanism, {
    offered,
    bindings,
    nonce: services.random(NONCE_OCTETS),
  });
  return beginExchange(state, mechanism, first, initialResponse);
}

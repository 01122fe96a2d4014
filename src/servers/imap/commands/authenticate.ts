/** AUTHENTICATE (RFC 9051 §6.2.2, RFC 4959): begins the exchange of a mechanism, and goes on with each line of the client. */
import { base64, decodeBase64, latin1 } from '#bytes';
import { mechanismNamed } from '#protocol/sasl/mechanisms';
import { startSaslServer } from '#protocol/sasl/server';
import { mechanismsOf } from '#servers/imap/capabilities';
import type { CommandOf } from '#protocol/imap/command';
import type { Ended, Handled } from '#servers/imap/ended';
import { concludeLogin, noteAbandoned, saslDomain } from '#servers/imap/login';
import { REPLIES } from '#servers/imap/responses/replies';
import type { Reply } from '#servers/imap/responses/reply';
import type { SessionState } from '#servers/imap/session-state';
import { beginSasl, continueSasl, type SaslOutcome } from '#servers/net/sasl-exchange';

const NONCE_OCTETS = 18;

export function authenticate(
  state: SessionState,
  command: CommandOf<'AUTHENTICATE'>,
  tag: string,
): Handled {
  if (state.tls !== 'active') return REPLIES.loginNeedsTls;
  const offered = mechanismsOf(state);
  const mechanism = mechanismNamed(command.mechanism);
  if (mechanism === undefined || !offered.includes(mechanism)) return REPLIES.unknownMechanism;
  // one that ended in a line that was none
  noteAbandoned(state);
  const { bindings, services } = state;
  const first = startSaslServer(mechanism, {
    offered,
    bindings,
    nonce: services.random(NONCE_OCTETS),
  });
  const outcome = beginSasl(saslDomain(state), mechanism, first, command.initialResponse);
  return goOn(state, tag, mechanism, outcome);
}

/** A line that answers a challenge. */
export function takeAuthLine(
  state: SessionState,
  line: Uint8Array,
): Ended | Promise<Ended | undefined> {
  const { tag, exchange } = state.authenticating!;
  const text = latin1(line);
  if (text === '*') {
    noteAbandoned(state);
    return { tag, reply: REPLIES.authCancelled };
  }
  const response = decodeBase64(text);
  if (response === undefined) {
    noteAbandoned(state);
    return { tag, reply: REPLIES.authNotBase64 };
  }
  state.authenticating = undefined;
  const outcome = continueSasl(saslDomain(state), exchange, response);
  return goOn(state, tag, exchange.mechanism, outcome).then((reply) => reply && { tag, reply });
}

async function goOn(
  state: SessionState,
  tag: string,
  mechanism: string,
  coming: Promise<SaslOutcome>,
): Promise<Reply | undefined> {
  const concluded = await concludeLogin(state, mechanism, coming);
  if (!('kind' in concluded)) return concluded;
  state.authenticating = { tag, exchange: concluded.exchange };
  state.receiver.expectLine();
  state.out.text(`+ ${base64(concluded.data)}\r\n`);
  state.out.flush();
  return undefined;
}

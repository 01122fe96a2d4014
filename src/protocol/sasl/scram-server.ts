/**
 * The server side of SCRAM-SHA-256 and SCRAM-SHA-256-PLUS (RFC 5802, RFC 7677). The end of the exchange, good
 * or bad, is sent as a challenge whose answer carries nothing, since neither SMTP (RFC 4954 §4) nor IMAP has
 * room for data beside its final reply. An unknown user (credentials with `known: false`) takes the same
 * steps and computations as a known one with a wrong password, and ends in the same words.
 */
import { base64, concat, decodeUtf8, EMPTY, equalConstantTime, utf8 } from '#bytes';
import type { ChannelBindings } from './channel-binding.ts';
import type { PreparedText } from './prepared-text.ts';
import { saslprep } from './saslprep.ts';
import { isProofOf, serverSignature } from './scram-keys.ts';
import type { ScramCredentials } from './scram-keys.ts';
import {
  formatServerFinal,
  formatServerFirst,
  parseClientFinal,
  parseClientFirst,
} from './scram-messages.ts';
import type { ChannelBindingFlag, ClientFinal, ClientFirst, ScramError } from './scram-messages.ts';
import { challenge, serverFailure } from './server-step.ts';
import type { ServerChallenge, ServerFailureReason, ServerStep } from './server-step.ts';

export interface ScramServerOptions {
  /** SCRAM-SHA-256-PLUS was chosen. */
  readonly plus: boolean;
  /** SCRAM-SHA-256-PLUS was among the mechanisms offered: then «y» is a downgrade by somebody in between. */
  readonly plusOffered: boolean;
  readonly bindings: ChannelBindings;
  /** Random octets of this exchange alone, 18 or more. */
  readonly nonce: Uint8Array;
}

/** What is known once the client named its user. */
interface Exchange {
  readonly first: ClientFirst;
  readonly binding: Uint8Array;
  readonly authcid: PreparedText;
  readonly authzid: PreparedText | undefined;
  readonly nonce: string;
}

export function scramServer(options: ScramServerOptions): ServerChallenge {
  return challenge(EMPTY, (response) => onClientFirst(options, response));
}

function onClientFirst(options: ScramServerOptions, response: Uint8Array): ServerStep {
  const text = decodeUtf8(response);
  if (text === undefined) return refuse('invalid-encoding', 'malformed');
  const first = parseClientFirst(text);
  if (first === undefined) return serverFailure('malformed');
  if ('kind' in first) return refuse('extensions-not-supported', 'malformed');
  const bindingError = channelBindingError(options, first.flag);
  if (bindingError) return refuse(bindingError, 'channel-binding');
  const authcid = saslprep(first.username);
  const authzid = first.authzid === '' ? authcid : saslprep(first.authzid);
  if (authcid.kind === 'error' || authzid.kind === 'error') {
    return refuse('invalid-username-encoding', 'unusable-text');
  }
  const exchange: Exchange = {
    first,
    binding: (first.flag.kind === 'p' && bindingNamed(options, first.flag.name)) || EMPTY,
    authcid: authcid.text,
    authzid: authzid.text === authcid.text ? undefined : authzid.text,
    nonce: first.nonce + base64(options.nonce),
  };
  return {
    kind: 'find-credentials',
    authcid: exchange.authcid,
    authzid: exchange.authzid,
    next: (credentials) => sendServerFirst(exchange, credentials),
  };
}

/** RFC 5802 §6: what the flag must be with and without -PLUS. */
function channelBindingError(
  options: ScramServerOptions,
  flag: ChannelBindingFlag,
): ScramError | undefined {
  if (flag.kind === 'p') {
    if (!options.plus) return 'channel-binding-not-supported';
    return bindingNamed(options, flag.name) ? undefined : 'unsupported-channel-binding-type';
  }
  if (options.plus) return 'other-error';
  return flag.kind === 'y' && options.plusOffered
    ? 'server-does-support-channel-binding'
    : undefined;
}

function bindingNamed(options: ScramServerOptions, name: string): Uint8Array | undefined {
  return new Map<string, Uint8Array>(Object.entries(options.bindings)).get(name);
}

function sendServerFirst(exchange: Exchange, credentials: ScramCredentials): ServerStep {
  const { salt, iterations } = credentials;
  const serverFirst = formatServerFirst({ nonce: exchange.nonce, salt, iterations });
  return challenge(utf8(serverFirst), (response) =>
    onClientFinal(exchange, credentials, serverFirst, response),
  );
}

function onClientFinal(
  exchange: Exchange,
  credentials: ScramCredentials,
  serverFirst: string,
  response: Uint8Array,
): ServerStep {
  const text = decodeUtf8(response);
  if (text === undefined) return refuse('invalid-encoding', 'malformed');
  const final = parseClientFinal(text);
  if (final === undefined) return serverFailure('malformed');
  if ('kind' in final) return refuse('extensions-not-supported', 'malformed');
  const bound = concat([utf8(exchange.first.gs2Header), exchange.binding]);
  if (!equalConstantTime(final.channelBinding, bound)) {
    return refuse('channel-bindings-dont-match', 'channel-binding');
  }
  if (final.nonce !== exchange.nonce) return refuse('other-error', 'malformed');
  const authMessage = utf8(`${exchange.first.bare},${serverFirst},${final.withoutProof}`);
  return judge(exchange, credentials, final, authMessage);
}

function judge(
  exchange: Exchange,
  credentials: ScramCredentials,
  final: ClientFinal,
  authMessage: Uint8Array,
): ServerStep {
  // Every key is tried, so that the time taken does not tell which one it was.
  const proved = credentials.keys.map((keys) =>
    isProofOf(keys.storedKey, authMessage, final.proof),
  );
  const keyIndex = credentials.known ? proved.indexOf(true) : -1;
  const keys = credentials.keys[keyIndex];
  if (keys === undefined) return refuse('invalid-proof', 'wrong-credentials');
  const signature = serverSignature(keys.serverKey, authMessage);
  const { authcid, authzid } = exchange;
  return challenge(utf8(formatServerFinal({ kind: 'verifier', signature })), (response) =>
    response.length === 0
      ? { kind: 'success', authcid, authzid, keyIndex }
      : serverFailure('malformed'),
  );
}

/** Says the error in the last message, then fails whatever the client answers. */
function refuse(error: ScramError, reason: ServerFailureReason): ServerStep {
  return {
    kind: 'challenge',
    data: utf8(formatServerFinal({ kind: 'error', error })),
    next: () => serverFailure(reason),
  };
}

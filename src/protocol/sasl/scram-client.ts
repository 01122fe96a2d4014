/**
 * The client side of SCRAM-SHA-256 and SCRAM-SHA-256-PLUS (RFC 5802, RFC 7677): for our own connections to a
 * smarthost, and the counterpart that the server side is tested with. The server must prove that it knows the
 * password's verifier before its «success» counts.
 */
import { base64, concat, decodeUtf8, EMPTY, equalConstantTime, utf8 } from '#bytes';
import { preferredBinding } from './channel-binding.ts';
import type { ChannelBindings } from './channel-binding.ts';
import { clientFailure, unexpectedChallenge } from './client-step.ts';
import type { ClientCredentials, ClientFailure, ClientStep } from './client-step.ts';
import type { PreparedText } from './prepared-text.ts';
import { saslprep } from './saslprep.ts';
import { clientProof, scramKeysOf, serverSignature } from './scram-keys.ts';
import {
  formatClientFinal,
  formatClientFinalWithoutProof,
  formatClientFirst,
  parseServerFinal,
  parseServerFirst,
} from './scram-messages.ts';
import type { ChannelBindingFlag, ClientFirst, ServerFirst } from './scram-messages.ts';

/** RFC 7677 §4 asks for at least this many; fewer let a false server guess the password cheaply. */
export const MIN_ITERATIONS = 4096;

/** A hostile server could otherwise keep a thread busy at will: about half a second of one. */
export const MAX_ITERATIONS = 1_000_000;

export interface ScramClientOptions {
  /** SCRAM-SHA-256-PLUS was chosen; `bindings` then holds at least one. */
  readonly plus: boolean;
  /** SCRAM-SHA-256-PLUS was on the server's list as it reached us. */
  readonly plusOffered: boolean;
  readonly bindings: ChannelBindings;
  /** Random octets of this exchange alone, 18 or more. */
  readonly nonce: Uint8Array;
}

export function scramClient(
  credentials: ClientCredentials,
  options: ScramClientOptions,
): ClientStep {
  const username = saslprep(credentials.username);
  const password = saslprep(credentials.password);
  const authzid = credentials.authzid === undefined ? undefined : saslprep(credentials.authzid);
  if (username.kind === 'error' || password.kind === 'error' || authzid?.kind === 'error') {
    return clientFailure('unusable-text', 'the name or password breaks the rules of RFC 4013');
  }
  const name = options.plus ? preferredBinding(options.bindings) : undefined;
  const first = formatClientFirst({
    flag: name ? { kind: 'p', name } : unboundFlag(options),
    authzid: authzid?.text ?? '',
    username: username.text,
    nonce: base64(options.nonce),
  });
  const bound = concat([utf8(first.gs2Header), (name && options.bindings[name]) ?? EMPTY]);
  return {
    kind: 'respond',
    data: utf8(first.gs2Header + first.bare),
    complete: false,
    next: (challenge) => onServerFirst(first, bound, password.text, challenge),
  };
}

/** RFC 5802 §6: «y» says that we could bind but saw no -PLUS offered, which a server that did offer it refuses. */
function unboundFlag(options: ScramClientOptions): ChannelBindingFlag {
  const couldBind = preferredBinding(options.bindings) !== undefined;
  return { kind: couldBind && !options.plusOffered ? 'y' : 'n' };
}

function onServerFirst(
  first: ClientFirst,
  bound: Uint8Array,
  password: PreparedText,
  challenge: Uint8Array,
): ClientStep {
  const serverFirst = decodeUtf8(challenge) ?? '';
  const refused = refusalIn(serverFirst);
  if (refused) return refused;
  const message = parseServerFirst(serverFirst);
  if (message === undefined || 'kind' in message) {
    return clientFailure('malformed', 'the first message of the server breaks RFC 5802 §7');
  }
  const problem = serverFirstProblem(first, message);
  if (problem) return problem;
  const withoutProof = formatClientFinalWithoutProof(bound, message.nonce);
  const authMessage = utf8(`${first.bare},${serverFirst},${withoutProof}`);
  return {
    kind: 'derive-key',
    password,
    salt: message.salt,
    iterations: message.iterations,
    next: (saltedPassword) => sendProof(saltedPassword, authMessage, withoutProof),
  };
}

function serverFirstProblem(first: ClientFirst, message: ServerFirst): ClientFailure | undefined {
  if (!message.nonce.startsWith(first.nonce) || message.nonce.length === first.nonce.length) {
    return clientFailure('malformed', 'the nonce of the server does not continue ours');
  }
  if (message.iterations < MIN_ITERATIONS || message.iterations > MAX_ITERATIONS) {
    return clientFailure('weak', `an iteration count of ${message.iterations} is not accepted`);
  }
  return undefined;
}

function sendProof(
  saltedPassword: Uint8Array,
  authMessage: Uint8Array,
  withoutProof: string,
): ClientStep {
  const { serverKey } = scramKeysOf(saltedPassword);
  const expected = serverSignature(serverKey, authMessage);
  return {
    kind: 'respond',
    data: utf8(formatClientFinal(withoutProof, clientProof(saltedPassword, authMessage))),
    complete: false,
    next: (challenge) => onServerFinal(expected, challenge),
  };
}

function onServerFinal(expected: Uint8Array, challenge: Uint8Array): ClientStep {
  const text = decodeUtf8(challenge) ?? '';
  const refused = refusalIn(text);
  if (refused) return refused;
  const final = parseServerFinal(text);
  if (final?.kind !== 'verifier') {
    return clientFailure('malformed', 'the last message of the server breaks RFC 5802 §7');
  }
  if (!equalConstantTime(final.signature, expected)) {
    return clientFailure('server-not-proved', 'the server does not know the password');
  }
  return { kind: 'respond', data: EMPTY, complete: true, next: unexpectedChallenge };
}

/** A server may refuse in place of any of its messages. */
function refusalIn(text: string): ClientFailure | undefined {
  const message = parseServerFinal(text);
  return message?.kind === 'error' ? clientFailure('refused', message.error) : undefined;
}

/**
 * PLAIN (RFC 4616): authorization identity, authentication identity and password in one message, separated
 * by NUL. Only under TLS. Format and parse stand together; both sides of the exchange are below.
 */
import { decodeUtf8, EMPTY, utf8 } from '#bytes';
import { clientFailure, unexpectedChallenge } from './client-step.ts';
import type { ClientCredentials, ClientStep } from './client-step.ts';
import { saslprep } from './saslprep.ts';
import { challenge, serverFailure } from './server-step.ts';
import type { CheckPassword, ServerChallenge, ServerFailure } from './server-step.ts';

/** The three parts as written, nothing prepared; `authzid` is '' where none was given. */
export interface PlainMessage {
  readonly authzid: string;
  readonly authcid: string;
  readonly password: string;
}

/** The message as octets; the parts must hold no NUL. */
export function formatPlain(message: PlainMessage): Uint8Array {
  return utf8(`${message.authzid}\0${message.authcid}\0${message.password}`);
}

/** Undefined for anything but two NULs between well-formed UTF-8, with a name and a password (RFC 4616 §2). */
export function parsePlain(bytes: Uint8Array): PlainMessage | undefined {
  const parts = decodeUtf8(bytes)?.split('\0');
  if (parts?.length !== 3) return undefined;
  const [authzid, authcid, password] = parts as [string, string, string];
  return authcid === '' || password === '' ? undefined : { authzid, authcid, password };
}

export function plainServer(): ServerChallenge {
  return challenge(EMPTY, (response) => {
    const message = parsePlain(response);
    return message ? checkPassword(message) : serverFailure('malformed');
  });
}

/** The last step of every mechanism that shows the password: its parts prepared (RFC 4616 §2). */
export function checkPassword(message: PlainMessage): CheckPassword | ServerFailure {
  const authcid = saslprep(message.authcid);
  const password = saslprep(message.password);
  const authzid = message.authzid === '' ? authcid : saslprep(message.authzid);
  if (authcid.kind === 'error' || password.kind === 'error' || authzid.kind === 'error') {
    return serverFailure('unusable-text');
  }
  return {
    kind: 'check-password',
    authcid: authcid.text,
    authzid: authzid.text === authcid.text ? undefined : authzid.text,
    password: password.text,
  };
}

export function plainClient(credentials: ClientCredentials): ClientStep {
  const { username, password, authzid = '' } = credentials;
  if ([username, password, authzid].some((part) => part.includes('\0'))) {
    return clientFailure('unusable-text', 'a name or password cannot hold U+0000');
  }
  return {
    kind: 'respond',
    data: formatPlain({ authzid, authcid: username, password }),
    complete: true,
    next: unexpectedChallenge,
  };
}

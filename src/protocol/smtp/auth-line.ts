/**
 * The arguments of AUTH and the lines of its exchange: base64 in both directions (RFC 4954 §4). What is decoded here
 * is secret; it is never part of an error. Called by command.ts and by the AUTH exchange of servers/smtp.
 */
import { decodeBase64, EMPTY, latin1 } from '#bytes';

export interface AuthArguments {
  /** Upper case: `PLAIN`, `SCRAM-SHA-256-PLUS`, … */
  readonly mechanism: string;
  /** Absent where the client waits for a challenge; empty where it wrote `=`. */
  readonly initialResponse?: Uint8Array;
}

export type AuthResponse =
  | { readonly kind: 'response'; readonly bytes: Uint8Array }
  /** `*`: the client gives up; 501 5.7.0. */
  | { readonly kind: 'cancelled' }
  /** 501 5.5.2 */
  | { readonly kind: 'not-base64' };

// RFC 4422 §3.1: sasl-mech
const MECHANISM = /^[A-Za-z0-9_-]{1,20}$/;

/** Reads what follows `AUTH `. */
export function parseAuthArguments(
  text: string,
): AuthArguments | 'no-mechanism' | 'bad-mechanism' | 'not-base64' {
  const [mechanism = '', encoded, ...rest] = text.split(' ', 3);
  if (mechanism === '') return 'no-mechanism';
  if (!MECHANISM.test(mechanism)) return 'bad-mechanism';
  const name = mechanism.toUpperCase();
  if (encoded === undefined) return { mechanism: name };
  // RFC 4954 §4: an empty initial response is `=`, to be told from none.
  const initialResponse = encoded === '=' ? EMPTY : decodeBase64(encoded);
  if (initialResponse === undefined || encoded === '' || rest.length > 0) return 'not-base64';
  return { mechanism: name, initialResponse };
}

/** Reads a line of the exchange, without CRLF; an empty line is an empty response. */
export function parseAuthResponse(line: Uint8Array): AuthResponse {
  const text = latin1(line);
  if (text === '*') return { kind: 'cancelled' };
  const bytes = decodeBase64(text);
  return bytes === undefined ? { kind: 'not-base64' } : { kind: 'response', bytes };
}

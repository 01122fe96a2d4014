/**
 * The body of a request: a flattened JSON Web Signature (RFC 7515 §7.2.2) with the header that RFC 8555 §6.2 wants. Nothing of it is
 * believed before `isSignedBy`. Pure.
 */
import { z } from 'zod';
import { decodeUtf8, utf8 } from '#bytes';
import { malformed } from '#lab/ca/problem';

export interface Jws {
  readonly algorithm: string;
  /** Undefined in the inner one of a key change (§7.3.5). */
  readonly nonce: string | undefined;
  readonly url: string;
  /** Exactly one of the two is there. */
  readonly jwk: unknown;
  readonly kid: string | undefined;
  readonly payload: Uint8Array;
  /** What is signed. */
  readonly signed: Uint8Array;
  readonly signature: Uint8Array;
}

const base64url = z.string().regex(/^[\w-]*$/, 'is not base64url without padding');
// strict: RFC 8555 §6.2 forbids several signatures and an unprotected header
const bodySchema = z.strictObject({
  protected: base64url,
  payload: base64url,
  signature: base64url.max(2000),
});
const headerSchema = z.object({
  alg: z.string().max(50),
  nonce: z.string().max(200).optional(),
  url: z.string().max(2000),
  jwk: z.unknown().optional(),
  kid: z.string().max(2000).optional(),
});

/** @param body of a request or, for the inner one, what a payload holds. @throws AcmeProblem */
export function readJws(body: Uint8Array): Jws {
  const parts = bodySchema.safeParse(jsonIn(body, 'the body'));
  if (!parts.success) throw malformed(`the body is no flattened JWS: ${whatIn(parts.error)}`);
  const { protected: head, payload, signature } = parts.data;
  const header = jsonIn(decoded(head), 'the protected header');
  // RFC 7515 §4.1.11: extensions that are not understood must not be passed over
  if (typeof header === 'object' && header !== null && 'crit' in header) {
    throw malformed('the protected header has critical extensions, and none is known here');
  }
  const read = headerSchema.safeParse(header);
  if (!read.success) throw malformed(`the protected header is not right: ${whatIn(read.error)}`);
  const { alg, nonce, url, jwk, kid } = read.data;
  if ((jwk === undefined) === (kid === undefined)) {
    throw malformed('the protected header must have either "jwk" or "kid" (RFC 8555 §6.2)');
  }
  return {
    algorithm: alg,
    nonce,
    url,
    jwk,
    kid,
    payload: decoded(payload),
    signed: utf8(`${head}.${payload}`),
    signature: decoded(signature),
  };
}

/** @throws AcmeProblem where the octets are no JSON */
export function jsonIn(octets: Uint8Array, what: string): unknown {
  const text = decodeUtf8(octets);
  try {
    if (text !== undefined) return JSON.parse(text);
  } catch {
    // told below
  }
  throw malformed(`${what} is no JSON`);
}

/** The first thing that a schema has against a value. */
export function whatIn(error: z.ZodError): string {
  const { path, message } = error.issues[0]!;
  return [...path, message].join(' ').slice(0, 300);
}

function decoded(text: string): Uint8Array {
  return Buffer.from(text, 'base64url');
}

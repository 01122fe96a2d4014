/**
 * How requests of ACME are signed: flattened JSON Web Signatures (RFC 7515 §7.2.2, RFC 8555 §6.2) by a P-256 account key, and what
 * is derived from that key for challenges (§8.1) and for the binding to an account elsewhere (§7.3.4).
 */
import { createHash, createHmac, createPublicKey, sign, type KeyObject } from 'node:crypto';

export interface AccountKey {
  readonly privateKey: KeyObject;
  /** The public one, its members in the order of RFC 7638 §3. */
  readonly jwk: Readonly<Record<'crv' | 'kty' | 'x' | 'y', string>>;
}

/** @param privateKey on the curve P-256 */
export function accountKey(privateKey: KeyObject): AccountKey {
  const { crv, kty, x, y } = createPublicKey(privateKey).export({ format: 'jwk' });
  if (crv !== 'P-256') throw new Error('the key of an ACME account is on the curve P-256');
  return { privateKey, jwk: { crv, kty: kty!, x: x!, y: y! } };
}

export interface SignedRequest {
  readonly url: string;
  readonly nonce: string;
  /** URL of the account; undefined: the key itself is sent, as newAccount wants it. */
  readonly account: string | undefined;
  /** Undefined for POST-as-GET (RFC 8555 §6.3). */
  readonly payload: object | undefined;
}

/** The body of a request. */
export function signRequest(
  { privateKey, jwk }: AccountKey,
  { url, nonce, account, payload }: SignedRequest,
): string {
  const who = account === undefined ? { jwk } : { kid: account };
  const head = encoded({ alg: 'ES256', ...who, nonce, url });
  const body = payload === undefined ? '' : encoded(payload);
  const signature = sign('sha256', Buffer.from(`${head}.${body}`), {
    key: privateKey,
    dsaEncoding: 'ieee-p1363',
  });
  return JSON.stringify({
    protected: head,
    payload: body,
    signature: signature.toString('base64url'),
  });
}

/** RFC 8555 §7.3.4. */
export interface ExternalAccount {
  readonly keyId: string;
  /** As the authority gives it out: base64url. */
  readonly macKey: string;
}

/** @param url of newAccount */
export function bindExternalAccount(
  { jwk }: AccountKey,
  { keyId, macKey }: ExternalAccount,
  url: string,
): object {
  const head = encoded({ alg: 'HS256', kid: keyId, url });
  const body = encoded(jwk);
  const mac = createHmac('sha256', Buffer.from(macKey, 'base64url')).update(`${head}.${body}`);
  return { protected: head, payload: body, signature: mac.digest('base64url') };
}

/** RFC 8555 §8.1; the thumbprint is that of RFC 7638. */
export function keyAuthorization(token: string, { jwk }: AccountKey): string {
  const thumbprint = createHash('sha256').update(JSON.stringify(jwk)).digest('base64url');
  return `${token}.${thumbprint}`;
}

/** What the TXT record of DNS-01 says (§8.4). */
export function dnsChallengeValue(authorization: string): string {
  return createHash('sha256').update(authorization).digest('base64url');
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

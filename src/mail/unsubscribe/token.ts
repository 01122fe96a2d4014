/**
 * The token of a way out of a list: which recipient of which message it was sent to. Sealed (AES-256-GCM) by keys of the installation's secret, so that
 * nobody can read it, change it or make one, and so that it holds for years without a row for each mail that was sent. The same recipient always has the same token:
 * its nonce is a MAC of what it says. Pure; called by offer.ts, leave.ts and mail/complaints.
 */
import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';
import { decodeUtf8, utf8 } from '#bytes';

export interface Subscription {
  readonly tenantId: string;
  readonly messageId: string;
  /** 1, 2, … within the message. */
  readonly recipientId: number;
  /** `bulk`, or the List-Id. */
  readonly stream: string;
  readonly address: string;
}

export interface TokenKeys {
  readonly seal: Uint8Array;
  readonly nonce: Uint8Array;
  /** Of the address that takes tokens by mail. */
  readonly address: Uint8Array;
}

const CIPHER = 'aes-256-gcm';
const NONCE = 12;
const TAG = 16;
/** Of the form; another form has another number. */
const VERSION = 1;
/** What leaves room for the longest domain in a line of 998 octets (RFC 5322 §2.1.1). */
const MAX_TOKEN = 700;

/** @param secret of the installation */
export function tokenKeys(secret: Uint8Array): TokenKeys {
  const derived = (use: string): Uint8Array =>
    createHmac('sha256', secret).update(`hikyaku unsubscribe ${use}`).digest();
  return { seal: derived('seal'), nonce: derived('nonce'), address: derived('address') };
}

/** @returns letters, digits, hyphens and underscores; undefined where it would be longer than a field allows */
export function sealToken(
  { seal, nonce: key }: TokenKeys,
  subscription: Subscription,
): string | undefined {
  const { tenantId, messageId, recipientId, stream, address } = subscription;
  const said = utf8(JSON.stringify([tenantId, messageId, recipientId, stream, address]));
  const nonce = createHmac('sha256', key).update(said).digest().subarray(0, NONCE);
  const cipher = createCipheriv(CIPHER, seal, nonce, { authTagLength: TAG });
  const sealed = Buffer.concat([cipher.update(said), cipher.final()]);
  const token = Buffer.concat([Buffer.of(VERSION), nonce, cipher.getAuthTag(), sealed]).toString(
    'base64url',
  );
  return token.length <= MAX_TOKEN ? token : undefined;
}

/** Undefined for everything that {@link sealToken} did not make with these keys. */
export function openToken({ seal }: TokenKeys, token: string): Subscription | undefined {
  if (token.length > MAX_TOKEN || !/^[A-Za-z0-9_-]+$/.test(token)) return undefined;
  const octets = Buffer.from(token, 'base64url');
  if (octets[0] !== VERSION || octets.length <= 1 + NONCE + TAG) return undefined;
  // what base64 leaves open in its last character makes no second token
  if (octets.toString('base64url') !== token) return undefined;
  const nonce = octets.subarray(1, 1 + NONCE);
  const tag = octets.subarray(1 + NONCE, 1 + NONCE + TAG);
  const decipher = createDecipheriv(CIPHER, seal, nonce, { authTagLength: TAG });
  decipher.setAuthTag(tag);
  try {
    const said = Buffer.concat([
      decipher.update(octets.subarray(1 + NONCE + TAG)),
      decipher.final(),
    ]);
    const [tenantId, messageId, recipientId, stream, address] = JSON.parse(decodeUtf8(said)!) as [
      string,
      string,
      number,
      string,
      string,
    ];
    return { tenantId, messageId, recipientId, stream, address };
  } catch {
    return undefined;
  }
}

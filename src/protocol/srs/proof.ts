/**
 * What an SRS address is guarded by: forty bits of HMAC-SHA256 in base 32, over everything that it leads to. Compared without case, since
 * servers on the way may change that of a local part, and in constant time. Forty bits, where the field writes twenty, are out of reach
 * for whoever may only try them by RCPT.
 */
import { createHmac } from 'node:crypto';
import { equalConstantTime, utf8 } from '#bytes';
import { lowerAscii } from './forms.ts';
import { base32 } from './stamp.ts';

export type Proven =
  | {
      readonly form: 'srs0';
      /** Where the address is. */
      readonly domain: string;
      /** The whole day, of which the address tells only a part: none is valid again after 1024 days. */
      readonly day: number;
      /** The domain and local part that it stands for. */
      readonly from: string;
      readonly localPart: string;
    }
  | {
      readonly form: 'srs1';
      readonly domain: string;
      readonly host: string;
      readonly rest: string;
    };

const OCTETS = 5;

export function proofOf(secret: Uint8Array, proven: Proven): string {
  const parts =
    proven.form === 'srs0'
      ? [proven.form, proven.domain, proven.day, proven.from, lowerAscii(proven.localPart)]
      : [proven.form, proven.domain, proven.host, lowerAscii(proven.rest)];
  const digest = createHmac('sha256', secret).update(JSON.stringify(parts)).digest();
  return base32(digest.subarray(0, OCTETS));
}

/** @param secrets any of them may have made it */
export function isProven(given: string, secrets: readonly Uint8Array[], proven: Proven): boolean {
  const proof = utf8(lowerAscii(given));
  let found = false;
  for (const secret of secrets) {
    const expected = utf8(lowerAscii(proofOf(secret, proven)));
    found = equalConstantTime(proof, expected) || found;
  }
  return found;
}

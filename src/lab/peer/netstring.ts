/** Netstrings, as Postfix's socketmap speaks them: `LENGTH:TEXT,`. */
import { concat, latin1, utf8 } from '#bytes';

export function netstring(text: string): Uint8Array {
  const octets = utf8(text);
  return concat([utf8(`${octets.length}:`), octets, utf8(',')]);
}

/** A whole one at the beginning of `buffer` and what follows it; `more`: it is not whole yet; `bad`: it will never be one. */
export type ReadNetstring =
  | { readonly kind: 'read'; readonly text: string; readonly rest: Uint8Array }
  | { readonly kind: 'more' }
  | { readonly kind: 'bad' };

const MOST_OCTETS = 4096;

export function readNetstring(buffer: Uint8Array): ReadNetstring {
  const head = latin1(buffer.subarray(0, 6));
  const length = /^(0|[1-9]\d{0,3}):/.exec(head);
  if (length === null) return /^\d{0,4}$/.test(head) ? { kind: 'more' } : { kind: 'bad' };
  const size = Number(length[1]);
  if (size > MOST_OCTETS) return { kind: 'bad' };
  const start = length[0].length;
  const end = start + size;
  if (buffer.length <= end) return { kind: 'more' };
  if (buffer[end] !== COMMA) return { kind: 'bad' };
  return {
    kind: 'read',
    text: latin1(buffer.subarray(start, end)),
    rest: buffer.subarray(end + 1),
  };
}

const COMMA = 0x2c;

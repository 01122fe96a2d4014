/**
 * Bytes are `Uint8Array`, text is `string`; no function takes both. What turns one into the other
 * stands here, so that a reader sees which decoding was meant.
 */
import { timingSafeEqual } from 'node:crypto';

const encoder = new TextEncoder();
const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const lossyDecoder = new TextDecoder('utf-8', { ignoreBOM: true });

export const EMPTY: Uint8Array = new Uint8Array(0);
export const CR = 0x0d;
export const LF = 0x0a;

/** Text to its UTF-8 octets. */
export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** UTF-8 octets to text, or undefined where they are not well-formed UTF-8 (RFC 3629). */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return strictDecoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** UTF-8 octets to text with U+FFFD for what is malformed: for showing only. */
export function decodeUtf8Lossy(bytes: Uint8Array): string {
  return lossyDecoder.decode(bytes);
}

/** One character per octet (ISO-8859-1), never fails, keeps offsets. */
export function latin1(bytes: Uint8Array): string {
  return view(bytes).toString('latin1');
}

/** The inverse of {@link latin1}; a character above U+00FF loses its high bits. */
export function fromLatin1(text: string): Uint8Array {
  return Buffer.from(text, 'latin1');
}

export function base64(bytes: Uint8Array): string {
  return view(bytes).toString('base64');
}

/** Standard base64 with padding (RFC 4648 §4), or undefined where the text is anything else. */
export function decodeBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined;
  return Buffer.from(text, 'base64');
}

export function hex(bytes: Uint8Array): string {
  return view(bytes).toString('hex');
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
}

/** Equality whose time does not depend on where two values of the same length differ. */
export function equalConstantTime(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

/** The same memory as a Buffer, for its faster searching and slicing. */
export function view(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/**
 * Text that PostgreSQL takes in a text or jsonb column: no U+0000, no lone surrogate.
 * What comes from mail passes here first; U+FFFD stands for what was dropped.
 */
export function storable(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\uFFFD');
}

/** Octets out of JSON. */
import { decodeBase64, EMPTY } from '#bytes';

/** None where the text is no Base64. */
export function fromBase64(text: string): Uint8Array {
  return decodeBase64(text) ?? EMPTY;
}

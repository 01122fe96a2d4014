/**
 * The stored form of an Argon2id hash: the PHC string `$argon2id$v=19$m=…,t=…,p=…$salt$tag`, base64 without
 * padding. The parser takes this one canonical form and bounds the parameters, so that a damaged or foreign row
 * can cost neither memory nor time.
 */
import { base64, decodeBase64 } from '#bytes';

export interface Argon2Parameters {
  readonly memoryKib: number;
  readonly passes: number;
  readonly lanes: number;
}

export interface Argon2Hash {
  readonly parameters: Argon2Parameters;
  readonly salt: Uint8Array;
  readonly tag: Uint8Array;
}

const PHC =
  /^\$argon2id\$v=19\$m=([1-9]\d{0,6}),t=([1-9]\d?),p=([1-9]\d?)\$([A-Za-z0-9+/]{1,128})\$([A-Za-z0-9+/]{1,128})$/;

/** Ten times the memory of ours, and what a check may take at most: about half a second. */
const MAX_MEMORY_KIB = 262_144;
const MAX_PASSES = 10;
const MAX_LANES = 8;
const SALT_OCTETS = { min: 8, max: 64 };
const TAG_OCTETS = { min: 16, max: 64 };

export function formatPhc(hash: Argon2Hash): string {
  const { memoryKib, passes, lanes } = hash.parameters;
  const parameters = `m=${memoryKib},t=${passes},p=${lanes}`;
  return `$argon2id$v=19$${parameters}$${unpadded(hash.salt)}$${unpadded(hash.tag)}`;
}

/** Undefined for any other string, and for parameters out of bounds. */
export function parsePhc(text: string): Argon2Hash | undefined {
  const match = PHC.exec(text);
  if (!match) return undefined;
  const [memoryKib, passes, lanes] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const salt = octetsOf(match[4]!);
  const tag = octetsOf(match[5]!);
  if (memoryKib > MAX_MEMORY_KIB || passes > MAX_PASSES || lanes > MAX_LANES) return undefined;
  if (memoryKib < 8 * lanes) return undefined; // RFC 9106 §3.1
  if (!within(salt, SALT_OCTETS) || !within(tag, TAG_OCTETS)) return undefined;
  return { parameters: { memoryKib, passes, lanes }, salt, tag };
}

function within(
  octets: Uint8Array | undefined,
  bounds: { min: number; max: number },
): octets is Uint8Array {
  return octets !== undefined && octets.length >= bounds.min && octets.length <= bounds.max;
}

function unpadded(octets: Uint8Array): string {
  return base64(octets).replaceAll('=', '');
}

/** Undefined where the text is not what formatting its octets gives (stray bits at the end). */
function octetsOf(text: string): Uint8Array | undefined {
  const octets = decodeBase64(text.padEnd(Math.ceil(text.length / 4) * 4, '='));
  return octets && unpadded(octets) === text ? octets : undefined;
}

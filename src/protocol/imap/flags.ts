/**
 * Flags of messages (RFC 9051 §2.3.2): system flags are bits, as the store keeps them; keywords are kept as written and compared
 * without case. `\Recent` belongs to the server and is passed over (RFC 9051 dropped it).
 */
import type { Flags } from './command.ts';
import { Malformed, type Decoder } from './decoder.ts';

export const FLAG_BITS = {
  seen: 1,
  answered: 2,
  flagged: 4,
  deleted: 8,
  draft: 16,
} as const;

const SYSTEM: readonly (readonly [bit: number, name: string])[] = [
  [FLAG_BITS.answered, '\\Answered'],
  [FLAG_BITS.flagged, '\\Flagged'],
  [FLAG_BITS.deleted, '\\Deleted'],
  [FLAG_BITS.seen, '\\Seen'],
  [FLAG_BITS.draft, '\\Draft'],
];
const BITS: ReadonlyMap<string, number> = new Map(
  SYSTEM.map(([bit, name]) => [name.toUpperCase(), bit]),
);

export const SYSTEM_FLAGS: readonly string[] = SYSTEM.map(([, name]) => name);
export const NO_FLAGS: Flags = { bits: 0, keywords: [] };

/** A message with more has been given them by a program gone wrong. */
export const MAX_KEYWORDS = 64;
/** Octets; Dovecot's limit is of this order. */
export const MAX_KEYWORD = 100;

/** The bit of a system flag by its name without regard to case, 0 where there is none. */
export function flagBit(name: string): number {
  return BITS.get(name.toUpperCase()) ?? 0;
}

/** `(\Seen $Forwarded)` */
export function decodeFlagList(decoder: Decoder): Flags {
  return flagsOf(decoder.list(() => decodeFlag(decoder), { empty: true }));
}

/** STORE takes flags without parentheses too. */
export function decodeFlags(decoder: Decoder): Flags {
  if (decoder.peek === '(') return decodeFlagList(decoder);
  const names = [decodeFlag(decoder)];
  while (!decoder.ended) {
    decoder.space();
    names.push(decodeFlag(decoder));
  }
  return flagsOf(names);
}

function decodeFlag(decoder: Decoder): string {
  return decoder.take('\\') ? `\\${decoder.atom()}` : decoder.atom();
}

function flagsOf(names: readonly string[]): Flags {
  let bits = 0;
  const keywords = new Map<string, string>();
  for (const name of names) {
    if (name.startsWith('\\')) {
      const bit = flagBit(name);
      if (bit === 0 && name.toUpperCase() !== '\\RECENT')
        throw new Malformed(`${name} is no system flag`);
      bits |= bit;
      continue;
    }
    if (name.length > MAX_KEYWORD)
      throw new Malformed(`A keyword has more than ${MAX_KEYWORD} octets`);
    const key = name.toLowerCase();
    if (!keywords.has(key)) keywords.set(key, name);
    if (keywords.size > MAX_KEYWORDS) throw new Malformed(`More than ${MAX_KEYWORDS} keywords`);
  }
  return { bits, keywords: [...keywords.values()] };
}

const NAMES: readonly string[] = Array.from({ length: 32 }, (_, bits) =>
  SYSTEM.filter(([bit]) => (bits & bit) !== 0)
    .map(([, name]) => name)
    .join(' '),
);

/** `(\Answered \Seen $Forwarded)` */
export function formatFlags(bits: number, keywords: readonly string[]): string {
  const system = NAMES[bits & 31]!;
  if (keywords.length === 0) return `(${system})`;
  const words = keywords.join(' ');
  return system === '' ? `(${words})` : `(${system} ${words})`;
}

/**
 * Ids of messages, sessions and attempts: 64 bits as thirteen characters, which sort by time. The same text stands in events,
 * logs, replies, Received fields and on the command line. 42 bits are milliseconds since 2025, ten the node, twelve a counter.
 */
import type { Clock } from '#clock';

const EPOCH = Date.UTC(2025, 0, 1);
/** Crockford's base 32, lower case: no i, l, o, u. */
const DIGITS = '0123456789abcdefghjkmnpqrstvwxyz';
const PER_MILLISECOND = 4096;

export type NewId = () => string;

/**
 * Makes ids of one node. `node` answers 0 to 1023, a number held by no other process (see `node.ts`). Two calls never give the same
 * id, even when the clock steps back.
 */
export function idGenerator(node: () => number, clock: Clock): NewId {
  let last = 0;
  let counter = 0;
  return () => {
    const now = Math.max(clock.now() - EPOCH, 0);
    if (now > last) {
      last = now;
      counter = 0;
    } else if (++counter === PER_MILLISECOND) {
      last++;
      counter = 0;
    }
    return encode(last, node() * PER_MILLISECOND + counter);
  };
}

/** `high` is 42 bits, `low` 22: 64 bits in thirteen digits, of which the first holds four. */
function encode(high: number, low: number): string {
  // 42 + 22 bits: the lowest three bits of `high` share a digit with the top two of `low`
  let text = '';
  let rest = low % 2 ** 20;
  for (let i = 0; i < 4; i++) {
    text = DIGITS[rest % 32]! + text;
    rest = Math.floor(rest / 32);
  }
  let top = high * 4 + Math.floor(low / 2 ** 20);
  for (let i = 0; i < 9; i++) {
    text = DIGITS[top % 32]! + text;
    top = Math.floor(top / 32);
  }
  return text;
}

/** The lowest id that a time can have: what was made from then on sorts after it. Calendar milliseconds. */
export function lowestIdAt(time: number): string {
  return encode(Math.max(time - EPOCH, 0), 0);
}

/** When an id was made. Calendar milliseconds; 0 for what is no id. */
export function timeOfId(id: string): number {
  if (!isId(id)) return 0;
  let high = 0;
  for (const digit of id.slice(0, 9)) high = high * 32 + DIGITS.indexOf(digit);
  return EPOCH + Math.floor(high / 4);
}

/** Whether a text has the form of an id. */
export function isId(text: string): boolean {
  return /^[0-9a-hjkmnp-tv-z]{13}$/.test(text);
}

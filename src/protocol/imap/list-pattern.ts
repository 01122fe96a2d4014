/**
 * Patterns of LIST and LSUB (RFC 9051 §6.3.9): `*` is anything, `%` anything without a delimiter. No backtracking: a name costs its length
 * for each wildcard, whatever stands between them. Called by servers/imap.
 */
import { DELIMITER, MAX_NAME, withInbox } from './mailbox-name.ts';

/** Patterns with more match nothing: a name has 32 levels at the most, and nobody wants a wildcard in two places of each. */
const MAX_WILDCARDS = 64;

/** A wildcard and the text behind it. */
interface Step {
  /** `*` */
  readonly crossesLevels: boolean;
  readonly text: string;
  /** For each length of a beginning of the text: that of the longest one that ends it too. */
  readonly borders: Uint16Array;
}

interface Pattern {
  /** The text before the first wildcard. */
  readonly head: string;
  readonly steps: readonly Step[];
}

/** Whether a pattern matches whole names, which are in NFC; INBOX is matched without case. */
export function listMatcher(written: string): (name: string) => boolean {
  if (written.length > MAX_NAME) return () => false;
  const pattern = written.normalize('NFC');
  const asWritten = compiled(withInbox(pattern));
  // INBOX is INBOX in any case, written out or half
  const level = pattern.indexOf(DELIMITER) < 0 ? pattern.length : pattern.indexOf(DELIMITER);
  const capitals = compiled(pattern.slice(0, level).toUpperCase() + pattern.slice(level));
  if (asWritten.steps.length > MAX_WILDCARDS) return () => false;
  return (name) => matches(asWritten, name) || (isInbox(name) && matches(capitals, name));
}

function isInbox(name: string): boolean {
  return name === 'INBOX' || name.startsWith(`INBOX${DELIMITER}`);
}

/** Wildcards in a row are one: the most generous of them. */
function compiled(pattern: string): Pattern {
  const [head, ...rest] = pattern
    .replaceAll(/[*%]+/g, (run) => (run.includes('*') ? '*' : '%'))
    .split(/([*%])/);
  const steps: Step[] = [];
  for (let i = 0; i < rest.length; i += 2) {
    const text = rest[i + 1]!;
    steps.push({ crossesLevels: rest[i] === '*', text, borders: bordersOf(text) });
  }
  return { head: head!, steps };
}

function matches({ head, steps }: Pattern, name: string): boolean {
  if (steps.length === 0) return name === head;
  if (!name.startsWith(head) || !name.endsWith(steps.at(-1)!.text)) return false;
  // a mark at each place of the name that the pattern can have come to
  let places: Uint8Array | undefined = new Uint8Array(name.length + 1);
  places[head.length] = 1;
  for (const step of steps) {
    spread(places, step.crossesLevels, name);
    if (step.text !== '') places = placesBehind(step, places, name);
    if (places === undefined) return false;
  }
  return places[name.length] === 1;
}

/** Where a wildcard can end that begins at the marks. */
function spread(places: Uint8Array, crossesLevels: boolean, name: string): void {
  let reached = false;
  for (let at = 0; at <= name.length; at++) {
    if (places[at] === 1) reached = true;
    else if (reached) places[at] = 1;
    if (!crossesLevels && name[at] === DELIMITER) reached = false;
  }
}

/** Where the text ends when it begins at a mark; undefined where it does nowhere. Knuth, Morris and Pratt. */
function placesBehind(
  { text, borders }: Step,
  places: Uint8Array,
  name: string,
): Uint8Array | undefined {
  const behind = new Uint8Array(name.length + 1);
  let some = false;
  let length = 0;
  for (let at = 0; at < name.length; at++) {
    length = longer(text, borders, length, name[at]!);
    if (length < text.length) continue;
    if (places[at + 1 - length] === 1) {
      behind[at + 1] = 1;
      some = true;
    }
    length = borders[length]!;
  }
  return some ? behind : undefined;
}

function bordersOf(text: string): Uint16Array {
  const borders = new Uint16Array(text.length + 1);
  for (let at = 1; at < text.length; at++)
    borders[at + 1] = longer(text, borders, borders[at]!, text[at]!);
  return borders;
}

/** How much of the text stands there once a character has come behind `length` of its characters. */
function longer(text: string, borders: Uint16Array, length: number, character: string): number {
  let kept = length;
  while (kept > 0 && text[kept] !== character) kept = borders[kept]!;
  return text[kept] === character ? kept + 1 : 0;
}

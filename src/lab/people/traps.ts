/**
 * Spam traps: mailboxes that nobody ever gave to anybody. They take mail as any other does and never answer; who writes to one has a list that
 * was bought or gathered. They look like people, and no list of people shows them.
 */
const TRAPS: ReadonlySet<string> = new Set([
  'k.yamamoto',
  'nancy.hill',
  'shinji.mori',
  'paula.west',
  'yoko.arai',
  'greg.lowell',
]);

/** Their local parts, the same at every provider. */
export const TRAP_NAMES: readonly string[] = [...TRAPS];

export function isTrap(localPart: string): boolean {
  return TRAPS.has(localPart.toLowerCase());
}

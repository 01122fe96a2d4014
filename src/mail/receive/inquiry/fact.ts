/** One fact of a message: known, or why it is not. */

export type Fact<Value> = { readonly kind: 'known'; readonly value: Value } | NotAsked | Unknown;

/**
 * `no-dns`: this server asks no outside DNS · `off`: by the settings · `nothing`: there is nothing to ask, as with a null
 * reverse-path.
 */
export interface NotAsked {
  readonly kind: 'not-asked';
  readonly why: 'no-dns' | 'off' | 'nothing';
}

/** `time`: it took too long · `failed`: by a bug, which is in the log. */
export interface Unknown {
  readonly kind: 'unknown';
  readonly why: 'time' | 'failed';
}

export const NO_DNS: NotAsked = { kind: 'not-asked', why: 'no-dns' };
export const OFF: NotAsked = { kind: 'not-asked', why: 'off' };
export const NOTHING_TO_ASK: NotAsked = { kind: 'not-asked', why: 'nothing' };

/** The value where it is known. */
export function knownOf<Value>(fact: Fact<Value>): Value | undefined {
  return fact.kind === 'known' ? fact.value : undefined;
}

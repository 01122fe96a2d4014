/** Numbers of messages and recipients in sentences. */

/** The beginning of a sentence in the passive: `1 message was`, `2 messages were`. */
export function messagesWere(count: number): string {
  return count === 1 ? '1 message was' : `${count} messages were`;
}

/** The beginning of a sentence: `1 recipient is`, `2 recipients are`. */
export function recipientsAre(count: number): string {
  return count === 1 ? '1 recipient is' : `${count} recipients are`;
}

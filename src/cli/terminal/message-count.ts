/** Numbers of messages in sentences. */

/** The beginning of a sentence in the passive: `1 message was`, `2 messages were`. */
export function messagesWere(count: number): string {
  return count === 1 ? '1 message was' : `${count} messages were`;
}

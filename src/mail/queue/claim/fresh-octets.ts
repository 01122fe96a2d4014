/**
 * The octets of small messages that this process has just queued, by message id: whoever sends them need not ask the database for what
 * it was given a moment ago. Bounded, the oldest go first; what is not here is read.
 */

/** Up to this size a message is kept here. */
export const SMALL = 64 * 1024;
/** Some seconds of mail at full speed. */
const MAX_OCTETS = 4 * 1024 * 1024;

export class FreshOctets {
  readonly #octets = new Map<string, Uint8Array>();
  #total = 0;

  /** @param octets the whole blob; not changed afterwards */
  keep(messageId: string, octets: Uint8Array): void {
    if (octets.length > SMALL || this.#octets.has(messageId)) return;
    this.#octets.set(messageId, octets);
    this.#total += octets.length;
    for (const [oldest, { length }] of this.#octets) {
      if (this.#total <= MAX_OCTETS) return;
      this.#octets.delete(oldest);
      this.#total -= length;
    }
  }

  of(messageId: string): Uint8Array | undefined {
    return this.#octets.get(messageId);
  }
}

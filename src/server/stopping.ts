/** How a server stops: its parts in reverse order of their start, each within a time that a second call may shorten. */

/** Milliseconds. */
const DEFAULT_GRACE = 10_000;

/** What takes its time to stop; called again with less of it, it hurries. */
export interface Stoppable {
  stop(graceMs: number): Promise<void>;
}

export class Stopping {
  #grace = DEFAULT_GRACE;
  #stopped: Promise<void> | undefined;
  readonly #patient: Stoppable[] = [];

  /** Stops it with the others, after all that started later. */
  add(part: Stoppable, stack: AsyncDisposableStack): void {
    this.#patient.push(part);
    stack.defer(() => part.stop(this.#grace));
  }

  stop(parts: AsyncDisposableStack, graceMs = DEFAULT_GRACE): Promise<void> {
    this.#grace = Math.min(this.#grace, graceMs);
    // a stop under way is told to hurry
    if (this.#stopped) for (const part of this.#patient.toReversed()) void part.stop(graceMs);
    this.#stopped ??= parts.disposeAsync();
    return this.#stopped;
  }
}

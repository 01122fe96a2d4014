/**
 * Turns at the same time, shared fairly between owners: each has at most so many, and those that wait get theirs in
 * rotation of owners, so that one client whose zones are slow never holds up the look-ups of the others. Bounded: an
 * owner with too many waiting, or too many in all, is told so at once. Undefined is ourselves, without limits of an owner.
 * Called by the stub resolver and by the client of Rspamd.
 */

export interface SlotLimits {
  /** Turns in all. */
  readonly turns: number;
  /** Turns of one owner. */
  readonly turnsEach: number;
  /** That may wait in all. */
  readonly waiting: number;
  /** That may wait of one owner. */
  readonly waitingEach: number;
}

interface Owner {
  running: number;
  /** A Set, so that one that gives up leaves the queue in constant time. */
  readonly waiting: Set<() => void>;
}

export class Slots {
  readonly #limits: SlotLimits;
  readonly #owners = new Map<string | undefined, Owner>();
  /** Owners for whom something waits and who have a turn left, the next one first. */
  readonly #line = new Map<string | undefined, Owner>();
  #free: number;
  #waiting = 0;

  constructor(limits: SlotLimits) {
    this.#limits = limits;
    this.#free = limits.turns;
  }

  /** A turn, which `release` gives back; 'full' where too many wait, 'aborted' by the signal. */
  take(name: string | undefined, signal: AbortSignal): Promise<'taken' | 'full' | 'aborted'> {
    if (signal.aborted) return Promise.resolve('aborted');
    const owner = this.#owners.get(name) ?? { running: 0, waiting: new Set() };
    if (this.#free > 0 && owner.running < this.#turnsOf(name)) {
      this.#free--;
      owner.running++;
      this.#owners.set(name, owner);
      return Promise.resolve('taken');
    }
    const waitingEach = name === undefined ? Infinity : this.#limits.waitingEach;
    if (this.#waiting >= this.#limits.waiting || owner.waiting.size >= waitingEach)
      return Promise.resolve('full');
    this.#owners.set(name, owner);
    return this.#wait(name, owner, signal);
  }

  release(name: string | undefined): void {
    const owner = this.#owners.get(name)!;
    owner.running--;
    this.#free++;
    this.#settle(name, owner);
    this.#next();
  }

  #wait(name: string | undefined, owner: Owner, signal: AbortSignal): Promise<'taken' | 'aborted'> {
    return new Promise((resolve) => {
      const leave = () => {
        owner.waiting.delete(onTurn);
        this.#waiting--;
        signal.removeEventListener('abort', onAbort);
      };
      const onTurn = () => {
        leave();
        resolve('taken');
      };
      const onAbort = () => {
        leave();
        this.#settle(name, owner);
        resolve('aborted');
      };
      owner.waiting.add(onTurn);
      this.#waiting++;
      signal.addEventListener('abort', onAbort, { once: true });
      this.#settle(name, owner);
    });
  }

  #turnsOf(name: string | undefined): number {
    return name === undefined ? Infinity : this.#limits.turnsEach;
  }

  #next(): void {
    if (this.#free === 0) return;
    for (const [name, owner] of this.#line) {
      this.#line.delete(name);
      this.#free--;
      owner.running++;
      owner.waiting.values().next().value!();
      this.#settle(name, owner);
      return;
    }
  }

  /** Puts an owner into the line, takes it out, or forgets it, as its numbers say. */
  #settle(name: string | undefined, owner: Owner): void {
    if (owner.waiting.size > 0 && owner.running < this.#turnsOf(name)) this.#line.set(name, owner);
    else this.#line.delete(name);
    if (owner.waiting.size === 0 && owner.running === 0) this.#owners.delete(name);
  }
}

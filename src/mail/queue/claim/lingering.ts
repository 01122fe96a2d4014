/**
 * The attempts under way here, told of mail that is queued for their destination. One that has done all that was due keeps lease and
 * session for a moment: what comes meanwhile goes to it, without a claim, a lease and a connection of its own. What an attempt leaves
 * is put in line by the release of its lease.
 */
import type { DestinationKey } from '#store/queue/enqueue';

/** Longer would hold a place that other destinations, or other streams of the site, may want. */
export const LINGER_MILLISECONDS = 100;

export class Lingering {
  readonly #hasRoom: () => boolean;
  readonly #visits = new Map<string, Set<Visit>>();

  /** @param hasRoom nobody else waits for the place of an attempt that lingers */
  constructor(hasRoom: () => boolean) {
    this.#hasRoom = hasRoom;
  }

  /** An attempt begins; to be disposed of when it ends. */
  join(destination: DestinationKey): Visit {
    const key = keyOf(destination);
    const visits = this.#visits.get(key) ?? new Set();
    const visit = new Visit(this.#hasRoom, () => {
      visits.delete(visit);
      if (visits.size === 0) this.#visits.delete(key);
    });
    this.#visits.set(key, visits.add(visit));
    return visit;
  }

  /** Mail was queued. True when an attempt that lingered takes it; of several it is always the same, so that the others end. */
  wake(destination: DestinationKey): boolean {
    const visits = this.#visits.get(keyOf(destination));
    if (!visits) return false;
    for (const visit of visits) if (visit.takeUp()) return true;
    for (const visit of visits) visit.news = true;
    return false;
  }
}

/** One attempt at a destination. */
export class Visit implements Disposable {
  /** Mail was queued that nobody took up. */
  news = false;
  readonly #hasRoom: () => boolean;
  readonly #leave: () => void;
  #settle: ((woken: boolean) => void) | undefined;

  constructor(hasRoom: () => boolean, leave: () => void) {
    this.#hasRoom = hasRoom;
    this.#leave = leave;
  }

  /** Lingers. True when mail was queued; false when none came, or at the end of the signal. */
  async linger(signal: AbortSignal): Promise<boolean> {
    if (signal.aborted || !this.#hasRoom()) return false;
    const end = (): void => this.#settle?.(false);
    const timer = setTimeout(end, LINGER_MILLISECONDS);
    signal.addEventListener('abort', end);
    const woken = await new Promise<boolean>((resolve) => {
      this.#settle = resolve;
    });
    this.#settle = undefined;
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
    return woken;
  }

  /** Ends lingering; false when there is none. */
  takeUp(): boolean {
    const settle = this.#settle;
    this.#settle = undefined;
    settle?.(true);
    return settle !== undefined;
  }

  [Symbol.dispose](): void {
    this.#leave();
  }
}

function keyOf({ site, stream, sourcePool }: DestinationKey): string {
  return `${site}\n${stream}\n${sourcePool}`;
}

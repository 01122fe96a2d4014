/** Whether this server can do its work now: every part is up and the database answers. */
import { storeAnswers } from '#store/database/health';
import type { Store } from '#store/database/open';

export interface Readiness {
  readonly ready: boolean;
  readonly checks: readonly Check[];
}

export interface Check {
  readonly name: 'listeners' | 'queue' | 'database';
  readonly ok: boolean;
  /** Why it is not. */
  readonly reason?: string;
}

/** A database that takes longer to answer is of no use to a session. Milliseconds. */
const PATIENCE = 2000;

export class ReadinessCheck {
  readonly #store: Store;
  readonly #isUp: () => boolean;
  #asked: Promise<string | undefined> | undefined;

  /** @param isUp whether all parts have started and none is stopping */
  constructor(store: Store, isUp: () => boolean) {
    this.#store = store;
    this.#isUp = isUp;
  }

  async look(): Promise<Readiness> {
    const database = checkOf(await this.#askDatabase());
    const parts = checkOf(this.#isUp() ? undefined : 'starting or stopping');
    const checks: Check[] = [
      { name: 'listeners', ...parts },
      { name: 'queue', ...parts },
      { name: 'database', ...database },
    ];
    return { ready: checks.every(({ ok }) => ok), checks };
  }

  /** One question is under way at most, however long it takes; who asks meanwhile waits for the same answer, but not for ever. */
  async #askDatabase(): Promise<string | undefined> {
    this.#asked ??= storeAnswers(this.#store.pool).finally(() => {
      this.#asked = undefined;
    });
    const late = Promise.withResolvers<string>();
    const timer = setTimeout(() => late.resolve(`no answer within ${PATIENCE} ms`), PATIENCE);
    try {
      return await Promise.race([this.#asked, late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }
}

function checkOf(reason: string | undefined): Omit<Check, 'name'> {
  return reason === undefined ? { ok: true } : { ok: false, reason };
}

/**
 * What the directory tables answered, kept in memory until one of them changes: by a notice from the process that changed it, and at
 * the latest by a look at `directory_version` every two seconds. Bounded; the oldest answer goes first.
 */
import type pg from 'pg';
import type { Notices } from '#store/database/notices';

const MAX_ENTRIES = 20_000;
const LOOK_MILLISECONDS = 2000;

export class DirectoryCache {
  readonly #pool: pg.Pool;
  readonly #answers = new Map<string, unknown>();
  readonly #stopListening: () => void;
  readonly #timer: NodeJS.Timeout;
  #generation = 0;
  #version: string | undefined;

  constructor(pool: pg.Pool, notices: Notices) {
    this.#pool = pool;
    this.#stopListening = notices.on('directory', () => this.#forget());
    this.#timer = setInterval(() => void this.#look(), LOOK_MILLISECONDS);
    this.#timer.unref();
  }

  /** The answer kept under a key, or the promise of asking for it. A failed question is not kept. */
  get<T>(key: string, ask: () => Promise<T>): T | Promise<T> {
    const kept = this.#answers.get(key) as T | undefined;
    return kept === undefined ? this.#ask(key, ask) : kept;
  }

  close(): void {
    this.#stopListening();
    clearInterval(this.#timer);
  }

  async #ask<T>(key: string, ask: () => Promise<T>): Promise<T> {
    const generation = this.#generation;
    const answer = await ask();
    // an answer read before a change is not kept after it
    if (generation === this.#generation) {
      if (this.#answers.size >= MAX_ENTRIES) {
        this.#answers.delete(this.#answers.keys().next().value!);
      }
      this.#answers.set(key, answer);
    }
    return answer;
  }

  #forget(): void {
    this.#generation++;
    this.#answers.clear();
  }

  async #look(): Promise<void> {
    if (this.#answers.size === 0) return;
    try {
      const { rows } = await this.#pool.query<{ version: string }>(
        'select version from directory_version',
      );
      const version = rows[0]!.version;
      if (version !== this.#version) this.#forget();
      this.#version = version;
    } catch {
      // out of reach: what is kept is the best there is, and nothing can be stored meanwhile
    }
  }
}

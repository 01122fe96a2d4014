/**
 * Keeps the dialogue of every SMTP session of the learner's server, whether a message came of it or not. Bounded in each session and in
 * how many wait to be written: while the database is away they are kept in memory, and the oldest go first.
 */
import type { Clock } from '#clock';
import type { Log } from '#log';
import type { DialogueEntry } from '#protocol/smtp/dialogue';
import type { SessionObserver, SessionWitness } from '#servers/smtp/settings';
import type { Pool } from '#store/database/open';
import { keepSessions, trimSessions, type SmtpSessionRecord } from '#store/lab/lesson-sessions';

/** Of one session: more than any lesson asks for. */
const ENTRIES = 500;
const CHARACTERS = 60_000;
/** Sessions in memory that have ended, and as many that have not. */
const WAITING = 1000;
/** Under load many are written at once. */
const GATHER_MILLISECONDS = 200;
/** Sessions written between two trims. */
const TRIM_AFTER = 500;

interface WitnessParts {
  readonly clock: Clock;
  readonly log: Log;
}

export class LessonWitness implements SessionWitness {
  readonly #parts: WitnessParts;
  #pool: Pool | undefined;
  readonly #running = new Map<string, SmtpSessionRecord>();
  #waiting: SmtpSessionRecord[] = [];
  #writing: Promise<void> | undefined;
  #written = 0;
  #soon: NodeJS.Timeout | undefined;

  constructor(parts: WitnessParts) {
    this.#parts = parts;
  }

  /** The database is there. */
  keepIn(pool: Pool): void {
    this.#pool = pool;
  }

  readonly began: SessionWitness['began'] = (session) => {
    const beganAt = this.#parts.clock.now();
    const entries: DialogueEntry[] = [];
    let characters = 0;
    const record = { ...session, beganAt, endedAt: undefined, entries };
    if (this.#running.size < WAITING) this.#running.set(session.id, record);
    const observer: SessionObserver = {
      said: (entry) => {
        characters += 'line' in entry ? entry.line.length : 0;
        if (entries.length < ENTRIES && characters <= CHARACTERS) entries.push(entry);
      },
      ended: () => {
        this.#running.delete(session.id);
        this.#waiting.push({ ...record, endedAt: this.#parts.clock.now() });
        if (this.#waiting.length > WAITING) this.#waiting.shift();
        this.#soon ??= setTimeout(() => void this.#flush([]), GATHER_MILLISECONDS).unref();
      },
    };
    return observer;
  };

  /** Writes what was said so far, in sessions that have ended and in those that have not; what cannot be written waits for the next time. */
  async flush(): Promise<void> {
    await this.#flush(this.#running.values());
  }

  async #flush(running: Iterable<SmtpSessionRecord>): Promise<void> {
    clearTimeout(this.#soon);
    this.#soon = undefined;
    while (this.#writing !== undefined) await this.#writing;
    const pool = this.#pool;
    if (pool === undefined) return;
    this.#writing = this.#write(pool, running).finally(() => {
      this.#writing = undefined;
    });
    await this.#writing;
  }

  async #write(pool: Pool, running: Iterable<SmtpSessionRecord>): Promise<void> {
    const ended = this.#waiting;
    this.#waiting = [];
    const records = [...ended, ...running];
    if (records.length === 0) return;
    try {
      await keepSessions(pool, records);
      this.#written += ended.length;
      if (this.#written < TRIM_AFTER) return;
      this.#written = 0;
      await trimSessions(pool);
    } catch (error) {
      this.#parts.log.warn('lab.sessions-wait', {
        count: ended.length,
        error: (error as Error).message,
      });
      this.#waiting = [...ended, ...this.#waiting].slice(-WAITING);
    }
  }
}

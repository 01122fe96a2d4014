/**
 * Events that belong to no message (refused connections, failed logins): gathered and written together once a second, so that a
 * flood of them costs mail nothing. Bounded: beyond that they are dropped, and the count is logged.
 */
import type { Event } from '#events';
import type { Log } from '#log';
import type { Writer } from '#store/writer/writer';
import { writeEvents } from './events.ts';

const MAX_EVENTS = 5000;
const FLUSH_MILLISECONDS = 1000;

export class EventBuffer {
  readonly #writer: Writer;
  readonly #log: Log;
  readonly #written: (events: readonly Event[]) => void;
  #events: Event[] = [];
  #dropped = 0;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  /** @param written called after the commit */
  constructor(writer: Writer, log: Log, written: (events: readonly Event[]) => void) {
    this.#writer = writer;
    this.#log = log;
    this.#written = written;
  }

  note(event: Event): void {
    if (this.#events.length >= MAX_EVENTS) {
      this.#dropped++;
      return;
    }
    this.#events.push(event);
    this.#timer ??= setTimeout(() => void this.flush(), FLUSH_MILLISECONDS).unref();
  }

  /** Writes what was gathered, after what is being written; a failure loses it and says how much. Never rejects. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  async #write(): Promise<void> {
    const events = this.#events;
    if (this.#dropped > 0) this.#log.warn('events.dropped', { count: this.#dropped });
    this.#events = [];
    this.#dropped = 0;
    if (events.length === 0) return;
    try {
      await this.#writer.run({
        accounts: [],
        order: '',
        bytes: events.length * 300,
        statements: [writeEvents(events)],
      });
      this.#written(events);
    } catch (error) {
      this.#log.warn('events.lost', { count: events.length, error: (error as Error).message });
    }
  }
}

/** INPROGRESS (RFC 9585): a command that takes long says how far it is, so that the client does not give up. */
import { ClientGone } from './link.ts';
import type { SessionState } from './session-state.ts';

export class InProgress {
  readonly #state: SessionState;
  readonly #tag: string;
  #toldAt: number;
  /** Messages; a goal of 0 is not known. */
  #done = 0;
  #goal = 0;

  constructor(state: SessionState, tag: string) {
    this.#state = state;
    this.#tag = tag;
    this.#toldAt = state.services.clock.monotonic();
  }

  /** Tells where it is time. @throws ClientGone: nobody waits for the end */
  tell(done: number, goal: number): void {
    const { services, link, settings } = this.#state;
    if (link.isGone) throw new ClientGone();
    this.note(done, goal);
    const time = services.clock.monotonic();
    if (time - this.#toldAt < settings.limits.inProgressEvery) return;
    this.#toldAt = time;
    this.#say();
  }

  /** What `during` tells next. */
  note(done: number, goal: number): void {
    this.#done = done;
    this.#goal = goal;
  }

  /** Tells now and then until the store is done. No response may be half said meanwhile. */
  async during<T>(work: Promise<T>): Promise<T> {
    const { inProgressEvery } = this.#state.settings.limits;
    const timer = setInterval(() => this.#say(), inProgressEvery).unref();
    try {
      return await work;
    } finally {
      clearInterval(timer);
    }
  }

  #say(): void {
    const { link, out } = this.#state;
    if (link.isGone || link.congested) return;
    const figures = this.#goal === 0 ? 'NIL NIL' : `${this.#done} ${this.#goal}`;
    out.text(`* OK [INPROGRESS ("${this.#tag}" ${figures})] Still at it\r\n`);
    out.flush();
  }
}

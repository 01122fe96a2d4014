/** INPROGRESS (RFC 9585): a command that takes long says how far it is, so that the client does not give up. */
import { ClientGone } from './link.ts';
import type { SessionState } from './session-state.ts';

/** RFC 9585 §4: not more often than this. Milliseconds. */
const EVERY = 10_000;

export class InProgress {
  readonly #state: SessionState;
  readonly #tag: string;
  #toldAt: number;

  constructor(state: SessionState, tag: string) {
    this.#state = state;
    this.#tag = tag;
    this.#toldAt = state.services.clock.monotonic();
  }

  /** @throws ClientGone: nobody waits for the end */
  tell(done: number, total: number): void {
    const { services, link, out } = this.#state;
    if (link.isGone) throw new ClientGone();
    const time = services.clock.monotonic();
    if (time - this.#toldAt < EVERY) return;
    this.#toldAt = time;
    out.text(`* OK [INPROGRESS ("${this.#tag}" ${done} ${total})] Still at it\r\n`);
    out.flush();
  }
}

/**
 * What the client sends of a refused command though nobody wants it: the literal that a `{n+}` announced, the rest of its line, and
 * further literals (RFC 7888 §4). It is thrown away up to a bound. Called by receiver.ts.
 */
import { latin1 } from '#bytes';
import type { ReceiverEvent } from './event.ts';
import { withoutLineEnd, type Incoming } from './incoming.ts';
import type { ReceiverLimits } from './limits.ts';
import { literalAt } from './literal.ts';

const SKIPPED_AT_ONCE = 4096;
/** Octets of `~{n+}` and its line end. */
const LONGEST_MARK = 32;

export class Discard {
  readonly #incoming: Incoming;
  readonly #limits: ReceiverLimits;
  #next: 'literal' | 'line' | 'nothing' = 'nothing';
  /** Octets of a literal still to come. */
  #left = 0;
  #thrownAway = 0;
  /** Of the line that is being thrown away. */
  #thrownOfLine = 0;
  /** What is said once the refused command has ended. */
  #event: ReceiverEvent | undefined;

  constructor(incoming: Incoming, limits: ReceiverLimits) {
    this.#incoming = incoming;
    this.#limits = limits;
  }

  /** `event` follows once so many octets and the rest of their line are gone; undefined: the client has sent nothing more. */
  begin(event: ReceiverEvent, octets: number | undefined): void {
    this.#event = event;
    this.#thrownAway = this.#thrownOfLine = 0;
    this.#left = octets ?? 0;
    this.#next = octets === undefined ? 'nothing' : 'literal';
  }

  /** The event; `runaway` where it was too much; undefined until more octets come. */
  next(loggedIn: boolean): ReceiverEvent | undefined {
    for (;;) {
      if (this.#next === 'nothing') return this.#event;
      const gone = this.#next === 'literal' ? this.#literal(loggedIn) : this.#line(loggedIn);
      if (gone === 'more') return undefined;
      if (gone === 'too-much') return { kind: 'runaway' };
    }
  }

  #literal(loggedIn: boolean): 'gone' | 'more' | 'too-much' {
    while (this.#left > 0) {
      const taken = this.#incoming.take(this.#left);
      if (taken === undefined) return 'more';
      this.#left -= taken.length;
      if (this.#isTooMuch(taken.length, loggedIn)) return 'too-much';
    }
    this.#next = 'line';
    return 'gone';
  }

  /** The rest of a line; only its end says whether a literal follows. */
  #line(loggedIn: boolean): 'gone' | 'more' | 'too-much' {
    const incoming = this.#incoming;
    let tail: Uint8Array;
    for (;;) {
      const ended = incoming.gatherLine(SKIPPED_AT_ONCE);
      if (ended === 'more') return 'more';
      tail = incoming.octets();
      this.#thrownOfLine += tail.length;
      if (this.#isTooMuch(tail.length, loggedIn)) return 'too-much';
      if (ended === 'line') break;
      incoming.keepLast(LONGEST_MARK);
    }
    incoming.clear();
    const mark = literalAt(withoutLineEnd(latin1(tail)));
    if (mark === undefined || mark.synchronising) this.#next = 'nothing';
    else {
      this.#thrownOfLine = 0;
      this.#left = mark.size;
      this.#next = 'literal';
    }
    return 'gone';
  }

  #isTooMuch(octets: number, loggedIn: boolean): boolean {
    this.#thrownAway += octets;
    const { discard, discardBeforeLogin, discardLine } = this.#limits;
    const most = loggedIn ? discard : discardBeforeLogin;
    return this.#thrownAway > most || this.#thrownOfLine > discardLine;
  }
}

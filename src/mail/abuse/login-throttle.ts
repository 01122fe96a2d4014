/**
 * How fast guesses at passwords may follow one another. While few have failed, as many may be under way as are free, and others wait for
 * one of them to end; beyond that there is a gap between them, which grows. A guess waits; it is refused only where it would wait too long, and nobody is ever
 * locked out by what others did: who logs in from where the owner of the name has logged in before waits for failures of that very place
 * alone. Strangers wait for their address, for their network, and in one of two lanes for the name: networks that have not failed
 * there yet are not held up by those that have (docs/decisions/0024). Names that nobody has cost the same.
 *
 * Pure: times are arguments. `now` is the calendar, by which nodes count together; `at` the monotonic time, by which this node's checks
 * follow one another.
 */
import type { Standing } from '#store/abuse/known-places';
import type { Counters } from './counters.ts';
import {
  CHEAP_PACE,
  FIRST_GAP,
  LOGIN_PACES,
  LOGIN_PATIENCE,
  REMEMBERED,
  type PaceRule,
} from './limits.ts';

/** What is about to be checked. */
export interface Guess {
  /** As `addressGroup` and `networkGroup` give them. */
  readonly address: string;
  readonly network: string;
  /** Behind the address may be everybody: it is no mark of a guesser. */
  readonly shared: boolean;
  /** A keyed hash of the login name, whether anybody has it or not. */
  readonly name: string;
  /** A keyed hash of name and secret; undefined where the mechanism does not show it (SCRAM). */
  readonly secret: string | undefined;
  /** Of 128 random bits: nobody guesses it, so that trying costs nothing but the check. */
  readonly hopeless: boolean;
}

export type PaceName = keyof typeof LOGIN_PACES | 'cheap';

export type Reservation =
  | { readonly kind: 'go'; /** Milliseconds. */ readonly wait: number; readonly ticket: Ticket }
  /** As many are under way as may: ask again when one of this key has ended. */
  | { readonly kind: 'full'; readonly key: string; readonly per: PaceName }
  | { readonly kind: 'later'; readonly seconds: number; readonly per: PaceName };

interface Key {
  readonly pace: PaceName;
  readonly key: string;
}

/** A guess that was let in and has not come to its end. */
export interface Ticket {
  readonly guess: Guess;
  readonly standing: Standing;
  readonly keys: readonly Key[];
  readonly held: readonly string[];
}

interface Turn {
  /** Guesses under way. */
  pending: number;
  /** Monotonic: when the next may be checked. */
  nextAt: number;
}

export class LoginThrottle {
  readonly #counts: Counters;
  readonly #turns = new Map<string, Turn>();
  /** Secrets that were wrong; the oldest first. */
  readonly #wrong = new Set<string>();

  /** @param counts of failures, shared between nodes */
  constructor(counts: Counters) {
    this.#counts = counts;
  }

  /** Keys that wait for their turn or have a guess under way. */
  get size(): number {
    return this.#turns.size;
  }

  /** Whether a stranger would have to wait now: otherwise nobody needs to know how well the place is known. */
  isSlow(guess: Guess, now: number, at: number): boolean {
    const keys = this.#keysOf(guess, 'stranger', now);
    if (keys[0]!.pace === 'cheap') return false;
    return keys.some(
      (one) =>
        this.#waitAt(one, at) > 0 || this.#gap(one, now) > 0 || this.#isFull(one, guess, now),
    );
  }

  /**
   * A turn for the guess, or when to come again.
   * @param nodes that share the limits
   */
  reserve(guess: Guess, standing: Standing, now: number, at: number, nodes: number): Reservation {
    const keys = this.#keysOf(guess, standing, now);
    let wait = 0;
    let slowest = keys[0]!;
    for (const one of keys) {
      if (this.#isFull(one, guess, now)) return { kind: 'full', key: one.key, per: one.pace };
      const own = this.#waitAt(one, at);
      if (own <= wait) continue;
      wait = own;
      slowest = one;
    }
    if (wait > LOGIN_PATIENCE)
      return { kind: 'later', seconds: Math.ceil(wait / 1000), per: slowest.pace };
    const held = [...new Set([...keys.map(({ key }) => key), atNetwork(guess)])];
    for (const key of held) this.#turn(key, at).pending++;
    for (const one of keys) {
      const turn = this.#turn(one.key, at);
      turn.nextAt = Math.max(turn.nextAt, at) + this.#gap(one, now) * nodes;
    }
    return { kind: 'go', wait, ticket: { guess, standing, keys, held } };
  }

  /** The guess was right, or was not checked at all. */
  release(ticket: Ticket, outcome: 'right' | 'unchecked', at: number): void {
    this.#release(ticket, at);
    const { secret } = ticket.guess;
    if (outcome === 'right' && secret !== undefined) this.#wrong.delete(secret);
    // who logs in again and again with an app password takes nobody's turn
    const [first] = ticket.keys;
    const turn = first?.pace === 'cheap' ? this.#turns.get(first.key) : undefined;
    if (outcome === 'right' && turn !== undefined) turn.nextAt -= CHEAP_PACE.gap;
  }

  /**
   * The guess was wrong. Counts it, unless the same secret was wrong before: a telephone with an old password guesses nothing.
   * @param standing of the place, by now
   * @returns whether a stranger tried a name that was not tried from there before
   */
  fail(ticket: Ticket, standing: Standing, now: number, at: number): boolean {
    this.#release(ticket, at);
    const { guess } = ticket;
    if (this.#wasWrong(guess)) return false;
    const isNew = standing === 'stranger' && this.#counts.level(atAddress(guess), now) === 0;
    for (const key of countedKeys(ticket, standing)) this.#counts.add(key, now);
    if (guess.secret !== undefined) this.#remember(guess.secret);
    return isNew;
  }

  /** Drops turns that are over. */
  sweep(at: number): void {
    for (const [key, { pending, nextAt }] of this.#turns)
      if (pending === 0 && nextAt <= at) this.#turns.delete(key);
  }

  #keysOf(guess: Guess, standing: Standing, now: number): readonly Key[] {
    if (guess.hopeless || this.#wasWrong(guess))
      return [{ pace: 'cheap', key: `c:${guess.address}` }];
    if (standing === 'address') return [{ pace: 'name-at-address', key: atAddress(guess) }];
    if (standing === 'network') return [{ pace: 'name-at-network', key: atNetwork(guess) }];
    const lane: Key =
      this.#counts.level(atNetwork(guess), now) === 0
        ? { pace: 'name-first', key: `f:${guess.name}` }
        : { pace: 'name-again', key: `s:${guess.name}` };
    if (guess.shared) return [lane];
    return [
      { pace: 'address', key: `a:${guess.address}` },
      { pace: 'network', key: `n:${guess.network}` },
      lane,
    ];
  }

  #waitAt({ key, pace }: Key, at: number): number {
    const nextAt = this.#turns.get(key)?.nextAt ?? at;
    const tolerance = pace === 'cheap' ? CHEAP_PACE.gap * CHEAP_PACE.atOnce : 0;
    return Math.max(0, nextAt - at - tolerance);
  }

  #gap({ key, pace }: Key, now: number): number {
    if (pace === 'cheap') return CHEAP_PACE.gap;
    return gapAfter(this.#counts.level(key, now), LOGIN_PACES[pace]);
  }

  /** Whether as many guesses are under way as may fail before there are gaps; where there are, turns follow one another anyway. */
  #isFull({ key, pace }: Key, guess: Guess, now: number): boolean {
    if (pace === 'cheap') return false;
    const failures = this.#counts.level(key, now);
    const { free } = LOGIN_PACES[pace];
    if (failures < free) return failures + this.#pending(key) >= free;
    // a network has one turn in the first lane, until it is known how that ended
    return pace === 'name-first' && this.#pending(atNetwork(guess)) > 0;
  }

  #pending(key: string): number {
    return this.#turns.get(key)?.pending ?? 0;
  }

  #turn(key: string, at: number): Turn {
    let turn = this.#turns.get(key);
    if (turn === undefined) {
      turn = { pending: 0, nextAt: at };
      this.#turns.set(key, turn);
    }
    return turn;
  }

  #release({ held }: Ticket, at: number): void {
    for (const key of held) {
      const turn = this.#turns.get(key);
      if (turn === undefined) continue;
      turn.pending--;
      if (turn.pending <= 0 && turn.nextAt <= at) this.#turns.delete(key);
    }
  }

  #wasWrong({ secret }: Guess): boolean {
    return secret !== undefined && this.#wrong.has(secret);
  }

  #remember(secret: string): void {
    this.#wrong.add(secret);
    if (this.#wrong.size <= REMEMBERED) return;
    for (const oldest of this.#wrong) {
      this.#wrong.delete(oldest);
      return;
    }
  }
}

/** Milliseconds between two checks at a key with so many failures. */
export function gapAfter(failures: number, { free, most }: PaceRule): number {
  return failures < free ? 0 : Math.min(most, FIRST_GAP * 2 ** Math.min(20, failures - free));
}

/** A stranger's failure counts everywhere, an owner's place alone for its own. */
function countedKeys({ guess, keys }: Ticket, standing: Standing): readonly string[] {
  if (guess.hopeless || standing === 'address') return [atAddress(guess)];
  if (standing === 'network') return [atNetwork(guess)];
  // a place that was taken for known before it was asked had no lane
  const own = keys.map(({ key }) => key);
  return [...new Set([...own, atAddress(guess), atNetwork(guess)])];
}

function atAddress({ name, address }: Guess): string {
  return `p:${name}@${address}`;
}

function atNetwork({ name, network }: Guess): string {
  return `r:${name}@${network}`;
}

/**
 * What stands between a name with its secret and their check, for every protocol: `servers/net/sasl-exchange.ts` asks it before each check and
 * tells it how the check ended. Waits as long as `login-throttle.ts` says.
 */
import { base64 } from '#bytes';
import { parseAppPassword } from '#mail/accounts/app-password';
import { loginKey } from '#mail/accounts/authenticate';
import type { Login } from '#mail/receive/envelope';
import type { PreparedText } from '#protocol/sasl/prepared-text';
import type { Standing } from '#store/abuse/known-places';
import { addressGroup, networkGroup } from './address-groups.ts';
import type { KnownPlaces, Place } from './known-places.ts';
import { LOGIN_PATIENCE, STRANGERS_AT_ONCE } from './limits.ts';
import type { Guess, LoginThrottle, PaceName, Reservation } from './login-throttle.ts';

export interface LoginRequest {
  /** Of the client, as `plainAddress` gives it. */
  readonly address: string;
  readonly name: PreparedText;
  /** Undefined where the mechanism does not show it. */
  readonly secret: PreparedText | undefined;
}

export type LoginPermit =
  | { readonly kind: 'go'; readonly check: LoginCheck }
  /** Temporary: others guess faster than passwords are checked. */
  | {
      readonly kind: 'later';
      readonly seconds: number;
      readonly per: PaceName | 'server';
    };

/** A check that may be made now. Exactly one of these is called, once. */
export interface LoginCheck {
  succeeded(login: Login): void;
  /** Resolves once it is counted. */
  failed(): Promise<void>;
  /** No answer was found: too many hashes, no database. */
  abandoned(): void;
}

export interface LoginGate {
  ask(request: LoginRequest): Promise<LoginPermit>;
}

const FREE: LoginCheck = {
  succeeded: () => {},
  failed: () => Promise.resolve(),
  abandoned: () => {},
};

/** Where nobody is held up: the practice Internet's own hosts, tests. */
export const openGate: LoginGate = { ask: () => Promise.resolve({ kind: 'go', check: FREE }) };

export interface LoginGateOptions {
  readonly throttle: LoginThrottle;
  readonly places: KnownPlaces;
  readonly now: () => number;
  readonly monotonic: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Of this process: tells a secret that is tried again. */
  readonly hashSecret: (text: string) => string;
  readonly isProtected: (address: string) => boolean;
  readonly nodes: () => number;
  /** A stranger failed to log in by a name that was not tried from its address before. */
  readonly failedAtName: (address: string) => void;
}

export function loginGate(options: LoginGateOptions): LoginGate {
  const { throttle, now, monotonic } = options;
  const waiting = new Waiting();
  let strangers = 0;

  /** Waits for a place among those under way, then for its turn. */
  const reserve = async (guess: Guess, from: Place): Promise<Turn | Later> => {
    const start = monotonic();
    for (let looks = 1; ; looks++) {
      const standing = throttle.isSlow(guess, now(), monotonic())
        ? await standingAt(options, from)
        : 'stranger';
      const reserved = throttle.reserve(guess, standing, now(), monotonic(), options.nodes());
      if (reserved.kind === 'later') return reserved;
      if (reserved.kind === 'go') return { ...reserved, standing };
      const later: Later = { kind: 'later', seconds: LOOK_AGAIN / 1000, per: reserved.per };
      if (looks === MOST_LOOKS || monotonic() - start > LOGIN_PATIENCE) return later;
      const place = waiting.join(reserved.key);
      if (place === undefined) return later;
      await Promise.race([place.turn, options.sleep(LOOK_AGAIN)]);
      place.leave();
    }
  };

  return {
    async ask(request) {
      // every way to write the name of a mailbox is that name
      const login = loginKey(request.name) ?? request.name;
      const guess = guessOf(options, request, login);
      const place = { login, address: guess.address, network: guess.network };
      const turn = await reserve(guess, place);
      if (turn.kind === 'later') return turn;
      const { ticket, wait, standing } = turn;
      if (wait > 0) await options.sleep(wait);
      if (standing === 'stranger') {
        if (strangers >= STRANGERS_AT_ONCE) {
          throttle.release(ticket, 'unchecked', monotonic());
          waiting.ended(ticket.held);
          return { kind: 'later', seconds: 1, per: 'server' };
        }
        strangers++;
      }
      let ended = false;
      /** Whether this is the first end that is told. */
      const end = (): boolean => {
        if (ended) return false;
        ended = true;
        clearTimeout(held);
        if (standing === 'stranger') strangers--;
        return true;
      };
      const release = (outcome: 'right' | 'unchecked'): void => {
        if (!end()) return;
        throttle.release(ticket, outcome, monotonic());
        waiting.ended(ticket.held);
      };
      const failed = async (): Promise<void> => {
        if (!end()) return;
        const found = await standingAt(options, place);
        const isNew = throttle.fail(ticket, found, now(), monotonic());
        waiting.ended(ticket.held);
        if (isNew) options.failedAtName(request.address);
      };
      // who begins exchanges and leaves them open must not keep others out
      const held = setTimeout(() => void failed(), HELD_AT_MOST).unref();
      const check: LoginCheck = {
        succeeded: (found) => {
          options.places.note({ ...place, login: found.name }, found.accountId, now());
          release('right');
        },
        failed,
        abandoned: () => release('unchecked'),
      };
      return { kind: 'go', check };
    },
  };
}

type Later = Extract<LoginPermit, { kind: 'later' }>;
type Turn = Extract<Reservation, { kind: 'go' }> & { readonly standing: Standing };

/** Who waits for a guess to end looks by itself this often: the one who was woken may have found another key full. Milliseconds. */
const LOOK_AGAIN = 1000;
/** And so often at most. */
const MOST_LOOKS = 100;
/** At one key. */
const MOST_WAITING = 200;
/** A place among those under way: the slowest telephone answers SCRAM's challenge sooner. Milliseconds. */
const HELD_AT_MOST = 15_000;

/** Guesses that wait for one of those under way at a key to end; one goes on for each that does. */
class Waiting {
  readonly #queues = new Map<string, Set<() => void>>();

  /** Undefined where too many wait already. */
  join(key: string): { readonly turn: Promise<void>; readonly leave: () => void } | undefined {
    const queue = this.#queues.get(key) ?? new Set();
    if (queue.size >= MOST_WAITING) return undefined;
    this.#queues.set(key, queue);
    const { promise, resolve } = Promise.withResolvers<void>();
    queue.add(resolve);
    const leave = (): void => {
      queue.delete(resolve);
      if (queue.size === 0 && this.#queues.get(key) === queue) this.#queues.delete(key);
    };
    return { turn: promise, leave };
  }

  ended(keys: readonly string[]): void {
    for (const key of keys) {
      const queue = this.#queues.get(key);
      if (queue === undefined) continue;
      for (const wake of queue) {
        queue.delete(wake);
        wake();
        break;
      }
      if (queue.size === 0) this.#queues.delete(key);
    }
  }
}

function guessOf(
  { places, hashSecret, isProtected }: LoginGateOptions,
  { address, secret }: LoginRequest,
  login: string,
): Guess {
  return {
    address: addressGroup(address),
    network: networkGroup(address),
    shared: isProtected(address),
    name: base64(places.hash('login', login)),
    secret: secret === undefined ? undefined : hashSecret(`${login}\0${secret}`),
    hopeless: secret !== undefined && parseAppPassword(secret) !== undefined,
  };
}

/** Whoever cannot be asked about is a stranger: without the database nobody logs in anyway. */
async function standingAt({ places, now }: LoginGateOptions, place: Place): Promise<Standing> {
  try {
    return await places.standing(place, now());
  } catch {
    return 'stranger';
  }
}

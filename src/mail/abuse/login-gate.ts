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
import { STRANGERS_AT_ONCE } from './limits.ts';
import type { Guess, LoginThrottle, PaceName } from './login-throttle.ts';

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
  let strangers = 0;
  return {
    async ask(request) {
      // every way to write the name of a mailbox is that name
      const login = loginKey(request.name) ?? request.name;
      const guess = guessOf(options, request, login);
      const place = { login, address: guess.address, network: guess.network };
      const { throttle, now, monotonic } = options;
      const standing = throttle.isSlow(guess, now(), monotonic())
        ? await standingAt(options, place)
        : 'stranger';
      const reserved = throttle.reserve(guess, standing, now(), monotonic(), options.nodes());
      if (reserved.kind === 'later') return reserved;
      const { ticket, wait } = reserved;
      if (wait > 0) await options.sleep(wait);
      if (standing === 'stranger') {
        if (strangers >= STRANGERS_AT_ONCE) {
          throttle.release(ticket, 'unchecked', monotonic());
          return { kind: 'later', seconds: 1, per: 'server' };
        }
        strangers++;
      }
      const end = (): void => {
        if (standing === 'stranger') strangers--;
      };
      const check: LoginCheck = {
        succeeded: (login) => {
          end();
          throttle.release(ticket, 'right', monotonic());
          options.places.note({ ...place, login: login.name }, login.accountId, now());
        },
        failed: async () => {
          end();
          const found = await standingAt(options, place);
          if (throttle.fail(ticket, found, now(), monotonic()))
            options.failedAtName(request.address);
        },
        abandoned: () => {
          end();
          throttle.release(ticket, 'unchecked', monotonic());
        },
      };
      return { kind: 'go', check };
    },
  };
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

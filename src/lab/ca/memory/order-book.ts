/** Orders, their authorizations and challenges, and those that were refused at once; for clients by id, for who reads them again in a row. */
import { randomBytes } from 'node:crypto';
import { CHALLENGE_TYPES } from '#lab/ca/challenge-types';
import { CA_LIMITS } from '#lab/ca/limits';
import { problemDocument, type AcmeProblem, type ProblemDocument } from '#lab/ca/problem';
import type { ProfileName } from '#lab/ca/profiles';
import type { CaStep, Tell } from '#lab/ca/steps/steps';
import { BoundedMap } from './bounded-map.ts';
import { type Account, type Authorization, type Challenge, type Order } from './records.ts';

/** One order as it is read again, the oldest step first. */
export interface OrderReport {
  /** Undefined where it was refused at once. */
  readonly id: string | undefined;
  /** Real time in milliseconds. */
  readonly at: number;
  readonly account: string;
  readonly names: readonly string[];
  readonly status: Order['status'] | 'refused';
  readonly problem: ProblemDocument | undefined;
  readonly certificate:
    | { readonly serial: string; readonly notBefore: number; readonly notAfter: number }
    | undefined;
  readonly steps: readonly CaStep[];
}

export interface NewOrder {
  readonly account: Account;
  readonly names: readonly string[];
  readonly profile: ProfileName;
  readonly replaces: string | undefined;
}

/** An order that is not finalized by then is none any more. Milliseconds. */
const ORDER_LIFE = 7 * 24 * 60 * 60 * 1000;
const MOST_REFUSED = 500;

export class OrderBook {
  readonly #now: () => number;
  readonly #orders = new BoundedMap<string, Order>(CA_LIMITS.orders);
  /** Those whose steps are kept. */
  readonly #told = new BoundedMap<string, Order>(CA_LIMITS.told);
  readonly #authorizations = new Map<string, Authorization>();
  /** By their tokens. */
  readonly #challenges = new Map<string, { challenge: Challenge; authorization: Authorization }>();
  readonly #refused = new BoundedMap<number, OrderReport>(MOST_REFUSED);
  #refusals = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  add(wish: NewOrder): Order {
    const at = this.#now();
    const order: Order = {
      ...wish,
      id: newId(),
      at,
      expiresAt: at + ORDER_LIFE,
      authorizations: [],
      status: 'pending',
      steps: [],
    };
    for (const name of wish.names) order.authorizations.push(authorizationFor(name, order));
    const forgotten = this.#orders.set(order.id, order);
    const untold = this.#told.set(order.id, order);
    if (untold) untold.steps.length = 0;
    for (const authorization of order.authorizations) {
      this.#authorizations.set(authorization.id, authorization);
      for (const challenge of authorization.challenges) {
        this.#challenges.set(challenge.token, { challenge, authorization });
      }
    }
    if (forgotten) this.#forget(forgotten);
    return order;
  }

  order(id: string): Order | undefined {
    const order = this.#orders.get(id);
    const isOpen = order?.status === 'pending' || order?.status === 'ready';
    if (isOpen && order.expiresAt <= this.#now()) order.status = 'invalid';
    return order;
  }

  authorization(id: string): Authorization | undefined {
    return this.#authorizations.get(id);
  }

  challenge(token: string) {
    return this.#challenges.get(token);
  }

  ofAccount(account: Account): Order[] {
    return this.#orders.values().filter((order) => order.account === account);
  }

  refuse(account: Account, names: readonly string[], problem: AcmeProblem): void {
    const at = this.#now();
    const document = problemDocument(problem);
    this.#refused.set(this.#refusals++, {
      id: undefined,
      at,
      account: account.id,
      names,
      status: 'refused',
      problem: document,
      certificate: undefined,
      steps: [
        { at, rfc: 'RFC 8555 §6.7', step: 'refused', word: problem.word, text: problem.message },
      ],
    });
  }

  /** Keeps steps of an order. */
  tellOf(order: Order): Tell {
    return (rfc, detail) => {
      const isTold = this.#told.get(order.id) !== undefined;
      if (isTold && order.steps.length < CA_LIMITS.steps) {
        order.steps.push({ at: this.#now(), rfc, ...detail });
      }
    };
  }

  /** The newest first. */
  reports(): OrderReport[] {
    const reports = [...this.#orders.values().map(reportOf), ...this.#refused.values()];
    return reports.sort((a, b) => b.at - a.at);
  }

  #forget(order: Order): void {
    for (const { id, challenges } of order.authorizations) {
      this.#authorizations.delete(id);
      for (const { token } of challenges) this.#challenges.delete(token);
    }
  }
}

function authorizationFor(name: string, order: Order): Authorization {
  const wildcard = name.startsWith('*.');
  // RFC 8555 §8: what a host shows says nothing of all names below it
  const types = wildcard ? (['dns-01'] as const) : CHALLENGE_TYPES;
  return {
    id: newId(),
    name: wildcard ? name.slice(2) : name,
    wildcard,
    status: 'pending',
    challenges: types.map((type) => ({ type, token: newToken(), status: 'pending' })),
    order,
  };
}

function reportOf({
  id,
  at,
  account,
  names,
  status,
  error,
  certificate,
  steps,
}: Order): OrderReport {
  return {
    id,
    at,
    account: account.id,
    names,
    status,
    problem: error,
    certificate: certificate && {
      serial: certificate.serial,
      notBefore: certificate.notBefore,
      notAfter: certificate.notAfter,
    },
    steps: [...steps],
  };
}

function newId(): string {
  return randomBytes(12).toString('base64url');
}

/** RFC 8555 §8.3: at least 128 bits of entropy. */
function newToken(): string {
  return randomBytes(32).toString('base64url');
}

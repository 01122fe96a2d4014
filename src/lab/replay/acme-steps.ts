/**
 * A conversation of a client with the certificate authority as steps: what was asked, by whose key, what was answered and why, and between them
 * what the authority did for the orders (the questions of the DNS, the proofs, CAA). Pure.
 */
import type { CaExchange } from '#lab/ca/memory/heard';
import type { OrderReport } from '#lab/ca/memory/order-book';
import type { CaStep } from '#lab/ca/steps/steps';
import { tellCaStep } from '#lab/ca/steps/tell-step';
import { say } from '#mail/story/phrase';
import { printable } from '#mail/story/terminal-text';
import { ACME_TEXTS, acmeResource } from './acme-texts.ts';
import type { Telling } from './telling.ts';
import type { Line, Step } from './step.ts';
import { REPLAY_TEXTS } from './texts.ts';
import { whyOf } from './why.ts';

export const CA_HOST = 'ca.test';

/** Exchanges of one client that follow each other so closely are one conversation. Real milliseconds. */
const PAUSE = 60_000;

/** @param exchanges oldest first @returns conversations by when they began, none of them empty */
export function conversations(exchanges: readonly CaExchange[]): CaExchange[][] {
  const all: CaExchange[][] = [];
  const open = new Map<string, CaExchange[]>();
  for (const exchange of exchanges) {
    const { from, real } = exchange;
    const before = open.get(from);
    if (before !== undefined && real - before.at(-1)!.real <= PAUSE) {
      before.push(exchange);
      continue;
    }
    const begun = [exchange];
    open.set(from, begun);
    all.push(begun);
  }
  return all;
}

/** Orders that were made, or worked on, while it lasted. */
export function ordersOf(
  conversation: readonly CaExchange[],
  orders: readonly OrderReport[],
): OrderReport[] {
  const accounts = new Set(conversation.map(({ account }) => account));
  return orders.filter(
    ({ account, steps }) => accounts.has(account) && steps.some((step) => isIn(conversation, step)),
  );
}

/** What the authority does by itself may end after the last request. */
function isIn(conversation: readonly CaExchange[], { at }: CaStep): boolean {
  return at >= conversation[0]!.real - PAUSE && at <= conversation.at(-1)!.real + PAUSE;
}

export function acmeSteps(
  conversation: readonly CaExchange[],
  orders: readonly OrderReport[],
  telling: Telling,
): Step[] {
  const said = conversation.map((exchange) => ({
    real: exchange.real,
    step: exchangeStep(exchange, telling),
  }));
  const done = ordersOf(conversation, orders)
    .flatMap(({ steps }) => steps)
    .filter((step) => isIn(conversation, step))
    .map((step) => ({
      real: step.at,
      step: authorityStep(step, calendarOf(conversation, step.at), telling),
    }));
  // a request is noted when it is answered: what was done for it comes first
  return [...done, ...said].sort((a, b) => a.real - b.real).map(({ step }) => step);
}

/** The authority goes by real time, the practice Internet by its calendar. */
function calendarOf(conversation: readonly CaExchange[], real: number): number {
  const next = conversation.find((one) => one.real >= real) ?? conversation.at(-1)!;
  return next.at + Math.min(0, real - next.real);
}

function exchangeStep(exchange: CaExchange, { places, language }: Telling): Step {
  const { at, from, method, path, said, account, status, answer } = exchange;
  const signer = (id: string): Line => ({
    kind: 'detail',
    text: say(REPLAY_TEXTS['signed-by'], language, { account: printable(id) }),
  });
  const wire = (sign: string, text: string): Line[] =>
    text === '' ? [] : [{ kind: 'wire', text: `${sign} ${printable(text, Infinity)}` }];
  return {
    at,
    kind: 'acme',
    from: places.nameOf(from, language),
    to: CA_HOST,
    text: `${printable(method)} ${printable(path)}: ${status}`,
    lines: [
      ...(account === undefined ? [] : [signer(account)]),
      ...wire('>', said ?? ''),
      ...wire('<', answer),
    ],
    why: [whyOf(ACME_TEXTS[acmeResource(path)], language)],
  };
}

function authorityStep(step: CaStep, at: number, { language }: Telling): Step {
  return {
    at,
    kind: 'acme',
    from: CA_HOST,
    text: tellCaStep(step, language),
    rfc: step.rfc,
    lines: [],
    why: [],
  };
}

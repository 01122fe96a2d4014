/** Authorizations and their challenges: looked at, given up, and proved (RFC 8555 §7.5). */
import { z } from 'zod';
import { CA_LIMITS } from '#lab/ca/limits';
import { AcmeProblem, malformed, problemDocument } from '#lab/ca/problem';
import type { Core } from '#lab/ca/core';
import type { Authorization, Challenge, Order } from '#lab/ca/memory/records';
import { assertMayIssue, prove, type Validation } from '#lab/ca/proofs/validate';
import { accountOf, isGet, payloadOf, urls, type Asked, type Reply } from './exchange.ts';
import { authorizationView, challengeView } from './views.ts';

const deactivation = z.object({ status: z.literal('deactivated') });

export function authorization(asked: Asked): Reply {
  const found = asked.core.orders.authorization(asked.id);
  if (found === undefined) throw malformed('there is no such authorization', 404);
  assertOwn(asked, found.order);
  if (!isGet(asked)) {
    payloadOf(asked, deactivation);
    // §7.5.2
    found.status = 'deactivated';
    if (found.order.status === 'pending' || found.order.status === 'ready') {
      found.order.status = 'invalid';
    }
  }
  return { status: 200, body: authorizationView(asked.base, found) };
}

export function challenge(asked: Asked): Reply {
  const { core, base, id } = asked;
  const found = core.orders.challenge(id);
  if (found === undefined) throw malformed('there is no such challenge', 404);
  const { authorization: of, challenge: one } = found;
  assertOwn(asked, of.order);
  if (!isGet(asked)) {
    payloadOf(asked, z.object({}));
    // one that is being looked at, or was, stays as it is
    if (isOpen(core, of) && one.status === 'pending') begin(core, of, one);
  }
  return {
    status: 200,
    // §7.5.1
    headers: { link: `<${urls.authorization(base, of)}>;rel="up"` },
    body: challengeView(base, one),
  };
}

function isOpen({ orders }: Core, { status, order, challenges }: Authorization): boolean {
  return (
    status === 'pending' &&
    orders.order(order.id)?.status === 'pending' &&
    // one proof at a time
    challenges.every((one) => one.status === 'pending')
  );
}

function assertOwn(asked: Asked, { account }: Order): void {
  if (account === accountOf(asked)) return;
  throw new AcmeProblem(403, 'unauthorized', 'the authorization is of another account');
}

/** Looks in the background; the client asks again. */
function begin(core: Core, of: Authorization, one: Challenge): void {
  one.status = 'processing';
  const run = validated(core, of, one).then((problem) => settle(core, of, one, problem));
  core.running.add(run);
  void run.finally(() => core.running.delete(run));
}

async function validated(
  core: Core,
  of: Authorization,
  one: Challenge,
): Promise<AcmeProblem | undefined> {
  const { validations, stopping } = core;
  const owner = of.order.account.id;
  if ((await validations.take(owner, stopping.signal)) !== 'taken') {
    return new AcmeProblem(503, 'serverInternal', 'too much is being validated');
  }
  const timer = AbortSignal.timeout(CA_LIMITS.validationTime);
  const validation = validationOf(core, of.order, AbortSignal.any([stopping.signal, timer]));
  try {
    validation.tell('RFC 8555 §7.5.1', { step: 'challenged', name: of.name, type: one.type });
    await prove(validation, of, one);
    await assertMayIssue(validation, of, one.type);
    return undefined;
  } catch (error) {
    if (timer.aborted) {
      const text = `${of.name}: no answer within ${CA_LIMITS.validationTime / 1000} s`;
      return new AcmeProblem(400, 'connection', text);
    }
    if (error instanceof AcmeProblem) return error;
    core.log.error('lab.ca.validation-broken', { error: (error as Error).message });
    return new AcmeProblem(500, 'serverInternal', 'the validation could not be made');
  } finally {
    validations.release(owner);
  }
}

/** What a validation is handed. */
export function validationOf(core: Core, order: Order, signal: AbortSignal): Validation {
  return {
    resolver: core.resolver,
    dialer: core.dialer,
    signal,
    tell: core.orders.tellOf(order),
    accountUris: core.bases.map((base) => urls.account(base, order.account)),
  };
}

function settle(
  core: Core,
  of: Authorization,
  one: Challenge,
  problem: AcmeProblem | undefined,
): void {
  const { order, name } = of;
  const tell = core.orders.tellOf(order);
  const isOver = of.status !== 'pending' || order.status !== 'pending';
  if (problem === undefined) {
    one.status = 'valid';
    one.validatedAt = core.now();
    if (!isOver) of.status = 'valid';
    tell('RFC 8555 §7.1.6', { step: 'proved', name, type: one.type });
    if (!isOver && order.authorizations.every(({ status }) => status === 'valid')) {
      order.status = 'ready';
    }
    return;
  }
  one.status = 'invalid';
  one.error = problemDocument(problem);
  if (!isOver) {
    of.status = 'invalid';
    order.status = 'invalid';
    order.error = one.error;
  }
  tell('RFC 8555 §6.7', { step: 'refused', word: problem.word, text: problem.message });
  core.limits.count('failures', `${order.account.id} ${name}`);
  core.log.info('lab.ca.refused', { name, problem: problem.word, detail: problem.message });
}

/** Orders: made and looked at (RFC 8555 §7.4). */
import { z } from 'zod';
import { identifiersSchema, orderedNames } from '#lab/ca/identifiers';
import type { Account, IssuedCertificate, Order } from '#lab/ca/memory/records';
import { AcmeProblem, malformed } from '#lab/ca/problem';
import { PROFILES, isProfile, type ProfileName } from '#lab/ca/profiles';
import { accountOf, assertGet, payloadOf, urls, type Asked, type Reply } from './exchange.ts';
import { orderView } from './views.ts';

const schema = z.object({
  identifiers: identifiersSchema,
  notBefore: z.string().optional(),
  notAfter: z.string().optional(),
  replaces: z.string().max(200).optional(),
  profile: z.string().max(100).optional(),
});
type Wish = z.infer<typeof schema>;

export function newOrder(asked: Asked): Reply {
  const { core, base } = asked;
  const account = accountOf(asked);
  const wish = payloadOf(asked, schema);
  let order: Order;
  try {
    order = ordered(asked, account, wish);
  } catch (error) {
    const names = wish.identifiers.map(({ value }) => value);
    if (error instanceof AcmeProblem) core.orders.refuse(account, names, error);
    throw error;
  }
  return {
    status: 201,
    headers: { location: urls.order(base, order) },
    body: orderView(base, order),
  };
}

function ordered({ core }: Asked, account: Account, wish: Wish): Order {
  const names = orderedNames(wish.identifiers);
  if (wish.notBefore !== undefined || wish.notAfter !== undefined) {
    throw malformed('how long certificates are good for is chosen by a profile, not by dates');
  }
  const profile = profileOf(wish.profile ?? core.rules.profile);
  const before = wish.replaces === undefined ? undefined : replaced(core, wish.replaces);
  if (before !== undefined) assertReplaceable(before, account, names);
  if (core.rules.rateLimits) core.limits.assertOrder(account.id, names, before !== undefined);
  core.limits.count('newOrders', account.id);
  const order = core.orders.add({ account, names, profile, replaces: wish.replaces });
  const tell = core.orders.tellOf(order);
  tell('RFC 8555 §7.4', { step: 'ordered', names, account: account.id });
  if (before) tell('RFC 9773 §5', { step: 'replaces', serial: before.serial });
  return order;
}

function profileOf(name: string): ProfileName {
  if (isProfile(name)) return name;
  const known = Object.keys(PROFILES).join(', ');
  throw new AcmeProblem(400, 'invalidProfile', `profiles are ${known}`);
}

function replaced({ issuance }: Asked['core'], id: string): IssuedCertificate {
  const certificate = issuance.byRenewalId(id);
  if (certificate) return certificate;
  throw malformed('the certificate to be replaced is not known here', 404);
}

/** RFC 9773 §5: of the same account, with a name in common, and once. */
function assertReplaceable(
  { account: owner, names: before, replaced: isReplaced }: IssuedCertificate,
  account: Account,
  names: readonly string[],
): void {
  if (owner !== account) {
    throw new AcmeProblem(
      403,
      'unauthorized',
      'the certificate to be replaced is of another account',
    );
  }
  if (!before.some((name) => names.includes(name))) {
    throw malformed('the certificate to be replaced has no name in common with the order');
  }
  if (isReplaced) {
    throw new AcmeProblem(409, 'alreadyReplaced', 'the certificate was replaced already');
  }
}

export function order(asked: Asked): Reply {
  assertGet(asked);
  return { status: 200, body: orderView(asked.base, ownOrder(asked)) };
}

/** @throws AcmeProblem unless it is of the account that asks */
export function ownOrder(asked: Asked): Order {
  const found = asked.core.orders.order(asked.id);
  if (found === undefined) throw malformed('there is no such order', 404);
  if (found.account === accountOf(asked)) return found;
  throw new AcmeProblem(403, 'unauthorized', 'the order is of another account');
}

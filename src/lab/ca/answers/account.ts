/** Accounts: made, found, changed, given up (RFC 8555 §7.3), and what they ordered (§7.1.2.1). */
import { z } from 'zod';
import type { Account } from '#lab/ca/memory/records';
import { AcmeProblem, malformed } from '#lab/ca/problem';
import {
  accountOf,
  assertGet,
  isGet,
  payloadOf,
  urls,
  type Asked,
  type Reply,
} from './exchange.ts';

const contact = z.array(z.string().max(320)).max(10);
const newSchema = z.object({
  contact: contact.optional(),
  termsOfServiceAgreed: z.boolean().optional(),
  onlyReturnExisting: z.boolean().optional(),
});
const changeSchema = z.object({
  contact: contact.optional(),
  status: z.literal('deactivated').optional(),
});

export function newAccount(asked: Asked): Reply {
  const { core, key, base, from } = asked;
  const wish = payloadOf(asked, newSchema);
  const known = core.accounts.byKey(key);
  if (known !== undefined) {
    assertActive(known);
    return {
      status: 200,
      headers: { location: urls.account(base, known) },
      body: view(base, known),
    };
  }
  if (wish.onlyReturnExisting === true) {
    throw new AcmeProblem(400, 'accountDoesNotExist', 'there is no account with this key');
  }
  if (wish.termsOfServiceAgreed !== true) {
    throw malformed('the terms of service must be agreed to ("termsOfServiceAgreed": true)');
  }
  assertContacts(wish.contact);
  if (core.rules.rateLimits) core.limits.assertRoom('newAccounts', from, `accounts from ${from}`);
  core.limits.count('newAccounts', from);
  const account = core.accounts.add(key, wish.contact ?? []);
  core.log.info('lab.ca.account', { account: account.id });
  return {
    status: 201,
    headers: { location: urls.account(base, account) },
    body: view(base, account),
  };
}

export function account(asked: Asked): Reply {
  const mine = own(asked);
  if (!isGet(asked)) {
    const { contact: contacts, status } = payloadOf(asked, changeSchema);
    assertContacts(contacts);
    if (contacts !== undefined) mine.contact = contacts;
    if (status !== undefined) mine.status = status;
  }
  return { status: 200, body: view(asked.base, mine) };
}

export function accountOrders(asked: Asked): Reply {
  assertGet(asked);
  const { core, base } = asked;
  const orders = core.orders.ofAccount(own(asked)).filter(({ status }) => status !== 'invalid');
  return { status: 200, body: { orders: orders.map((order) => urls.order(base, order)) } };
}

/** @throws AcmeProblem where an account was given up (§7.3.6) */
export function assertActive({ status }: Account): void {
  if (status === 'valid') return;
  throw new AcmeProblem(403, 'unauthorized', 'the account was deactivated');
}

function own(asked: Asked): Account {
  const mine = accountOf(asked);
  if (mine.id === asked.id) return mine;
  throw new AcmeProblem(403, 'unauthorized', 'this is the account of somebody else');
}

/** One address, without header fields (§7.3). */
const MAILTO = /^mailto:[^\s@,?]+@[^\s@,?]+$/;

function assertContacts(contacts: readonly string[] = []): void {
  for (const one of contacts) {
    if (!one.startsWith('mailto:')) {
      throw new AcmeProblem(400, 'unsupportedContact', 'contacts are mailto: URLs');
    }
    if (!MAILTO.test(one)) {
      throw new AcmeProblem(400, 'invalidContact', 'a contact is no single mail address');
    }
  }
}

function view(base: string, { id, status, contact: contacts }: Account): object {
  return { status, contact: contacts, orders: `${urls.account(base, { id })}/orders` };
}

/** Pieces of input that several calls share. */
import { z } from 'zod';
import { parseAddressLiteral } from '#protocol/address/address-literal';
import { toAscii } from '#protocol/address/domain';
import { mailboxKey, type Mailbox } from '#protocol/address/mailbox';
import { parseMailbox } from '#protocol/address/path';
import { findAccount, type ListedAccount } from '#store/directory/accounts';
import { refuse, type Refusal } from './call.ts';
import type { AdminContext } from './context.ts';

export const NOTHING = z.object({});
/** Longer texts are no address, no domain and no id. */
export const text = z.string().min(1).max(1000);
/** One more than anybody is shown: whether there are more is asked by it. */
export const limit = z.number().int().positive().max(1_000_001).optional();

/** An address with a domain, as people write it. */
export function readAddress(given: string): Mailbox | Refusal {
  const mailbox = parseMailbox(given);
  return mailbox === undefined || mailbox.domain === ''
    ? refuse('not-an-address', `${given} is not an address`, 'Write it like alice@example.test.')
    : mailbox;
}

/** A domain in A-labels. */
export function readDomain(given: string): string | Refusal {
  return (
    toAscii(given) ??
    refuse('not-a-domain', `${given} is not a domain name`, 'Write it like example.test.')
  );
}

/** An address, or all of a domain. */
export interface NameOrAll {
  /** Comparison key; null is every one. */
  readonly localPart: string | null;
  readonly domain: string;
}

/** `sales@example.test`, or `*@example.test`. */
export function readNameOrAll(given: string): NameOrAll | Refusal {
  if (given.startsWith('*@')) {
    const domain = readDomain(given.slice(2));
    return typeof domain === 'string' ? { localPart: null, domain } : domain;
  }
  const mailbox = readAddress(given);
  if ('kind' in mailbox) return mailbox;
  const key = mailboxKey(mailbox);
  return { localPart: key.slice(0, key.lastIndexOf('@')), domain: mailbox.domain };
}

export function nameOf({ localPart, domain }: NameOrAll): string {
  return `${localPart ?? '*'}@${domain}`;
}

/** What stands behind the @ of a forward-path: a domain in A-labels, or an address literal in its one spelling (RFC 5321 §4.1.3). */
export function readMailDomain(given: string): string | Refusal {
  if (!given.startsWith('[')) return readDomain(given);
  const literal = parseAddressLiteral(given);
  return literal.kind === 'literal'
    ? literal.domain
    : refuse(
        'not-a-literal',
        `${given} is not an address literal`,
        'Write it like [192.0.2.1] or [IPv6:2001:db8::1], in quotes for the shell.',
      );
}

/** An account that is not removed, by its address. */
export async function readAccount(
  { store }: AdminContext,
  given: string,
): Promise<ListedAccount | Refusal> {
  const mailbox = readAddress(given);
  if ('kind' in mailbox) return mailbox;
  const account = await findAccount(store.pool, mailboxKey(mailbox));
  return account === undefined || account.state === 'removed'
    ? noSuchAccount(mailboxKey(mailbox))
    : account;
}

export function noSuchAccount(name: string): Refusal {
  return refuse(
    'no-such-account',
    `there is no account ${name}`,
    'hikyaku account list shows those that exist.',
  );
}

export function noSuchDomain(name: string): Refusal {
  return refuse(
    'no-such-domain',
    `${name} is not a domain of this server`,
    `hikyaku domain add ${name} makes it one; hikyaku domain list shows those that exist.`,
  );
}

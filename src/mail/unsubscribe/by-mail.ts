/**
 * The way out of a list by mail (RFC 2369 §3.2): an address of each domain that takes a token as Subject. Its local part is a MAC of the domain: it
 * collides with no mailbox, and nobody guesses it who has no mail of ours. Mail to it is kept nowhere: what it asks for is done in the transaction
 * that accepts it. Called by mail/receive.
 */
import { createHmac } from 'node:crypto';
import type { Expansion } from '#mail/deliver/expand';
import type { Mailbox } from '#protocol/address/mailbox';
import { fieldsNamed, fieldValue, type Header } from '#protocol/message/header/fields';
import { base32 } from '#protocol/srs/stamp';
import { openToken, type Subscription, type TokenKeys } from './token.ts';

const PREFIX = 'unsubscribe-';
const OCTETS = 5;

/** @param domain A-labels */
export function leavingAddress({ address }: TokenKeys, domain: string): string {
  const mac = createHmac('sha256', address).update(domain).digest().subarray(0, OCTETS);
  return `${PREFIX}${base32(mac).toLowerCase()}@${domain}`;
}

/** Where a mailbox leads that is such an address; undefined for every other. */
export function leavingExpansion(
  keys: TokenKeys,
  { localPart, domain }: Mailbox,
): Expansion | undefined {
  const lower = localPart.toLowerCase();
  if (!lower.startsWith(PREFIX)) return undefined;
  const address = `${lower}@${domain}`;
  if (address !== leavingAddress(keys, domain)) return undefined;
  const steps = [{ address, rule: 'exact', targets: [] }] as const;
  return { tenantId: '0', accounts: [], external: [], steps, problems: [], isLeaving: true };
}

/** What is asked for by the Subject: a token, wherever a mail program folded it. */
export function leavingAsked(
  keys: TokenKeys,
  head: Uint8Array,
  header: Header,
): Subscription | undefined {
  const [subject] = fieldsNamed(header, 'Subject');
  if (subject === undefined) return undefined;
  return openToken(keys, fieldValue(head, subject).replaceAll(/[ \t]+/g, ''));
}

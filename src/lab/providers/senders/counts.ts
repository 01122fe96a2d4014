/** What a provider counts of one sender on one day of the calendar. Pure. */

export interface Counts {
  /** Copies that were taken. */
  readonly accepted: number;
  readonly inbox: number;
  readonly spam: number;
  /** Replies of 4yz and 5yz to messages and recipients. */
  readonly deferred: number;
  readonly rejected: number;
  /** Of the rejected: there is no such mailbox. */
  readonly unknown: number;
  /** Messages that the day's quota had no room for, each once however often it came. */
  readonly pressed: number;
  /** «This is spam», said of what lay in the inbox. */
  readonly complaints: number;
  /** «This is no spam», said of what lay in the spam folder. */
  readonly rescued: number;
  readonly opened: number;
  readonly replied: number;
  /** Thrown away unread. */
  readonly deleted: number;
  /** Copies of list mail that nobody can leave by one click. */
  readonly noOneClick: number;
  /** Messages that were seen whole, and what passed of them. */
  readonly judged: number;
  readonly spf: number;
  readonly dkim: number;
  readonly dmarc: number;
  readonly tls: number;
}

export const NOTHING: Counts = {
  accepted: 0,
  inbox: 0,
  spam: 0,
  deferred: 0,
  rejected: 0,
  unknown: 0,
  pressed: 0,
  complaints: 0,
  rescued: 0,
  opened: 0,
  replied: 0,
  deleted: 0,
  noOneClick: 0,
  judged: 0,
  spf: 0,
  dkim: 0,
  dmarc: 0,
  tls: 0,
};

export type Counted = { readonly [Name in keyof Counts]?: number };

export function plus(counts: Counts, more: Counted): Counts {
  const sum: { -readonly [Name in keyof Counts]: number } = { ...counts };
  for (const [name, value] of Object.entries(more)) sum[name as keyof Counts] += value;
  return sum;
}

export function total(days: readonly Counts[]): Counts {
  return days.reduce(plus, NOTHING);
}

/** Complaints among what lay in inboxes: as Google and Yahoo reckon it. 0 to 1. */
export function spamRate({ complaints, inbox }: Counts): number {
  return inbox === 0 ? 0 : complaints / inbox;
}

/** Unknown mailboxes among all recipients that were judged. 0 to 1. */
export function unknownRate({ unknown, accepted }: Counts): number {
  return unknown === 0 ? 0 : unknown / (unknown + accepted);
}

/** Thrown away unread among what lay in inboxes. 0 to 1. */
export function deletedRate({ deleted, inbox }: Counts): number {
  return inbox === 0 ? 0 : deleted / inbox;
}

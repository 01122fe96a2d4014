/**
 * SORT (RFC 5256 §3, RFC 5957): what each key compares of a message, and in which order. Strings are compared as folded text
 * (protocol/message/header/fold.ts), by code unit. What is equal in all keys is equal: a stable sort leaves it in the order of the mailbox.
 */
import { foldText } from '#protocol/message/header/fold';
import type { MessageSummary, Person } from '#protocol/message/summary';
import type { SortKey } from './command.ts';

export interface SortFacts {
  /** INTERNALDATE, milliseconds. */
  readonly receivedAt: number;
  /** Octets. */
  readonly size: number;
  /** Undefined where no key wants it: {@link wantsSummary}. */
  readonly summary: MessageSummary | undefined;
}

/** One for each key. */
export type SortValues = readonly (string | number)[];

/** Whether the keys look at more than arrival and size. */
export function wantsSummary(keys: readonly SortKey[]): boolean {
  return keys.some(({ by }) => by !== 'ARRIVAL' && by !== 'SIZE');
}

export function sortValues(facts: SortFacts, keys: readonly SortKey[]): SortValues {
  return keys.map(({ by }) => VALUES[by](facts));
}

/** The order of messages by their values. */
export function sortOrder(keys: readonly SortKey[]): (a: SortValues, b: SortValues) => number {
  const signs = keys.map(({ reverse }) => (reverse ? -1 : 1));
  return (a, b) => {
    for (let i = 0; i < signs.length; i++) {
      const [left, right] = [a[i]!, b[i]!];
      if (left !== right) return left < right ? -signs[i]! : signs[i]!;
    }
    return 0;
  };
}

const VALUES: Readonly<Record<SortKey['by'], (facts: SortFacts) => string | number>> = {
  ARRIVAL: ({ receivedAt }) => receivedAt,
  // RFC 5256 §2.2: the day of arrival stands in for a date that is missing or unreadable
  DATE: ({ summary, receivedAt }) => summary!.date ?? receivedAt,
  SIZE: ({ size }) => size,
  SUBJECT: ({ summary }) => collated(summary!.baseSubject),
  FROM: ({ summary }) => mailboxOf(summary!, 'from'),
  TO: ({ summary }) => mailboxOf(summary!, 'to'),
  CC: ({ summary }) => mailboxOf(summary!, 'cc'),
  DISPLAYFROM: ({ summary }) => displayed(summary!, 'from'),
  DISPLAYTO: ({ summary }) => displayed(summary!, 'to'),
};

type People = 'from' | 'to' | 'cc';

/** RFC 5256 §3: addr-mailbox of the first address; of a group that is its name (RFC 9051 §7.5.2). */
function mailboxOf(summary: MessageSummary, of: People): string {
  return collated(summary.leadingGroups?.[of] ?? summary[of][0]?.localPart ?? '');
}

/** RFC 5957 §3: the name, or the address of who has none; of a group addr-mailbox is all there is. */
function displayed(summary: MessageSummary, of: People): string {
  const first = summary[of][0];
  if (!first || summary.leadingGroups?.[of] !== undefined) return mailboxOf(summary, of);
  return collated(first.name !== '' ? first.name : address(first));
}

function address({ localPart, domain }: Person): string {
  return domain === '' ? localPart : `${localPart}@${domain}`;
}

/** RFC 5051 compares capitals: what stands between them and small letters in ASCII comes behind all letters. */
function collated(text: string): string {
  return foldText(text).toUpperCase();
}

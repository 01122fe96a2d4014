/**
 * SORT (RFC 5256 §3, RFC 5957): what each key compares of a message, and in which order. Strings are compared as folded text
 * (protocol/message/fold.ts), by code unit. What is equal in all keys is equal: a stable sort leaves it in the order of the mailbox.
 */
import { foldText } from '#protocol/message/fold';
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
  // RFC 5256 §3: the local part of the first address
  FROM: ({ summary }) => localPart(summary!.from),
  TO: ({ summary }) => localPart(summary!.to),
  CC: ({ summary }) => localPart(summary!.cc),
  DISPLAYFROM: ({ summary }) => displayed(summary!.from),
  DISPLAYTO: ({ summary }) => displayed(summary!.to),
};

function localPart(people: readonly Person[]): string {
  return collated(people[0]?.localPart ?? '');
}

/** RFC 5957 §3: the name, or the address of who has none. */
function displayed(people: readonly Person[]): string {
  const first = people[0];
  if (!first) return '';
  return collated(first.name !== '' ? first.name : `${first.localPart}@${first.domain}`);
}

/** RFC 5051 compares capitals: what stands between them and small letters in ASCII comes behind all letters. */
function collated(text: string): string {
  return foldText(text).toUpperCase();
}

/**
 * SORT (RFC 5256 §3, RFC 5957): messages in the order of several keys. Strings are compared as folded text
 * (protocol/message/fold.ts), by code point; what is equal in all keys stays in the order of the mailbox.
 */
import { foldText } from '#protocol/message/fold';
import type { Person } from '#protocol/message/summary';
import type { SortKey } from './command.ts';

export interface SortFacts {
  /** Message number or UID. */
  readonly number: number;
  /** INTERNALDATE, milliseconds. */
  readonly receivedAt: number;
  /** Date field; undefined without a good one. */
  readonly date: number | undefined;
  /** Octets. */
  readonly size: number;
  /** RFC 5256 §2.1, lower case. */
  readonly baseSubject: string;
  readonly from: readonly Person[];
  readonly to: readonly Person[];
  readonly cc: readonly Person[];
}

/** Numbers in their order. */
export function sorted(messages: readonly SortFacts[], keys: readonly SortKey[]): number[] {
  const columns = keys.map(({ by }) => {
    const value = VALUES[by];
    return messages.map((message) => value(message));
  });
  const order = messages.map((_, index) => index);
  order.sort((a, b) => {
    for (const [i, { reverse }] of keys.entries()) {
      const [left, right] = [columns[i]![a]!, columns[i]![b]!];
      if (left !== right) return left < right === reverse ? 1 : -1;
    }
    return messages[a]!.number - messages[b]!.number;
  });
  return order.map((index) => messages[index]!.number);
}

const VALUES: Readonly<Record<SortKey['by'], (message: SortFacts) => string | number>> = {
  ARRIVAL: ({ receivedAt }) => receivedAt,
  DATE: ({ date, receivedAt }) => date ?? receivedAt,
  SIZE: ({ size }) => size,
  SUBJECT: ({ baseSubject }) => foldText(baseSubject),
  // RFC 5256 §3: the local part of the first address
  FROM: ({ from }) => localPart(from),
  TO: ({ to }) => localPart(to),
  CC: ({ cc }) => localPart(cc),
  DISPLAYFROM: ({ from }) => displayed(from),
  DISPLAYTO: ({ to }) => displayed(to),
};

function localPart(people: readonly Person[]): string {
  return foldText(people[0]?.localPart ?? '');
}

/** RFC 5957 §2: the name, or the address of who has none. */
function displayed(people: readonly Person[]): string {
  const first = people[0];
  if (!first) return '';
  return foldText(first.name !== '' ? first.name : `${first.localPart}@${first.domain}`);
}

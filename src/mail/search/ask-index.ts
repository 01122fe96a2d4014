/**
 * Asks the search index of an account which of its messages have a text in them. The index answers for each message with yes, no or
 * maybe; whoever asks reads the messages of which it says maybe. With no index all are maybe, so a search is exact at every moment.
 * Called by mail/search/find-messages.ts.
 */
import type { Queryable } from '#store/blobs';

/**
 * What SEARCH TEXT, BODY, SUBJECT, FROM, HEADER, … ask for (RFC 9051 §6.4.4): `header` is asked for those that look into one field,
 * whose text is part of the header's.
 */
export interface TextCondition {
  readonly where: 'text' | 'header' | 'body';
  /** As the client gave it; folded here. */
  readonly needle: string;
}

export type Answer = 'yes' | 'no' | 'maybe';

/** What the index knows of one condition. */
export type IndexAnswer = (emailId: number) => Answer;

/** The answers to conditions, in their order; all of one moment. */
export function askIndex(
  _db: Queryable,
  _accountId: string,
  conditions: readonly TextCondition[],
): Promise<IndexAnswer[]> {
  return Promise.resolve(conditions.map(() => () => 'maybe'));
}

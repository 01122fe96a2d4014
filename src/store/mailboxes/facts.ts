/** What FETCH, SORT and THREAD want to know of messages beside their flags, for some hundred of them in one question. */
import type { MessageSummary } from '#protocol/message/summary';
import type { Queryable } from '#store/blobs';

export interface EmailFacts {
  /** Calendar milliseconds (INTERNALDATE). */
  readonly receivedAt: number;
  /** RFC822.SIZE: octets of the view. */
  readonly size: number;
  /** THREADID. */
  readonly threadId: number;
  /** Undefined where not wanted, not stored yet, or of another version. */
  readonly structure: string | undefined;
  /** Undefined where not wanted. */
  readonly summary: MessageSummary | undefined;
}

export interface WantedFacts {
  readonly structure?: boolean;
  readonly summary?: boolean;
}

/** As many as one question should ask for. */
export const FACTS_AT_ONCE = 500;

/** In the order of the ids; undefined for a message that was purged or that another account holds. */
export async function readFacts(
  _db: Queryable,
  _accountId: string,
  _emailIds: ArrayLike<number>,
  _wanted: WantedFacts,
): Promise<(EmailFacts | undefined)[]> {
  throw new Error('not yet');
}

/** SAVEDATE (RFC 8514): calendar milliseconds in the order of the UIDs; undefined for those that are gone. */
export async function readSavedDates(
  _db: Queryable,
  _mailboxId: string,
  _uids: Uint32Array,
): Promise<(number | undefined)[]> {
  throw new Error('not yet');
}

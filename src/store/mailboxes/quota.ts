/** What an account may hold and holds (RFC 9208). A message counts once, however many mailboxes show it; an expunged one does not. */
import type { Queryable } from '#store/blobs';

export interface Quota {
  readonly usedBytes: number;
  readonly usedMessages: number;
  /** Undefined is no limit. */
  readonly limitBytes: number | undefined;
  readonly limitMessages: number | undefined;
}

export async function getQuota(_db: Queryable, _accountId: string): Promise<Quota> {
  throw new Error('not yet');
}

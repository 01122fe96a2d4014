/** What an account may hold and holds (RFC 9208). A message counts once, however many mailboxes show it; an expunged one does not. */
import type { Queryable } from '#store/query/queryable';

export interface Quota {
  readonly usedBytes: number;
  readonly usedMessages: number;
  /** Undefined is no limit. */
  readonly limitBytes: number | undefined;
  readonly limitMessages: number | undefined;
}

export async function getQuota(db: Queryable, accountId: string): Promise<Quota> {
  const { rows } = await db.query({
    name: 'quota',
    text: 'select used_bytes, used_messages, quota_bytes, quota_messages from accounts where id = $1',
    values: [accountId],
  });
  const row = (rows as Record<string, string | null>[])[0] ?? {};
  return {
    usedBytes: Number(row['used_bytes'] ?? 0),
    usedMessages: Number(row['used_messages'] ?? 0),
    limitBytes: limitOf(row['quota_bytes']),
    limitMessages: limitOf(row['quota_messages']),
  };
}

function limitOf(value: string | null | undefined): number | undefined {
  return value === null || value === undefined ? undefined : Number(value);
}

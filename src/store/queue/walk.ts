/** The queue read from its oldest message on, page by page, however long it is. What comes or goes meanwhile may or may not be there. */
import type { Queryable } from '#store/query/queryable';
import { listQueue, type QueuedRecipient, type QueueStatus } from './admin.ts';
import type { QueueSelection } from './selection.ts';

const PAGE = 1000;

/** @param limit undefined means no limit */
export async function* walkQueue(
  db: Queryable,
  selection: QueueSelection,
  {
    status,
    limit = Infinity,
  }: { readonly status?: QueueStatus | undefined; readonly limit?: number | undefined },
): AsyncGenerator<QueuedRecipient> {
  let after: QueuedRecipient | undefined;
  for (let left = limit; left > 0; left -= PAGE) {
    const page = Math.min(PAGE, left);
    const found = await listQueue(db, selection, { status, after, limit: page });
    yield* found;
    if (found.length < page) return;
    after = found.at(-1);
  }
}

/** How full the queue is, for metrics: one row for each stream, counted in one pass over the narrow claim rows. */
import type { Queryable } from '#store/query/queryable';

export interface QueueFigures {
  readonly stream: string;
  /** Recipients, those due and held among them. */
  readonly recipients: number;
  readonly due: number;
  readonly held: number;
  /** When the oldest message arrived; calendar milliseconds. */
  readonly oldestAt: number | undefined;
}

/** @param now calendar milliseconds: what is due by then */
export async function queueFigures(db: Queryable, now: number): Promise<QueueFigures[]> {
  const { rows } = await db.query({
    text: `select c.stream, c.recipients, c.due, c.held, m.arrived_at as "oldestAt"
           from (
             select stream, count(*)::integer as recipients, min(message_id) as oldest,
               count(*) filter (where held is null and lease is null and next_at <= $1)::integer as due,
               count(*) filter (where held is not null)::integer as held
             from queue_claims group by stream) c
             left join queue_messages m on m.id = c.oldest
           order by c.stream`,
    values: [new Date(now)],
  });
  return (rows as (Omit<QueueFigures, 'oldestAt'> & { oldestAt: Date | null })[]).map((row) =>
    Object.assign(row, { oldestAt: row.oldestAt?.getTime() }),
  );
}

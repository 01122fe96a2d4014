/** Dialogues of whole SMTP sessions, for lessons that are about what was said without a message. The newest are kept. Schema `lab`. */
import type pg from 'pg';
import type { DialogueEntry } from '#protocol/smtp/dialogue';
import { jsonText } from '#store/query/json';

export interface SmtpSessionRecord {
  readonly id: string;
  readonly listener: string;
  /** Of the client. */
  readonly client: string;
  /** Calendar milliseconds. */
  readonly beganAt: number;
  /** Undefined: it was still going on when it was kept. */
  readonly endedAt: number | undefined;
  readonly entries: readonly DialogueEntry[];
}

/** What is kept of each client on each port: whoever floods one, or writes to thousands, takes no room from letters by hand. */
const KEPT = 2000;
/** What a check reads at most. */
const MOST_SESSIONS = 20_000;

/** Later ones with the same id take the place of earlier ones. */
export async function keepSessions(
  pool: pg.Pool,
  records: readonly SmtpSessionRecord[],
): Promise<void> {
  await pool.query(
    `insert into lab.smtp_sessions (id, listener, client, began_at, ended_at, entries)
     select * from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[], $6::json[])
     on conflict (id) do update set ended_at = excluded.ended_at, entries = excluded.entries`,
    [
      records.map(({ id }) => id),
      records.map(({ listener }) => listener),
      records.map(({ client }) => client),
      records.map(({ beganAt }) => new Date(beganAt)),
      records.map(({ endedAt }) => (endedAt === undefined ? null : new Date(endedAt))),
      records.map(({ entries }) => jsonText(entries)),
    ],
  );
}

/** Removes all but the newest of each client on each port. */
export async function trimSessions(pool: pg.Pool, kept = KEPT): Promise<void> {
  await pool.query(
    `delete from lab.smtp_sessions where id in (
       select id from (
         select id, row_number() over (partition by client, listener order by began_at desc, id desc) as place from lab.smtp_sessions
       ) as placed where place > $1)`,
    [kept],
  );
}

/** Sessions that began since then, oldest first; the newest where there are too many. */
export async function sessionsSince(
  pool: pg.Pool,
  startedAt: number,
): Promise<SmtpSessionRecord[]> {
  const { rows } = await pool.query<{
    id: string;
    listener: string;
    client: string;
    began_at: Date;
    ended_at: Date | null;
    entries: DialogueEntry[];
  }>(
    `select id, listener, client, began_at, ended_at, entries from lab.smtp_sessions
     where began_at >= $1 order by began_at desc, id desc limit $2`,
    [new Date(startedAt), MOST_SESSIONS],
  );
  return rows.toReversed().map((row) => ({
    id: row.id,
    listener: row.listener,
    client: row.client,
    beganAt: row.began_at.getTime(),
    endedAt: row.ended_at?.getTime(),
    entries: row.entries,
  }));
}

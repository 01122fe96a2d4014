/** The planted delivery log of lesson 3.11, and the one way in which its learner's SQL is run: as a role that may read nothing else. Schema `lab`. */
import pg from 'pg';
import type { Json } from '#events';
import type { Store } from '#store/database/open';
import { READER_ROLE } from '#store/embedded/session';
import { jsonText } from '#store/query/json';
import { inTransaction } from '#store/query/transaction';

export interface LogRow {
  readonly id: number;
  /** Calendar milliseconds. */
  readonly at: number;
  readonly type: string;
  readonly messageId: string;
  readonly recipientId: number;
  readonly fields: Readonly<Record<string, Json>>;
  readonly personal: Readonly<Record<string, Json>>;
}

export type Replaced = { readonly kind: 'replaced' } | { readonly kind: 'no-role' };

/** In the place of what was there; lets the reader's role see it. */
export async function replaceLog(pool: pg.Pool, rows: readonly LogRow[]): Promise<Replaced> {
  return inTransaction(pool, async (db) => {
    const role = await db.query(
      `select from pg_roles where rolname = $1 and pg_has_role(oid, 'member')`,
      [READER_ROLE],
    );
    if (role.rowCount === 0) return { kind: 'no-role' };
    await db.query(`grant usage on schema lab to ${READER_ROLE}`);
    await db.query(`grant select on lab.delivery_log to ${READER_ROLE}`);
    await db.query('delete from lab.delivery_log');
    await db.query(
      `insert into lab.delivery_log (id, at, type, message_id, recipient_id, fields, personal)
       select * from unnest($1::bigint[], $2::timestamptz[], $3::text[], $4::text[], $5::int[], $6::jsonb[], $7::jsonb[])`,
      [
        rows.map(({ id }) => id),
        rows.map(({ at }) => new Date(at)),
        rows.map(({ type }) => type),
        rows.map(({ messageId }) => messageId),
        rows.map(({ recipientId }) => recipientId),
        rows.map(({ fields }) => jsonText(fields)),
        rows.map(({ personal }) => jsonText(personal)),
      ],
    );
    return { kind: 'replaced' };
  });
}

export async function clearLog(pool: pg.Pool): Promise<void> {
  await pool.query('delete from lab.delivery_log');
}

export type ReadByReader =
  | {
      readonly kind: 'rows';
      readonly rows: readonly Readonly<Record<string, Json>>[];
      /** There are more. */
      readonly more: boolean;
    }
  /** In the words of PostgreSQL. */
  | { readonly kind: 'refused'; readonly message: string };

const MOST_ROWS = 200;
/** Of one row as JSON. */
const MOST_OCTETS = 20_000;
const TIMEOUT = '5s';

/**
 * Runs one query of the learner's: by a connection of its own, which ends with it, in a read-only transaction, as the reader's role. It stands as
 * a subquery and alone in its message, so that it can neither end the transaction nor become another role.
 */
export async function readAsReader(
  { connection }: Pick<Store, 'connection'>,
  text: string,
): Promise<ReadByReader> {
  // whoever comes as another role by `set role` can find a way back within one statement: the embedded PostgreSQL lets the reader itself in
  const user = connection.connectionString === undefined ? { user: READER_ROLE } : {};
  const client = new pg.Client({ ...connection, ...user });
  // an ended server tells it here too
  client.on('error', () => {});
  await client.connect();
  try {
    await client.query('begin read only');
    await client.query(`set local statement_timeout = '${TIMEOUT}'`);
    await client.query('set local search_path = lab');
    await client.query(`set local role ${READER_ROLE}`);
    const { rows } = await client.query<{ line: string | null }>({
      text: `select case when octet_length(line) <= ${MOST_OCTETS} then line end as line
             from (select row_to_json(asked)::text as line from (${text}\n) as asked limit ${MOST_ROWS + 1}) as told`,
      // by the extended protocol, which takes one statement
      queryMode: 'extended',
    } as pg.QueryConfig);
    if (rows.some(({ line }) => line === null))
      return { kind: 'refused', message: `a row is longer than ${MOST_OCTETS} octets` };
    const read = rows
      .slice(0, MOST_ROWS)
      .map(({ line }) => JSON.parse(line!) as Record<string, Json>);
    return { kind: 'rows', rows: read, more: rows.length > MOST_ROWS };
  } catch (error) {
    if (error instanceof pg.DatabaseError) return { kind: 'refused', message: error.message };
    throw error;
  } finally {
    await client.end();
  }
}

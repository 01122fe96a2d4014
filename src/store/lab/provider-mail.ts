/** The mail of people at the providers of the practice Internet, and by which rules each message was judged. Schema `lab`. */
import type pg from 'pg';
import { storable } from '#bytes';
import type { Json } from '#events';
import { jsonText } from '#store/query/json';

export interface TraceRow {
  /** Our id of the message, as it stands in replies. */
  readonly id: string;
  readonly provider: string;
  /** Calendar milliseconds. */
  readonly at: number;
  readonly reversePath: string;
  readonly code: number;
  readonly enhanced: string | null;
  /** `inbox`, `spam`, or the rule that refused it. */
  readonly verdict: string;
  readonly facts: Json;
  readonly trace: readonly unknown[];
}

export interface NewMail {
  readonly provider: string;
  readonly person: string;
  readonly traceId: string;
  readonly folder: 'inbox' | 'spam';
  readonly reversePath: string;
  readonly author: string;
  readonly subject: string;
  /** Calendar milliseconds. */
  readonly receivedAt: number;
  readonly size: number;
  readonly raw: Uint8Array;
  /** What the person did with it. */
  readonly acts: readonly string[];
}

export interface KeptMail extends Omit<NewMail, 'raw'> {
  readonly id: string;
}

/** Traces that are kept of each provider. */
const MOST_TRACES = 5000;
/** Messages that are kept of each provider. */
const MOST_MAIL = 2000;

/** A second refusal within one message, of another recipient, adds to its trace. */
export async function keepTrace(pool: pg.Pool, row: TraceRow): Promise<void> {
  await pool.query(
    `insert into lab.provider_traces as t (id, provider, at, reverse_path, code, enhanced, verdict, facts, trace)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     on conflict (id) do update set code = excluded.code, enhanced = excluded.enhanced, verdict = excluded.verdict,
       facts = t.facts || excluded.facts, trace = excluded.trace`,
    [
      row.id,
      row.provider,
      new Date(row.at),
      storable(row.reversePath),
      row.code,
      row.enhanced,
      row.verdict,
      jsonText(row.facts),
      jsonText(row.trace),
    ],
  );
}

export async function findTrace(pool: pg.Pool, id: string): Promise<TraceRow | undefined> {
  const { rows } = await pool.query<TraceColumns>(
    'select * from lab.provider_traces where id = $1',
    [storable(id)],
  );
  return rows[0] && traceOf(rows[0]);
}

interface TraceColumns {
  readonly id: string;
  readonly provider: string;
  readonly at: Date;
  readonly reverse_path: string;
  readonly code: number;
  readonly enhanced: string | null;
  readonly verdict: string;
  readonly facts: Json;
  readonly trace: unknown[];
}

function traceOf({ reverse_path: reversePath, at, ...row }: TraceColumns): TraceRow {
  return { ...row, at: at.getTime(), reversePath };
}

/** What a provider was asked since then, oldest first. @param since calendar milliseconds */
export async function tracesSince(
  pool: pg.Pool,
  { provider, since }: { readonly provider: string; readonly since: number },
): Promise<TraceRow[]> {
  const { rows } = await pool.query<TraceColumns>(
    'select * from lab.provider_traces where provider = $1 and at >= $2 order by at, id',
    [provider, new Date(since)],
  );
  return rows.map(traceOf);
}

export async function keepMail(pool: pg.Pool, copies: readonly NewMail[]): Promise<void> {
  const text = (value: (copy: NewMail) => string): string[] =>
    copies.map((copy) => storable(value(copy)));
  await pool.query(
    `insert into lab.provider_mail
       (provider, person, trace_id, folder, reverse_path, author, subject, received_at, size, raw, acts)
     select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
       $8::timestamptz[], $9::int[], $10::bytea[], $11::jsonb[])`,
    [
      text(({ provider }) => provider),
      text(({ person }) => person),
      text(({ traceId }) => traceId),
      text(({ folder }) => folder),
      text(({ reversePath }) => reversePath),
      text(({ author }) => author),
      text(({ subject }) => subject),
      copies.map(({ receivedAt }) => new Date(receivedAt)),
      copies.map(({ size }) => size),
      copies.map(({ raw }) => Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength)),
      copies.map(({ acts }) => jsonText(acts)),
    ],
  );
}

interface MailRow {
  readonly id: string;
  readonly provider: string;
  readonly person: string;
  readonly trace_id: string;
  readonly folder: 'inbox' | 'spam';
  readonly reverse_path: string;
  readonly author: string;
  readonly subject: string;
  readonly received_at: Date;
  readonly size: number;
  readonly acts: string[];
}

const COLUMNS =
  'id, provider, person, trace_id, folder, reverse_path, author, subject, received_at, size, acts';

/** Newest first. */
export async function listProviderMail(
  pool: pg.Pool,
  wanted: { provider: string; person?: string | undefined; limit: number },
): Promise<KeptMail[]> {
  const { rows } = await pool.query<MailRow>(
    `select ${COLUMNS} from lab.provider_mail
     where provider = $1 and ($2::text is null or person = $2) order by id desc limit $3`,
    [wanted.provider, wanted.person ?? null, wanted.limit],
  );
  return rows.map(mailOf);
}

export async function readProviderMail(
  pool: pg.Pool,
  wanted: { provider: string; person: string; id: string },
): Promise<(KeptMail & { readonly raw: Uint8Array }) | undefined> {
  const { rows } = await pool.query<MailRow & { raw: Buffer }>(
    `select ${COLUMNS}, raw from lab.provider_mail where provider = $1 and person = $2 and id = $3`,
    [wanted.provider, wanted.person, wanted.id],
  );
  const [row] = rows;
  return row && { ...mailOf(row), raw: row.raw };
}

function mailOf(row: MailRow): KeptMail {
  const { trace_id: traceId, reverse_path: reversePath, received_at: receivedAt, ...rest } = row;
  return { ...rest, traceId, reversePath, receivedAt: receivedAt.getTime() };
}

/** Of each provider the newest stay. */
export async function trimProviderMail(
  pool: pg.Pool,
  provider: string,
  most = { mail: MOST_MAIL, traces: MOST_TRACES },
): Promise<void> {
  await pool.query(
    `delete from lab.provider_mail where id in (
       select id from lab.provider_mail where provider = $1 order by id desc offset $2)`,
    [provider, most.mail],
  );
  await pool.query(
    `delete from lab.provider_traces where id in (
       select id from lab.provider_traces where provider = $1 order by at desc, id desc offset $2)`,
    [provider, most.traces],
  );
}

/** What a replay of the practice Internet looks up: messages by what a provider replied, its copies and letters by the message, and what happened last. Schema `lab`. */
import type pg from 'pg';
import type { DialogueEntry } from '#protocol/smtp/dialogue';
import type { SmtpSessionRecord } from './lesson-sessions.ts';
import type { OutgoingKind } from './provider-outbox.ts';
import type { KeptMail, TraceRow } from './provider-mail.ts';

/** Outcomes of attempts that a provider replied to. */
const OUTCOMES = ['attempt.delivered', 'attempt.deferred', 'attempt.failed'];

/** Our message whose attempt was answered with this text in the reply. @param since calendar milliseconds, like `until` */
export async function messageByReply(
  pool: pg.Pool,
  { text, since, until }: { readonly text: string; readonly since: number; readonly until: number },
): Promise<string | undefined> {
  const { rows } = await pool.query<{ id: string }>(
    `select message_id as id from events
     where at >= $2 and at <= $3 and type = any($4) and position($1 in personal ->> 'reply') > 0 order by id limit 1`,
    [text, new Date(since), new Date(until), OUTCOMES],
  );
  return rows[0]?.id;
}

/** Those of the ids that are traces, oldest first. */
export async function tracesNamed(pool: pg.Pool, ids: readonly string[]): Promise<TraceRow[]> {
  const { rows } = await pool.query<TraceColumns>(
    `select ${TRACE} from lab.provider_traces where id = any($1) order by at, id`,
    [ids],
  );
  return rows.map(traceOf);
}

/** What a provider decided in a time with a code: of more than two, two. @param since calendar milliseconds, like `until` */
export async function tracesWithCode(
  pool: pg.Pool,
  wanted: {
    readonly provider: string;
    readonly since: number;
    readonly until: number;
    readonly code: number;
  },
): Promise<TraceRow[]> {
  const { provider, since, until, code } = wanted;
  const { rows } = await pool.query<TraceColumns>(
    `select ${TRACE} from lab.provider_traces
     where provider = $1 and at >= $2 and at <= $3 and code = $4 order by at, id limit 2`,
    [provider, new Date(since), new Date(until), code],
  );
  return rows.map(traceOf);
}

const TRACE = 'id, provider, at, reverse_path, code, enhanced, verdict, facts, trace';

type TraceColumns = Omit<TraceRow, 'at' | 'reversePath'> & {
  readonly at: Date;
  readonly reverse_path: string;
};

function traceOf({ at, reverse_path: reversePath, ...row }: TraceColumns): TraceRow {
  return { ...row, at: at.getTime(), reversePath };
}

export type FoundCopy = Pick<KeptMail, 'person' | 'traceId' | 'folder' | 'receivedAt' | 'acts'>;

/** What lies in mailboxes of a provider because of these. */
export async function copiesOf(pool: pg.Pool, traceIds: readonly string[]): Promise<FoundCopy[]> {
  const { rows } = await pool.query<Dated<FoundCopy, 'receivedAt'>>(
    `select person, trace_id as "traceId", folder, received_at as "receivedAt", acts
     from lab.provider_mail where trace_id = any($1) order by id limit $2`,
    [traceIds, MOST],
  );
  return rows.map(copyOf);
}

function copyOf({ receivedAt, ...row }: Dated<FoundCopy, 'receivedAt'>): FoundCopy {
  return { ...row, receivedAt: receivedAt.getTime() };
}

/** A row as it comes: times are dates. */
type Dated<Row, Times extends keyof Row> = Omit<Row, Times> & Readonly<Record<Times, Date>>;

export interface FoundLetter {
  readonly provider: string;
  readonly kind: OutgoingKind;
  readonly to: string;
  readonly state: 'waiting' | 'sent' | 'failed';
  readonly said: string;
  /** Calendar milliseconds, like `nextAt`: when it left, or is to leave. */
  readonly madeAt: number;
  readonly nextAt: number;
}

/** Letters of providers that name a message: an answer, a notice, a complaint. @param since calendar milliseconds */
export async function lettersNaming(
  pool: pg.Pool,
  { messageIdField, since }: { readonly messageIdField: string; readonly since: number },
): Promise<FoundLetter[]> {
  const { rows } = await pool.query<Dated<FoundLetter, 'madeAt' | 'nextAt'>>(
    `select provider, kind, forward_path as "to", state, said, made_at as "madeAt", next_at as "nextAt"
     from lab.provider_outbox where made_at >= $2 and position($1::bytea in raw) > 0 order by made_at, id limit $3`,
    [Buffer.from(messageIdField), new Date(since), MOST],
  );
  return rows.map(letterOf);
}

function letterOf({
  madeAt,
  nextAt,
  ...row
}: Dated<FoundLetter, 'madeAt' | 'nextAt'>): FoundLetter {
  return { ...row, madeAt: madeAt.getTime(), nextAt: nextAt.getTime() };
}

/** A session with the learner's server. */
export async function findSession(
  pool: pg.Pool,
  id: string,
): Promise<SmtpSessionRecord | undefined> {
  const { rows } = await pool.query<{
    id: string;
    listener: string;
    client: string;
    began: Date;
    ended: Date | null;
    entries: DialogueEntry[];
  }>(
    `select id, listener, client, began_at as began, ended_at as ended, entries from lab.smtp_sessions where id = $1`,
    [id],
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  const { began, ended, ...rest } = row;
  return { ...rest, beganAt: began.getTime(), endedAt: ended?.getTime() };
}

export interface RecentThing {
  readonly id: string;
  readonly kind: 'message' | 'session' | 'visit';
  /** Calendar milliseconds. */
  readonly at: number;
  /** Who with whom. */
  readonly from: string;
  readonly to: string;
  readonly what: string;
}

/** What happened last, newest first: messages of the learner's server, sessions with it, and what providers were brought. */
export async function recentThings(pool: pg.Pool, limit: number): Promise<RecentThing[]> {
  const { rows } = await pool.query<Dated<RecentThing, 'at'>>(
    `(select message_id as id, 'message' as kind, at,
        coalesce(personal ->> 'reversePath', personal ->> 'client', '') as "from",
        coalesce((select string_agg(distinct r.personal ->> 'forwardPath', ' ') from events r
          where r.message_id = e.message_id and r.type in ('recipient.queued', 'recipient.stored')), '') as "to",
        type as what
      from events e where type in ('message.submitted', 'message.received') order by id desc limit $1)
     union all
     (select id, 'session', began_at, client, listener, json_array_length(entries) || ' lines'
      from lab.smtp_sessions order by began_at desc limit $1)
     union all
     (select id, 'visit', at, reverse_path, provider, code || ' ' || verdict
      from lab.provider_traces order by at desc limit $1)
     order by at desc, id desc limit $1`,
    [limit],
  );
  return rows.map(thingOf);
}

function thingOf({ at, ...row }: Dated<RecentThing, 'at'>): RecentThing {
  return { ...row, at: at.getTime() };
}

/** Of one message: more than a person reads. */
const MOST = 200;

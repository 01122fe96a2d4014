/**
 * Readers' complaints about mail that was sent from here (docs/decisions/0036), and what share of it they are. Times are calendar milliseconds.
 * Called by mail/complaints, mail/doctor and the admin.
 */
import { storable } from '#bytes';
import type { Queryable } from './query/queryable.ts';
import type { ValuesStatement } from './writer/batch.ts';

export interface SentCopy {
  readonly tenantId: string;
  readonly accountId: string;
  readonly address: string;
  /** Of the queue; '' where its events are gone. */
  readonly stream: string;
  /** Where it was delivered. */
  readonly site: string;
}

/** What went to a recipient of a message; undefined once the account is erased. */
export async function sentCopy(
  db: Queryable,
  messageId: string,
  recipientId: number,
): Promise<SentCopy | undefined> {
  const { rows } = await db.query({
    name: 'sent_copy',
    text: `
      with queued as (
        select fields from events
        where message_id = $1 and recipient_id = $2 and type = 'recipient.queued' order by id limit 1),
      delivered as (
        select fields from events
        where message_id = $1 and recipient_id = $2 and type = 'attempt.delivered' order by id desc limit 1)
      select s.tenant_id::text as "tenantId", s.account_id::text as "accountId", r.forward_path as address,
        coalesce((select fields->>'stream' from queued), '') as stream,
        coalesce((select fields->>'site' from delivered), (select fields->>'site' from queued), '') as site
      from submission_recipients r join submissions s using (message_id)
      where r.message_id = $1 and r.recipient_id = $2`,
    values: [messageId, recipientId],
  });
  return rows[0] as SentCopy | undefined;
}

/** Recipients that one report is compared with. */
const MOST_RECIPIENTS = 1000;

/** The recipients of a message that an account handed in; none where it is not known. */
export async function sentRecipients(
  db: Queryable,
  messageId: string,
): Promise<{ readonly recipientId: number; readonly address: string }[]> {
  const { rows } = await db.query({
    name: 'sent_recipients',
    text: `select recipient_id as "recipientId", forward_path as address from submission_recipients
           where message_id = $1 order by recipient_id limit ${MOST_RECIPIENTS}`,
    values: [messageId],
  });
  return rows as { recipientId: number; address: string }[];
}

/** Value of Message-ID of a message that an account handed in; undefined where it is not known any more. */
export async function sentMessageIdField(
  db: Queryable,
  messageId: string,
): Promise<string | undefined> {
  const { rows } = await db.query({
    name: 'sent_message_id_field',
    text: `select personal->>'messageIdField' as field from events
           where message_id = $1 and type = 'message.submitted' order by id limit 1`,
    values: [messageId],
  });
  return (rows[0] as { field: string | null } | undefined)?.field ?? undefined;
}

export interface Complaint {
  readonly tenantId: string;
  readonly messageId: string;
  readonly recipientId: number;
  readonly feedbackType: string;
  readonly stream: string;
  readonly site: string;
  readonly address: string;
  /** The domain that vouched for the report; '' where none did. */
  readonly reporter: string;
  readonly agent: string;
  /** By what the message was recognized. */
  readonly matchedBy: string;
}

export async function isCounted(
  db: Queryable,
  {
    messageId,
    recipientId,
    feedbackType,
  }: Pick<Complaint, 'messageId' | 'recipientId' | 'feedbackType'>,
): Promise<boolean> {
  const { rows } = await db.query({
    name: 'is_complaint_counted',
    text: 'select from complaints where message_id = $1 and recipient_id = $2 and feedback_type = $3',
    values: [messageId, recipientId, storable(feedbackType)],
  });
  return rows.length > 0;
}

/** Counts it once, however often it is reported. */
export function countComplaint(complaint: Complaint, at: number): ValuesStatement {
  return {
    name: 'count_complaint',
    text: `
      insert into complaints (tenant_id, message_id, recipient_id, feedback_type, stream, site, address, reporter, agent, matched_by,
        received_at)
      values ($1::bigint, $2, $3::integer, $4, $5, $6, $7, $8, $9, $10, $11::timestamptz)
      on conflict (message_id, recipient_id, feedback_type) do nothing`,
    values: [
      complaint.tenantId,
      complaint.messageId,
      complaint.recipientId,
      storable(complaint.feedbackType),
      complaint.stream,
      complaint.site,
      storable(complaint.address),
      complaint.reporter,
      storable(complaint.agent.slice(0, MAX_AGENT)),
      complaint.matchedBy,
      new Date(at),
    ],
  };
}

const MAX_AGENT = 200;

export interface KeptComplaint extends Complaint {
  readonly receivedAt: Date;
}

/** Newest first. */
export async function listComplaints(
  db: Queryable,
  {
    since,
    site,
    limit,
  }: { readonly since: number; readonly site: string | undefined; readonly limit: number },
): Promise<KeptComplaint[]> {
  const { rows } = await db.query({
    text: `
      select tenant_id::text as "tenantId", message_id as "messageId", recipient_id as "recipientId", feedback_type as "feedbackType",
        stream, site, address, reporter, agent, matched_by as "matchedBy", received_at as "receivedAt"
      from complaints where received_at >= $1 and ($2::text is null or site = $2) order by received_at desc, id desc limit $3`,
    values: [new Date(since), site ?? null, limit],
  });
  return rows as KeptComplaint[];
}

export interface ComplaintRate {
  /** In UTC: 2026-11-26. */
  readonly day: string;
  readonly site: string;
  readonly stream: string;
  readonly delivered: number;
  readonly complaints: number;
}

/** Deliveries that are counted: more would only make the figure dearer. */
const MOST_DELIVERIES = 200_000;

/**
 * Of each day, site and stream since a time: what was delivered to other hosts, and what readers complained about, by the day of the report. The
 * newest days first.
 */
export async function complaintRates(db: Queryable, since: number): Promise<ComplaintRate[]> {
  const { rows } = await db.query({
    text: `
      with delivery as materialized (
        select at, message_id, recipient_id, fields->>'site' as site from events
        where type = 'attempt.delivered' and at >= $1 and fields->>'site' <> 'local' order by at desc limit ${MOST_DELIVERIES}),
      delivered as (
        select (d.at at time zone 'UTC')::date as day, d.site, coalesce(q.stream, '') as stream, count(*)::integer as n
        from delivery d left join lateral (
          select fields->>'stream' as stream from events
          where message_id = d.message_id and recipient_id = d.recipient_id and type = 'recipient.queued' order by id limit 1) q on true
        group by 1, 2, 3),
      complained as (
        select (received_at at time zone 'UTC')::date as day, site, stream, count(*)::integer as n
        from complaints where received_at >= $1 group by 1, 2, 3)
      select to_char(day, 'YYYY-MM-DD') as day, site, stream, coalesce(d.n, 0) as delivered, coalesce(c.n, 0) as complaints
      from delivered d full join complained c using (day, site, stream)
      order by day desc, complaints desc, delivered desc, site, stream`,
    values: [new Date(since)],
  });
  return rows as ComplaintRate[];
}

export async function forgetComplaints(db: Queryable, before: number): Promise<void> {
  await db.query({
    text: 'delete from complaints where received_at < $1',
    values: [new Date(before)],
  });
}

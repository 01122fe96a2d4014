/**
 * What others report of mail in the name of domains that are here (RFC 9990), for views and the doctor. Anybody can send a report, so that
 * each domain has room for so many a day, fewer of them from senders whom nobody vouches for. Times are calendar milliseconds.
 */
import { storable } from '#bytes';
import {
  passed,
  type DmarcAggregateReport,
  type PublishedPolicy,
  type ReportedRow,
} from '#protocol/dmarc-report/report';
import { jsonText } from '#store/query/json';
import type { Queryable } from '#store/query/queryable';

const DAY = 86_400_000;
/** Of a domain in a day: a large one hears from some dozens. */
const SIGNED_A_DAY = 500;
const UNSIGNED_A_DAY = 50;
/** Characters: both are part of a key, which PostgreSQL bounds at 2700 octets. */
const LONGEST_KEY = 250;
/** Of one report, those of the most messages. */
const ROWS_KEPT = 1_000;

export interface ReportOrigin {
  /** Of this server. */
  readonly domain: string;
  /** Domain of the author of the mail where DMARC passed for it here; else ''. */
  readonly signer: string;
}

/** `known`: it came before, by its id and sender · `too-many`: the domain has no room for more today. */
export type Keeping = 'kept' | 'known' | 'too-many';

export async function keepDmarcReport(
  db: Queryable,
  { domain, signer }: ReportOrigin,
  report: DmarcAggregateReport,
  now: number,
): Promise<Keeping> {
  const sum = (some: readonly ReportedRow[]): number =>
    some.reduce((total, { messages }) => total + messages, 0);
  const most = report.rows.toSorted((one, other) => other.messages - one.messages);
  const rows = most.slice(0, ROWS_KEPT).map((row, seq) => Object.assign({ seq }, row));
  const { rows: answer } = await db.query({
    text: KEEP,
    values: [
      domain,
      report.policy.domain,
      signer,
      storable(report.organization.slice(0, LONGEST_KEY)),
      storable(report.reportId.slice(0, LONGEST_KEY)),
      storable(report.email),
      new Date(report.begin),
      new Date(report.end),
      new Date(now),
      jsonText(report.policy),
      sum(report.rows),
      sum(report.rows.filter(passed)),
      new Date(now - DAY),
      signer === '' ? UNSIGNED_A_DAY : SIGNED_A_DAY,
      jsonText(rows),
    ],
  });
  return (answer as { keeping: Keeping }[])[0]!.keeping;
}

const KEEP = `
  with known as (
    select from dmarc_reports where domain = $1 and signer = $3 and organization = $4 and report_id = $5),
  room as (
    select count(*) < $14 as left from dmarc_reports
    where domain = $1 and received_at > $13 and (signer = '') = ($3 = '')),
  report as (
    insert into dmarc_reports (domain, policy_domain, signer, organization, report_id, contact, begins_at, ends_at, received_at, policy,
      messages, passed)
    select $1, $2, $3, $4, $5, $6, $7::timestamptz, $8::timestamptz, $9::timestamptz, $10::jsonb, $11::bigint, $12::bigint
    from room where room.left and not exists (select from known)
    on conflict (domain, signer, organization, report_id) do nothing returning id),
  kept as (
    insert into dmarc_report_rows (report, seq, source_ip, messages, disposition, dkim_aligned, spf_aligned, header_from, envelope_from,
      reasons, dkim, spf)
    select report.id, r.seq, r."sourceIp", r.messages, r.disposition, r."dkimAligned", r."spfAligned", r."headerFrom", r."envelopeFrom",
      r.reasons, r.dkim, r.spf
    from report, jsonb_to_recordset($15::jsonb) as r(seq integer, "sourceIp" text, messages bigint, disposition text,
      "dkimAligned" boolean, "spfAligned" boolean, "headerFrom" text, "envelopeFrom" text, reasons jsonb, dkim jsonb, spf jsonb))
  select case when exists (select from report) then 'kept'
    when (select room.left from room) or exists (select from known) then 'known' else 'too-many' end as keeping`;

export interface KeptDmarcReport {
  readonly id: string;
  readonly domain: string;
  readonly policyDomain: string;
  readonly signer: string;
  readonly organization: string;
  readonly reportId: string;
  readonly contact: string;
  readonly beginsAt: Date;
  readonly endsAt: Date;
  readonly receivedAt: Date;
  readonly policy: PublishedPolicy;
  readonly messages: number;
  readonly passed: number;
}

const REPORT = `
  select id::text, domain, policy_domain as "policyDomain", signer, organization, report_id as "reportId", contact,
    begins_at as "beginsAt", ends_at as "endsAt", received_at as "receivedAt", policy, messages::float8 as messages,
    passed::float8 as passed
  from dmarc_reports`;

/** Newest first. @param domain all domains where it is left out */
export async function listDmarcReports(
  db: Queryable,
  { domain, limit }: { domain?: string | undefined; limit: number },
): Promise<KeptDmarcReport[]> {
  const { rows } = await db.query({
    text: `${REPORT} where $1::text is null or domain = $1 order by dmarc_reports.id desc limit $2`,
    values: [domain ?? null, limit],
  });
  return rows as KeptDmarcReport[];
}

export async function readDmarcReport(
  db: Queryable,
  id: string,
): Promise<{ report: KeptDmarcReport; rows: Omit<ReportedRow, 'envelopeTo'>[] } | undefined> {
  const found = await db.query({ text: `${REPORT} where id = $1::bigint`, values: [id] });
  const [report] = found.rows as KeptDmarcReport[];
  if (report === undefined) return undefined;
  const { rows } = await db.query({
    text: `
      select source_ip as "sourceIp", messages::float8 as messages, disposition, dkim_aligned as "dkimAligned",
        spf_aligned as "spfAligned", header_from as "headerFrom", envelope_from as "envelopeFrom", reasons, dkim, spf
      from dmarc_report_rows where report = $1::bigint order by seq`,
    values: [id],
  });
  return { report, rows: rows as Omit<ReportedRow, 'envelopeTo'>[] };
}

/** What is told of one source by all who report on a domain. */
export interface ReportedSource {
  readonly sourceIp: string;
  readonly messages: number;
  /** By either of the two. */
  readonly aligned: number;
  readonly dkimAligned: number;
  readonly spfAligned: number;
  /** Quarantined or refused. */
  readonly stopped: number;
  /** Domains that it signed with, or that SPF passed for: who it is. */
  readonly names: readonly string[];
  /** Who reported it. */
  readonly reporters: readonly string[];
}

export interface ReportedTime {
  /** By reports that somebody vouches for; others count nowhere. */
  readonly domain: string;
  readonly since: number;
  readonly limit: number;
}

/** Sources of the most messages first. */
export async function reportedSources(
  db: Queryable,
  { domain, since, limit }: ReportedTime,
): Promise<ReportedSource[]> {
  const { rows } = await db.query({
    text: `
      with r as materialized (
        select rows.*, reports.signer from dmarc_reports reports join dmarc_report_rows rows on rows.report = reports.id
        where reports.domain = $1 and reports.ends_at >= $2 and reports.signer <> ''),
      sources as (
        select source_ip, sum(messages) as messages, sum(messages) filter (where dkim_aligned or spf_aligned) as aligned,
          sum(messages) filter (where dkim_aligned) as dkim, sum(messages) filter (where spf_aligned) as spf,
          sum(messages) filter (where disposition in ('quarantine', 'reject')) as stopped,
          (array_agg(distinct signer))[1:5] as reporters
        from r group by source_ip order by sum(messages) desc, source_ip limit $3)
      select source_ip as "sourceIp", messages::float8 as messages, coalesce(aligned, 0)::float8 as aligned,
        coalesce(dkim, 0)::float8 as "dkimAligned", coalesce(spf, 0)::float8 as "spfAligned",
        coalesce(stopped, 0)::float8 as stopped, reporters,
        array(select distinct named->>'domain' from r, jsonb_array_elements(r.dkim || r.spf) as named
          where r.source_ip = sources.source_ip and named->>'result' = 'pass' and named->>'domain' <> '' order by 1 limit 5) as names
      from sources order by sources.messages desc, source_ip`,
    values: [domain, new Date(since), limit],
  });
  return rows as ReportedSource[];
}

/** How long the policy of a domain has been reported, and as what. */
export interface ReportedPolicy {
  /** Of the newest report that somebody vouches for. */
  readonly policy: PublishedPolicy;
  /** Since when it has been this one: p=, and whether it is tested. */
  readonly sinceAt: Date;
  readonly lastAt: Date;
  readonly lastFrom: string;
  readonly reports: number;
  readonly unsigned: number;
}

export async function reportedPolicy(
  db: Queryable,
  { domain, since }: Omit<ReportedTime, 'limit'>,
): Promise<ReportedPolicy | undefined> {
  const { rows } = await db.query({
    text: `
      with all_of as (select * from dmarc_reports where domain = $1 and ends_at >= $2),
      r as (select * from all_of where signer <> '' and policy_domain = $1),
      newest as (select * from r order by ends_at desc, id desc limit 1)
      select newest.policy, newest.ends_at as "lastAt", newest.signer as "lastFrom",
        (select count(*)::integer from all_of where signer <> '') as reports,
        (select count(*)::integer from all_of where signer = '') as unsigned,
        coalesce((select min(r.begins_at) from r where r.begins_at > coalesce(
          (select max(o.begins_at) from r o where o.policy->>'p' <> newest.policy->>'p'
             or (o.policy->>'testing' = 'y') <> (newest.policy->>'testing' = 'y')), '-infinity')), newest.begins_at) as "sinceAt"
      from newest`,
    values: [domain, new Date(since)],
  });
  return (rows as ReportedPolicy[])[0];
}

export async function forgetDmarcReports(db: Queryable, before: number): Promise<void> {
  await db.query({
    text: 'delete from dmarc_reports where received_at < $1',
    values: [new Date(before)],
  });
}

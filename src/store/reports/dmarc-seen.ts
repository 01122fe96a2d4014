/**
 * What came in the name of domains that ask for DMARC reports, counted by day: what reports are made of (RFC 9990 §3.1). Written by
 * `mail/reports/dmarc-ledger.ts`, read by the report sender.
 */
import { createHash } from 'node:crypto';
import type pg from 'pg';
import type { PublishedPolicy, ReportedRow } from '#protocol/dmarc-report/report';
import { jsonText } from '#store/query/json';

/** A kind of message, as it will stand in the report. */
export interface SeenKind {
  /** `policy.domain` is where the record was found, whose owner is reported to. */
  readonly policy: PublishedPolicy;
  readonly row: Omit<ReportedRow, 'messages'>;
}

export interface SeenCount extends SeenKind {
  readonly messages: number;
}

/** What makes one kind of a domain another one: the same for the same row. */
export function seenDigest(row: SeenKind['row']): string {
  return createHash('sha256').update(JSON.stringify(row)).digest('hex');
}

/** Adds to what was counted; each kind stands once in `counts`, and of a domain the policy of the last one is kept. */
export async function countSeen(
  pool: pg.Pool,
  day: string,
  counts: readonly SeenCount[],
): Promise<void> {
  const policies = new Map(counts.map(({ policy }) => [policy.domain, policy]));
  const published = [...policies].map(([policy_domain, policy]) => ({ policy_domain, policy }));
  const rows = counts.map(({ policy, row, messages }) => {
    const seen = jsonText(row);
    return { policy_domain: policy.domain, digest: seenDigest(row), seen, messages };
  });
  await pool.query({
    name: 'count_dmarc_seen',
    text: COUNT,
    values: [day, jsonText(published), jsonText(rows)],
  });
}

/** In the order of the keys, so that two nodes never wait for each other in a circle. */
const COUNT = `
  with published as (
    insert into dmarc_published as p (day, policy_domain, policy)
    select $1::date, policy_domain, policy from jsonb_to_recordset($2::jsonb) as c(policy_domain text, policy jsonb)
    order by policy_domain collate "C"
    on conflict (day, policy_domain) do update set policy = excluded.policy where p.policy <> excluded.policy)
  insert into dmarc_seen (day, policy_domain, digest, seen, messages)
  select $1::date, policy_domain, decode(digest, 'hex'), seen::jsonb, messages
  from jsonb_to_recordset($3::jsonb) as c(policy_domain text, digest text, seen text, messages bigint)
  order by policy_domain collate "C", digest collate "C"
  on conflict (day, policy_domain, digest) do update set messages = dmarc_seen.messages + excluded.messages`;

/** That were seen on a day, in order, from behind one on. */
export async function domainsSeen(
  pool: pg.Pool,
  day: string,
  behind: string,
  limit: number,
): Promise<string[]> {
  const { rows } = await pool.query<{ domain: string }>(
    `select policy_domain as domain from dmarc_published where day = $1 and policy_domain > $2 order by policy_domain limit $3`,
    [day, behind, limit],
  );
  return rows.map(({ domain }) => domain);
}

/** What was seen of a domain on a day, the most frequent kinds first. */
export async function seenOf(
  pool: pg.Pool,
  day: string,
  domain: string,
  limit: number,
): Promise<{ policy: PublishedPolicy; rows: ReportedRow[] } | undefined> {
  const published = await pool.query<{ policy: PublishedPolicy }>(
    'select policy from dmarc_published where day = $1 and policy_domain = $2',
    [day, domain],
  );
  const { rows } = await pool.query<{ seen: SeenKind['row']; messages: number }>(
    `select seen, messages::float8 as messages from dmarc_seen where day = $1 and policy_domain = $2
     order by messages desc, digest limit $3`,
    [day, domain, limit],
  );
  const policy = published.rows[0]?.policy;
  if (policy === undefined || rows.length === 0) return undefined;
  return { policy, rows: rows.map(({ seen, messages }) => Object.assign(seen, { messages })) };
}

/** Days that were reported long ago. */
export async function forgetSeenBefore(pool: pg.Pool, day: string): Promise<void> {
  await pool.query('delete from dmarc_seen where day < $1', [day]);
  await pool.query('delete from dmarc_published where day < $1', [day]);
}

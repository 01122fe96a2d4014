/**
 * How sessions with other domains went, counted by day: what TLS reports are made of (RFC 8460 §4). Written by `mail/tls-policy/ledger.ts`,
 * many counts in one statement; read by the report sender.
 */
import type pg from 'pg';
import { createHash } from 'node:crypto';
import { storable } from '#bytes';
import type { PolicyType, ResultType } from '#protocol/tlsrpt/results';

/** What a session was held to. */
export interface SessionPolicy {
  readonly type: PolicyType;
  /** RFC 8460 §1.1 */
  readonly domain: string;
  /** TLSA records, or lines of the policy file. */
  readonly strings: readonly string[];
  /** Of MTA-STS. */
  readonly mxPatterns: readonly string[];
}

export interface SessionKind {
  readonly recipientDomain: string;
  readonly policy: SessionPolicy;
  /** '' for a session that went as the policy has it; then the addresses and `helo` are '' too. */
  readonly result: ResultType | '';
  /** What exactly failed, for people. */
  readonly reason: string;
  readonly sendingIp: string;
  readonly receivingIp: string;
  readonly mxHost: string;
  /** How the peer called itself. */
  readonly helo: string;
}

export interface SessionCount extends SessionKind {
  readonly sessions: number;
}

/** A day of UTC: `2026-11-26`. */
export function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

/** Of the policy as it is part of a key. */
export function policyDigest(policy: SessionPolicy): Buffer {
  return createHash('sha256').update(policy.strings.join('\n')).digest();
}

/** Adds to what was counted; each kind of session stands once in `counts`. */
export async function countSessions(
  pool: pg.Pool,
  day: string,
  counts: readonly SessionCount[],
): Promise<void> {
  const rows = counts.map((count) => ({
    recipient_domain: count.recipientDomain,
    policy_type: count.policy.type,
    policy_domain: count.policy.domain,
    digest: policyDigest(count.policy).toString('hex'),
    policy: count.policy.strings.map(storable),
    mx_patterns: count.policy.mxPatterns,
    result: count.result,
    reason: storable(count.reason),
    sending_ip: count.sendingIp,
    receiving_ip: count.receivingIp,
    mx_host: count.mxHost,
    helo: storable(count.helo),
    sessions: count.sessions,
  }));
  await pool.query({
    name: 'count_tls_sessions',
    text: COUNT,
    values: [day, JSON.stringify(rows)],
  });
}

/** In the order of the key, so that two nodes never wait for each other in a circle. */
const COUNT = `
  insert into tls_sessions (day, recipient_domain, policy_type, policy_domain, policy_digest, policy, mx_patterns, result, reason,
    sending_ip, receiving_ip, mx_host, helo, sessions)
  select $1::date, recipient_domain, policy_type, policy_domain, decode(digest, 'hex'), policy, mx_patterns, result, reason,
    sending_ip, receiving_ip, mx_host, helo, sessions
  from jsonb_to_recordset($2::jsonb) as c(recipient_domain text, policy_type text, policy_domain text, digest text, policy text[],
    mx_patterns text[], result text, reason text, sending_ip text, receiving_ip text, mx_host text, helo text, sessions bigint)
  order by recipient_domain collate "C", policy_type collate "C", policy_domain collate "C", digest collate "C",
    result collate "C", reason collate "C", sending_ip collate "C", receiving_ip collate "C", mx_host collate "C",
    helo collate "C"
  on conflict (day, recipient_domain, policy_type, policy_domain, policy_digest, result, reason, sending_ip, receiving_ip, mx_host,
    helo) do update set sessions = tls_sessions.sessions + excluded.sessions`;

/** Domains that mail was sent to by TLS, or should have been, on a day: each may want a report. From behind one on. */
export async function domainsOfDay(
  pool: pg.Pool,
  day: string,
  behind: string,
  limit: number,
): Promise<string[]> {
  const { rows } = await pool.query<{ domain: string }>(
    `select distinct recipient_domain as domain from tls_sessions where day = $1 and recipient_domain > $2
     order by recipient_domain limit $3`,
    [day, behind, limit],
  );
  return rows.map(({ domain }) => domain);
}

/** Everything counted for a domain on a day, by policy; at most `limit` kinds, the most frequent ones. */
export async function sessionsOf(
  pool: pg.Pool,
  day: string,
  recipientDomain: string,
  limit: number,
): Promise<SessionCount[]> {
  const { rows } = await pool.query<
    Omit<SessionCount, 'policy' | 'recipientDomain'> & {
      readonly policyType: PolicyType;
      readonly policyDomain: string;
      readonly policy: readonly string[];
      readonly mxPatterns: readonly string[];
    }
  >(
    `select policy_type as "policyType", policy_domain as "policyDomain", policy, mx_patterns as "mxPatterns", result, reason,
       sending_ip as "sendingIp", receiving_ip as "receivingIp", mx_host as "mxHost", helo, sessions::float8 as sessions
     from tls_sessions where day = $1 and recipient_domain = $2
     order by sessions desc, policy_type, policy_domain, result, mx_host limit $3`,
    [day, recipientDomain, limit],
  );
  return rows.map((row) => ({
    recipientDomain,
    policy: {
      type: row.policyType,
      domain: row.policyDomain,
      strings: row.policy,
      mxPatterns: row.mxPatterns,
    },
    result: row.result,
    reason: row.reason,
    sendingIp: row.sendingIp,
    receivingIp: row.receivingIp,
    mxHost: row.mxHost,
    helo: row.helo,
    sessions: row.sessions,
  }));
}

/** Days that were reported long ago. */
export async function forgetSessionsBefore(pool: pg.Pool, day: string): Promise<void> {
  await pool.query('delete from tls_sessions where day < $1', [day]);
}

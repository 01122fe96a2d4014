/** The policies that other domains publish by MTA-STS, as they were fetched (RFC 8461): what keeps them over a restart, for all nodes. */
import type pg from 'pg';
import { storable } from '#bytes';
import { expiresAt, refreshAt, type CachedPolicy } from '#protocol/mta-sts/cached-policy';
import type { StsMode } from '#protocol/mta-sts/policy-file';

export interface StoredPolicy extends CachedPolicy {
  readonly domain: string;
  /** Why the last fetch failed; null when it did not. */
  readonly failure: string | null;
  /** Calendar milliseconds. */
  readonly failedAt: number | null;
}

/** What a process asks and tells while mail goes out. */
export interface PolicyStore {
  read(domain: string): Promise<CachedPolicy | undefined>;
  save(domain: string, cached: CachedPolicy): Promise<void>;
  noteFailure(domain: string, failure: string, now: number): Promise<void>;
}

export function policyStoreOf(pool: pg.Pool): PolicyStore {
  return {
    read: (domain) => readPolicy(pool, domain),
    save: (domain, cached) => savePolicy(pool, domain, cached),
    noteFailure: (domain, failure, now) => notePolicyFailure(pool, domain, failure, now),
  };
}

/** Remembers nothing. */
export const noPolicyStore: PolicyStore = {
  read: () => Promise.resolve(undefined),
  save: () => Promise.resolve(),
  noteFailure: () => Promise.resolve(),
};

interface Row {
  readonly domain: string;
  readonly recordId: string;
  readonly mode: StsMode;
  readonly mx: readonly string[];
  readonly maxAge: number;
  readonly lines: readonly string[];
  readonly fetchedAt: Date;
  readonly failure: string | null;
  readonly failedAt: Date | null;
}

const COLUMNS = `domain, record_id as "recordId", mode, mx, max_age as "maxAge", lines, fetched_at as "fetchedAt", failure,
  failed_at as "failedAt"`;

export async function readPolicy(pool: pg.Pool, domain: string): Promise<StoredPolicy | undefined> {
  const { rows } = await pool.query<Row>({
    name: 'sts_policy',
    text: `select ${COLUMNS} from sts_policies where domain = $1`,
    values: [domain],
  });
  return rows[0] && storedPolicy(rows[0]);
}

/** Replaces what there was; an older fetch of another node never takes the place of a newer one. */
async function savePolicy(pool: pg.Pool, domain: string, cached: CachedPolicy): Promise<void> {
  const { id, policy, fetchedAt } = cached;
  await pool.query({
    name: 'save_sts_policy',
    text: `insert into sts_policies (domain, record_id, mode, mx, max_age, lines, fetched_at, expires_at, refresh_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
           on conflict (domain) do update set record_id = excluded.record_id, mode = excluded.mode, mx = excluded.mx,
             max_age = excluded.max_age, lines = excluded.lines, fetched_at = excluded.fetched_at,
             expires_at = excluded.expires_at, refresh_at = excluded.refresh_at, failure = null, failed_at = null
           where sts_policies.fetched_at <= excluded.fetched_at`,
    values: [
      domain,
      id,
      policy.mode,
      policy.mx,
      policy.maxAge,
      policy.lines.map(storable),
      new Date(fetchedAt),
      new Date(expiresAt(cached)),
      new Date(refreshAt(cached)),
    ],
  });
}

/** A fetch failed: the policy there is, if any, stays as it is. */
async function notePolicyFailure(
  pool: pg.Pool,
  domain: string,
  failure: string,
  now: number,
): Promise<void> {
  await pool.query({
    name: 'note_sts_failure',
    text: 'update sts_policies set failure = $2, failed_at = $3 where domain = $1',
    values: [domain, failure, new Date(now)],
  });
}

/** Policies whose time to be fetched anew has come; they are this node's until `again`. */
export async function takePoliciesToRefresh(
  pool: pg.Pool,
  now: number,
  again: number,
  limit: number,
): Promise<StoredPolicy[]> {
  const { rows } = await pool.query<Row>({
    name: 'take_sts_policies',
    text: `update sts_policies set refresh_at = $2 where domain in (
             select domain from sts_policies where refresh_at <= $1 and expires_at > $1 order by refresh_at limit $3
             for update skip locked)
           returning ${COLUMNS}`,
    values: [new Date(now), new Date(again), limit],
  });
  return rows.map(storedPolicy);
}

/** Those that still hold, by domain, from behind one on. */
export async function listPolicies(
  pool: pg.Pool,
  now: number,
  behind: string,
  limit: number,
): Promise<StoredPolicy[]> {
  const { rows } = await pool.query<Row>({
    text: `select ${COLUMNS} from sts_policies where domain > $1 and expires_at > $2 order by domain limit $3`,
    values: [behind, new Date(now), limit],
  });
  return rows.map(storedPolicy);
}

/** Policies whose time is over. */
export async function sweepPolicies(pool: pg.Pool, now: number): Promise<void> {
  await pool.query('delete from sts_policies where expires_at <= $1', [new Date(now)]);
}

function storedPolicy({ recordId, fetchedAt, failedAt, ...row }: Row): StoredPolicy {
  const { domain, mode, mx, maxAge, lines, failure } = row;
  return {
    domain,
    id: recordId,
    policy: { mode, mx, maxAge, lines },
    fetchedAt: fetchedAt.getTime(),
    failure,
    failedAt: failedAt?.getTime() ?? null,
  };
}

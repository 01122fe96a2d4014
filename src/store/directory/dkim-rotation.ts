/**
 * The steps of a rotation of DKIM keys, each one transaction with its event. Each looks again at what it changes, so that steps of other
 * nodes, or of a person meanwhile, are never undone. Callers say `directory` afterwards.
 */
import type pg from 'pg';
import { event, type Event } from '#events';
import { appendEvents } from '#store/events/events';
import { inTransaction } from '#store/query/transaction';
import { insertKey, type NewDkimKey } from './dkim-keys.ts';

export type Begun =
  | { readonly kind: 'begun'; readonly events: readonly Event[] }
  | { readonly kind: 'no-such-domain' }
  | { readonly kind: 'under-way'; readonly selectors: readonly string[] };

/** Adds pending keys, unless there are some. */
export function beginRotation(
  pool: pg.Pool,
  domain: string,
  keys: readonly NewDkimKey[],
  by: 'hand' | 'schedule',
  now: number,
): Promise<Begun> {
  return inTransaction(pool, async (client) => {
    const domainId = await lockDomain(client, domain);
    if (domainId === undefined) return { kind: 'no-such-domain' };
    const { rows } = await client.query<{ selector: string }>(
      `select selector from dkim_keys where domain_id = $1 and state = 'pending' order by id`,
      [domainId],
    );
    if (rows.length > 0)
      return { kind: 'under-way', selectors: rows.map(({ selector }) => selector) };
    for (const key of keys) await insertKey(client, domainId, { ...key, state: 'pending' }, now);
    await lookAt(client, domainId, now);
    const selectors = keys.map(({ selector }) => selector);
    return {
      kind: 'begun',
      events: await tell(client, 'dkim.begun', now, { domain, selectors, by }),
    };
  });
}

/** What a step changed; empty where there was nothing to change any more. */
export interface KeysMoved {
  readonly selectors: readonly string[];
  readonly events: readonly Event[];
}

const NOTHING_MOVED: KeysMoved = { selectors: [], events: [] };

/** Gives up the pending keys. */
export function abortRotation(pool: pg.Pool, domain: string, now: number): Promise<KeysMoved> {
  return inTransaction(pool, async (client) => {
    const domainId = await lockDomain(client, domain);
    const { rows } = await client.query<{ selector: string }>(
      `update dkim_keys set state = 'revoked', revoked_at = $2, seen_at = null
       where domain_id = $1 and state = 'pending' returning selector`,
      [domainId, new Date(now)],
    );
    return moved(client, 'dkim.aborted', domain, rows, now);
  });
}

/** The pending keys sign from now on instead of those that did; only if they are these, and seen. */
export function switchKeys(
  pool: pg.Pool,
  domain: string,
  pending: readonly string[],
  now: number,
): Promise<KeysMoved> {
  return inTransaction(pool, async (client) => {
    const domainId = await lockDomain(client, domain);
    const { rows: there } = await client.query<{ selector: string; seen: boolean }>(
      `select selector, seen_at is not null as seen from dkim_keys where domain_id = $1 and state = 'pending'`,
      [domainId],
    );
    const isSame =
      there.length === pending.length &&
      there.every(({ selector, seen }) => seen && pending.includes(selector));
    if (!isSame || there.length === 0) return NOTHING_MOVED;
    const at = new Date(now);
    const { rows: retired } = await client.query<{ selector: string }>(
      `update dkim_keys set state = 'retired', retired_at = $2 where domain_id = $1 and state = 'active' returning selector`,
      [domainId, at],
    );
    await client.query(
      `update dkim_keys set state = 'active', activated_at = $2 where domain_id = $1 and state = 'pending'`,
      [domainId, at],
    );
    const selectors = [...pending].sort();
    const former = retired.map(({ selector }) => selector).sort();
    return {
      selectors,
      events: await tell(client, 'dkim.switched', now, { domain, selectors, former }),
    };
  });
}

/** The records of keys that retired long enough ago may go. */
export function revokeRetired(
  pool: pg.Pool,
  domain: string,
  retiredBefore: number,
  now: number,
): Promise<KeysMoved> {
  return inTransaction(pool, async (client) => {
    const domainId = await lockDomain(client, domain);
    const { rows } = await client.query<{ selector: string }>(
      `update dkim_keys set state = 'revoked', revoked_at = $3
       where domain_id = $1 and state = 'retired' and retired_at <= $2 returning selector`,
      [domainId, new Date(retiredBefore), new Date(now)],
    );
    return moved(client, 'dkim.revoked', domain, rows, now);
  });
}

/** Whether a look found the records of pending keys; the first of an unbroken row of looks counts. */
export async function noteSeen(
  pool: pg.Pool,
  domain: string,
  selectors: readonly string[],
  seen: boolean,
  now: number,
): Promise<void> {
  await pool.query(
    `update dkim_keys k set seen_at = case when $3 then $4::timestamptz end
     from domains d where d.id = k.domain_id and d.name = $1 and k.selector = any($2) and k.state = 'pending'
       and (k.seen_at is null) = $3`,
    [domain, selectors, seen, new Date(now)],
  );
}

/** A domain whose keys are to be looked after now; nobody else gets it before `nextAt`. */
export async function claimLook(
  pool: pg.Pool,
  now: number,
  nextAt: number,
): Promise<string | undefined> {
  const { rows } = await pool.query<{ name: string }>(
    `update dkim_looks l set next_at = $2 from domains d
     where d.id = l.domain_id and l.domain_id =
       (select domain_id from dkim_looks where next_at <= $1 order by next_at limit 1 for update skip locked)
     returning d.name`,
    [new Date(now), new Date(nextAt)],
  );
  return rows[0]?.name;
}

/** Domains that were never looked after are due. */
export async function addLooks(pool: pg.Pool, now: number): Promise<void> {
  await pool.query(
    `insert into dkim_looks (domain_id, next_at)
     select id, $1 from domains d where not exists (select from dkim_looks where domain_id = d.id)
     on conflict do nothing`,
    [new Date(now)],
  );
}

async function lookAt(client: pg.ClientBase, domainId: string, now: number): Promise<void> {
  await client.query(
    `insert into dkim_looks (domain_id, next_at) values ($1, $2)
     on conflict (domain_id) do update set next_at = excluded.next_at`,
    [domainId, new Date(now)],
  );
}

/** Steps of one domain follow each other. */
async function lockDomain(client: pg.ClientBase, domain: string): Promise<string | undefined> {
  const { rows } = await client.query<{ id: string }>(
    'select id from domains where name = $1 for update',
    [domain],
  );
  return rows[0]?.id;
}

async function moved(
  client: pg.ClientBase,
  type: 'dkim.aborted' | 'dkim.revoked',
  domain: string,
  rows: readonly { readonly selector: string }[],
  now: number,
): Promise<KeysMoved> {
  if (rows.length === 0) return NOTHING_MOVED;
  const selectors = rows.map(({ selector }) => selector).sort();
  return { selectors, events: await tell(client, type, now, { domain, selectors }) };
}

async function tell<T extends 'dkim.begun' | 'dkim.switched' | 'dkim.revoked' | 'dkim.aborted'>(
  client: pg.ClientBase,
  type: T,
  now: number,
  fields: Event<T>['public'],
): Promise<readonly Event[]> {
  const told = event(type, now, {}, { public: fields, personal: {} } as never);
  await appendEvents(client, [told]);
  return [told];
}

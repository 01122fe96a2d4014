/**
 * DKIM keys of our domains. A selector is used once: a key that was given up stays, revoked. Callers say `directory` after a change.
 */
import type pg from 'pg';
import { inTransaction } from '#store/query/transaction';

/**
 * pending: its record is published, it signs nothing yet · active: it signs · retired: it signs nothing more, and its record stays for
 * what it signed · revoked: its record may go.
 */
export type DkimKeyState = 'pending' | 'active' | 'retired' | 'revoked';

export interface NewDkimKey {
  readonly selector: string;
  readonly algorithm: 'rsa-sha256' | 'ed25519-sha256';
  /** PKCS #8 DER. */
  readonly privateKey: Uint8Array;
  readonly state: 'pending' | 'active';
}

export type KeyAdded =
  | { readonly kind: 'added' }
  | { readonly kind: 'exists' }
  | { readonly kind: 'no-such-domain' };

/** Adds one key to a domain; a selector is used once. */
export function addDkimKey(
  pool: pg.Pool,
  domain: string,
  key: NewDkimKey,
  now: number,
): Promise<KeyAdded> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ id: string; taken: boolean }>(
      `select d.id, exists (select from dkim_keys where domain_id = d.id and selector = $2) as taken
       from domains d where d.name = $1 for update of d`,
      [domain, key.selector],
    );
    if (!rows[0]) return { kind: 'no-such-domain' };
    if (rows[0].taken) return { kind: 'exists' };
    await insertKey(client, rows[0].id, key, now);
    return { kind: 'added' };
  });
}

export async function insertKey(
  client: pg.ClientBase,
  domainId: string,
  key: NewDkimKey,
  now: number,
): Promise<void> {
  await client.query(
    `insert into dkim_keys (domain_id, selector, algorithm, private_key, state, created_at, activated_at)
     values ($1, $2, $3, $4, $5, $6, case when $5 = 'active' then $6::timestamptz end)`,
    [domainId, key.selector, key.algorithm, Buffer.from(key.privateKey), key.state, new Date(now)],
  );
}

export interface ListedKey {
  readonly domain: string;
  readonly selector: string;
  readonly algorithm: 'rsa-sha256' | 'ed25519-sha256';
  readonly state: DkimKeyState;
  readonly privateKey: Buffer;
  readonly createdAt: Date;
  /** Of a pending key: since when every look at the DNS has found its record. */
  readonly seenAt: Date | null;
  readonly activatedAt: Date | null;
  readonly retiredAt: Date | null;
  readonly revokedAt: Date | null;
}

/** Keys of one domain or of all, newest first; the private key is there to derive the DNS record from. */
export async function listDkimKeys(
  pool: pg.Pool,
  domain: string | undefined,
): Promise<ListedKey[]> {
  const { rows } = await pool.query(
    `select d.name as domain, k.selector, k.algorithm, k.state, k.private_key as "privateKey", k.created_at as "createdAt",
       k.seen_at as "seenAt", k.activated_at as "activatedAt", k.retired_at as "retiredAt", k.revoked_at as "revokedAt"
     from dkim_keys k join domains d on d.id = k.domain_id
     where $1::text is null or d.name = $1 order by d.name, k.created_at desc, k.selector`,
    [domain ?? null],
  );
  return rows as ListedKey[];
}

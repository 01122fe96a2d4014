/** Accounts at certificate authorities: one for each directory, shared by every node. */
import type pg from 'pg';

export interface AcmeAccount {
  /** PKCS #8 DER. */
  readonly privateKey: Uint8Array;
  /** Undefined: not registered yet. */
  readonly url: string | undefined;
  /** As it was told to the authority. */
  readonly contact: string;
}

export async function readAcmeAccount(
  pool: pg.Pool,
  directory: string,
): Promise<AcmeAccount | undefined> {
  const { rows } = await pool.query<{ key: Buffer; url: string | null; contact: string }>(
    'select private_key as key, url, contact from acme_accounts where directory = $1',
    [directory],
  );
  const row = rows[0];
  return row && { privateKey: row.key, url: row.url ?? undefined, contact: row.contact };
}

/** In place of the one that was there. */
export async function saveAcmeAccount(
  pool: pg.Pool,
  directory: string,
  { privateKey, url, contact }: AcmeAccount,
  now: number,
): Promise<void> {
  await pool.query(
    `insert into acme_accounts (directory, private_key, url, contact, created_at) values ($1, $2, $3, $4, $5)
     on conflict (directory) do update
       set private_key = excluded.private_key, url = excluded.url, contact = excluded.contact`,
    [directory, Buffer.from(privateKey), url ?? null, contact, new Date(now)],
  );
}

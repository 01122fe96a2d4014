/** Settings of the providers of the practice Internet, and the keys that they sign with. Schema `lab`. */
import type pg from 'pg';
import type { Json } from '#events';
import { jsonText } from '#store/query/json';

export async function readProviderSetting(pool: pg.Pool, name: string): Promise<Json | undefined> {
  const { rows } = await pool.query<{ value: Json }>(
    'select value from lab.provider_settings where name = $1',
    [name],
  );
  return rows[0]?.value;
}

export async function keepProviderSetting(pool: pg.Pool, name: string, value: Json): Promise<void> {
  await pool.query(
    `insert into lab.provider_settings (name, value) values ($1, $2)
     on conflict (name) do update set value = excluded.value`,
    [name, jsonText(value)],
  );
}

export interface ProviderKey {
  readonly domain: string;
  readonly selector: string;
  /** PEM. */
  readonly privateKey: string;
}

/** @returns the key that is kept: the one given, unless there was one */
export async function keepProviderKey(pool: pg.Pool, key: ProviderKey): Promise<ProviderKey> {
  await pool.query(
    `insert into lab.provider_keys (domain, selector, private_key) values ($1, $2, $3)
     on conflict (domain) do nothing`,
    [key.domain, key.selector, key.privateKey],
  );
  return (await findProviderKey(pool, key.domain))!;
}

export async function findProviderKey(
  pool: pg.Pool,
  domain: string,
): Promise<ProviderKey | undefined> {
  const { rows } = await pool.query<ProviderKey>(
    `select domain, selector, private_key as "privateKey" from lab.provider_keys where domain = $1`,
    [domain],
  );
  return rows[0];
}

/** The secret of this installation: made once, shared by every process, never shown. */
import type pg from 'pg';

/** @param random used only when there is none yet */
export async function installationSecret(pool: pg.Pool, random: Uint8Array): Promise<Uint8Array> {
  await pool.query('insert into installation (secret) values ($1) on conflict do nothing', [
    Buffer.from(random),
  ]);
  const { rows } = await pool.query<{ secret: Buffer }>('select secret from installation');
  return rows[0]!.secret;
}

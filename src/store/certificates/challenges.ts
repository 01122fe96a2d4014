/** What a certificate authority is to find while it validates, whichever node it reaches. Callers say `certificates` after a change. */
import type pg from 'pg';

export interface StoredChallenge {
  readonly type: 'http-01' | 'tls-alpn-01';
  readonly name: string;
  readonly token: string;
  readonly keyAuthorization: string;
}

/** Orders of a crashed node leave some behind. Milliseconds. */
const LIFETIME = 60 * 60 * 1000;

export async function putChallenge(
  pool: pg.Pool,
  { type, name, token, keyAuthorization }: StoredChallenge,
  now: number,
): Promise<void> {
  await pool.query(
    `insert into acme_challenges (type, name, token, key_authorization, created_at) values ($1, $2, $3, $4, $5)
     on conflict (type, name, token) do update set key_authorization = excluded.key_authorization`,
    [type, name, token, keyAuthorization, new Date(now)],
  );
}

export async function removeChallenge(
  pool: pg.Pool,
  { type, name, token }: StoredChallenge,
): Promise<void> {
  await pool.query('delete from acme_challenges where type = $1 and name = $2 and token = $3', [
    type,
    name,
    token,
  ]);
}

/** Those of orders under way. */
export async function readChallenges(pool: pg.Pool): Promise<readonly StoredChallenge[]> {
  const { rows } = await pool.query<StoredChallenge>(
    `select type, name, token, key_authorization as "keyAuthorization" from acme_challenges
     order by created_at desc limit 1000`,
  );
  return rows;
}

export async function forgetChallenges(pool: pg.Pool, now: number): Promise<void> {
  await pool.query('delete from acme_challenges where created_at < $1', [new Date(now - LIFETIME)]);
}

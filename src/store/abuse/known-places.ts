/** Where owners logged in before, asked only while somebody guesses at a name. Everything is a keyed hash (`mail/abuse/known-places.ts`). */
import type pg from 'pg';
import type { PlaceHashes } from './exchange.ts';

/** How well a place is known for a login: the very address, its network, or not at all. */
export type Standing = 'address' | 'network' | 'stranger';

/** Costs the same whether anybody has this name. @throws when the database is out of reach */
export async function standingOf(pool: pg.Pool, place: PlaceHashes): Promise<Standing> {
  const { rows } = await pool.query<{ standing: Standing }>({
    name: 'standing_of_place',
    text: `select case when exists (select from known_places where login = $1 and address = $2) then 'address'
             when exists (select from known_places where login = $1 and network = $3) then 'network'
             else 'stranger' end as standing`,
    values: [Buffer.from(place.login), Buffer.from(place.address), Buffer.from(place.network)],
  });
  return rows[0]!.standing;
}

/** Whether any owner logged in from there. @throws when the database is out of reach */
export async function isOwnersPlace(
  pool: pg.Pool,
  kind: 'address' | 'network',
  hash: Uint8Array,
): Promise<boolean> {
  const { rows } = await pool.query<{ known: boolean }>({
    name: `owners_place_${kind}`,
    text: `select exists (select from known_places where ${kind} = $1) as known`,
    values: [Buffer.from(hash)],
  });
  return rows[0]!.known;
}

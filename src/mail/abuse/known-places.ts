/**
 * Where owners logged in, so that they are told apart from who guesses at their names. What is kept are hashes under a key of this
 * installation; they are asked for only while somebody guesses, and the same is asked whether anybody has the name or not.
 */
import { createHmac } from 'node:crypto';
import { base64, utf8 } from '#bytes';
import type { KnownPlace, PlaceHashes } from '#store/abuse/exchange';
import { isOwnersPlace, standingOf, type Standing } from '#store/abuse/known-places';
import type { Pool } from '#store/database/open';
import { PLACE_NOTED_EVERY, REMEMBERED, STANDING_HOLDS } from './limits.ts';

export interface Place {
  /** The login name in its one form. */
  readonly login: string;
  /** As `addressGroup` and `networkGroup` give them. */
  readonly address: string;
  readonly network: string;
}

const HASH_OCTETS = 16;

export class KnownPlaces {
  readonly #pool: Pool;
  readonly #secret: Uint8Array;
  /** Answers of the database for a while, and what this process saw itself. */
  readonly #standings = new Map<string, { readonly standing: Standing; readonly until: number }>();
  readonly #noted = new Map<string, number>();
  #new: KnownPlace[] = [];

  /** @param secret of the installation */
  constructor(pool: Pool, secret: Uint8Array) {
    this.#pool = pool;
    this.#secret = secret;
  }

  /** A keyed hash of one thing, for counters: what it is of cannot be read from it. */
  hash(purpose: string, text: string): Uint8Array {
    return createHmac('sha256', this.#secret)
      .update(utf8(`abuse ${purpose}\0${text}`))
      .digest()
      .subarray(0, HASH_OCTETS);
  }

  /** @throws when the database is out of reach */
  async standing(place: Place, now: number): Promise<Standing> {
    const key = keyOf(place);
    const known = this.#standings.get(key);
    if (known !== undefined && known.until > now) return known.standing;
    const standing = await standingOf(this.#pool, this.#hashes(place));
    this.#keep(key, standing, now + STANDING_HOLDS);
    return standing;
  }

  /** An owner logged in. */
  note(place: Place, accountId: string, now: number): void {
    const key = keyOf(place);
    if ((this.#noted.get(key) ?? 0) > now) return;
    this.#keep(key, 'address', now + PLACE_NOTED_EVERY);
    remember(this.#noted, key, now + PLACE_NOTED_EVERY);
    if (this.#new.length < REMEMBERED) this.#new.push({ ...this.#hashes(place), accountId });
  }

  takeNew(most: number): KnownPlace[] {
    // one statement may name a place once
    const taken = this.#new.splice(0, most);
    const byHash = new Map(
      taken.map((place) => [base64(place.login) + base64(place.address), place]),
    );
    return [...byHash.values()];
  }

  /** Whether any owner logged in from there. @throws when the database is out of reach */
  isOwners(kind: 'address' | 'network', text: string): Promise<boolean> {
    return isOwnersPlace(this.#pool, kind, this.hash(kind, text));
  }

  #hashes({ login, address, network }: Place): PlaceHashes {
    return {
      login: this.hash('login', login),
      address: this.hash('address', address),
      network: this.hash('network', network),
    };
  }

  #keep(key: string, standing: Standing, until: number): void {
    remember(this.#standings, key, { standing, until });
  }
}

function keyOf({ login, address }: Place): string {
  return `${address} ${login}`;
}

function remember<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= REMEMBERED) return;
  for (const oldest of map.keys()) {
    map.delete(oldest);
    return;
  }
}

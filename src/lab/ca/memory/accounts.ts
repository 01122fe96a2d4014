/** Accounts by their URL and by their key (RFC 8555 §7.3). Bounded: the oldest are forgotten, and made again by who still has the key. */
import { randomBytes } from 'node:crypto';
import { CA_LIMITS } from '#lab/ca/limits';
import { BoundedMap } from './bounded-map.ts';
import type { PublicKey } from './jwk.ts';
import type { Account } from './records.ts';

export class Accounts {
  readonly #byId = new BoundedMap<string, Account>(CA_LIMITS.accounts);
  readonly #byKey = new Map<string, Account>();

  byId(id: string): Account | undefined {
    return this.#byId.get(id);
  }

  byKey({ thumbprint }: PublicKey): Account | undefined {
    return this.#byKey.get(thumbprint);
  }

  /** For a key that has none. */
  add(key: PublicKey, contact: readonly string[]): Account {
    // the first key of an account that has another by now leaves its name behind
    const isTaken = this.#byId.get(key.thumbprint) !== undefined;
    const id = isTaken ? randomBytes(16).toString('base64url') : key.thumbprint;
    const account: Account = { id, key, contact, status: 'valid' };
    const forgotten = this.#byId.set(id, account);
    if (forgotten) this.#byKey.delete(forgotten.key.thumbprint);
    this.#byKey.set(key.thumbprint, account);
    return account;
  }

  /** §7.3.5; the new key has no account. */
  changeKey(account: Account, key: PublicKey): void {
    this.#byKey.delete(account.key.thumbprint);
    account.key = key;
    this.#byKey.set(key.thumbprint, account);
  }
}

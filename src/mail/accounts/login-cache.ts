/**
 * Logins that were verified a short while ago, so that a program which opens a connection for every message
 * does not cost an Argon2id hash each time. Bounded, in memory only, keyed by HMAC under a key of this process,
 * so that a memory dump shows no password; forgotten after some minutes and whenever any account or credential
 * changes.
 */
import { createHmac } from 'node:crypto';
import { utf8 } from '#bytes';
import type { PreparedText } from '#protocol/sasl/prepared-text';

export interface LoginCacheOptions {
  /** 32 random octets, made at start. */
  readonly key: Uint8Array;
  /** Milliseconds of a clock that never goes back (`Clock.monotonic`). */
  readonly monotonic: () => number;
  /** How long a login is remembered: minutes bound how long a change made elsewhere could be missed. */
  readonly ttlMs?: number;
  /** Entries at most; the oldest goes first. About 300 octets each. */
  readonly capacity?: number;
}

/** Says at which state of the cache a verification began. */
export type VerificationTicket = number & { readonly __ticket: true };

interface Entry<Login> {
  readonly login: Login;
  readonly expiresAt: number;
}

/** `Login` is whatever the caller wants back: principal, credential, scope. */
export class LoginCache<Login> {
  readonly #key: Uint8Array;
  readonly #monotonic: () => number;
  readonly #ttlMs: number;
  readonly #capacity: number;
  /** In order of insertion, which is the order of expiry. */
  readonly #entries = new Map<string, Entry<Login>>();
  #changes = 0;

  constructor(options: LoginCacheOptions) {
    this.#key = options.key;
    this.#monotonic = options.monotonic;
    this.#ttlMs = options.ttlMs ?? 5 * 60_000;
    this.#capacity = options.capacity ?? 10_000;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** What was remembered for this very name and password, if it is still fresh. */
  find(name: PreparedText, password: PreparedText): Login | undefined {
    const id = this.#idOf(name, password);
    const entry = this.#entries.get(id);
    if (entry === undefined) return undefined;
    if (entry.expiresAt > this.#monotonic()) return entry.login;
    this.#entries.delete(id);
    return undefined;
  }

  /** Take one before reading what the password is checked against. */
  ticket(): VerificationTicket {
    return this.#changes as VerificationTicket;
  }

  /**
   * Remembers a login that was verified. Does nothing where any credential changed since the ticket was taken:
   * what was verified may already be the old password.
   */
  remember(
    ticket: VerificationTicket,
    name: PreparedText,
    password: PreparedText,
    login: Login,
  ): void {
    if (ticket !== this.#changes) return;
    const id = this.#idOf(name, password);
    this.#entries.delete(id);
    this.#makeRoom();
    const expiresAt = this.#monotonic() + this.#ttlMs;
    this.#entries.set(id, { login, expiresAt });
  }

  /** Call when an account or credential changed, and when that may have been missed. */
  forgetAll(): void {
    this.#changes += 1;
    this.#entries.clear();
  }

  /** Drops what expired, and the oldest where there is no room for one more. */
  #makeRoom(): void {
    const now = this.#monotonic();
    for (const [id, entry] of this.#entries) {
      if (entry.expiresAt > now && this.#entries.size < this.#capacity) return;
      this.#entries.delete(id);
    }
  }

  #idOf(name: PreparedText, password: PreparedText): string {
    // Prepared text holds no NUL, so that no two pairs share a text.
    return createHmac('sha256', this.#key)
      .update(utf8(`${name}\0${password}`))
      .digest('base64');
  }
}

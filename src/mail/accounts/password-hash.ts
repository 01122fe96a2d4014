/**
 * Argon2id (RFC 9106) of account passwords: 19 MiB, 2 passes, 1 lane, the first of OWASP's equal choices. The
 * hashes share libuv's thread pool with files and signatures, so at most two run at once; a bounded number
 * wait, and beyond that the outcome is `busy`, which a server answers as a temporary failure. A check for a
 * user who does not exist computes the same hash.
 */
import { argon2 } from 'node:crypto';
import { promisify } from 'node:util';
import { equalConstantTime, utf8 } from '#bytes';
import type { PreparedText } from '#protocol/sasl/prepared-text';
import { formatPhc, parsePhc } from './phc-string.ts';
import type { Argon2Hash, Argon2Parameters } from './phc-string.ts';

const argon2Async = promisify(argon2);

/** What new hashes are made with; older ones are checked with their own. */
export const ARGON2_PARAMETERS: Argon2Parameters = { memoryKib: 19_456, passes: 2, lanes: 1 };

/** RFC 9106 §3.1 recommends 16 octets of salt and 32 of tag. */
export const PASSWORD_SALT_OCTETS = 16;
const TAG_OCTETS = 32;

/** Stands for the hash of a user who does not exist. */
const NOBODY: Argon2Hash = {
  parameters: ARGON2_PARAMETERS,
  salt: new Uint8Array(PASSWORD_SALT_OCTETS),
  tag: new Uint8Array(TAG_OCTETS),
};

export interface HashLimits {
  /** Hashes at once. Two leave two of libuv's four threads to everything else. */
  readonly running: number;
  /** Hashes waiting; at about 60 a second this is one to two seconds of patience. */
  readonly waiting: number;
}

export const HASH_LIMITS: HashLimits = { running: 2, waiting: 100 };

export type HashOutcome =
  | { readonly kind: 'hashed'; readonly phc: string }
  | { readonly kind: 'busy' };

/**
 * - `match`: the password is right; `outdated` says that it should be hashed again with today's parameters
 * - `mismatch`: it is wrong, or nobody has this name
 * - `unreadable`: the stored string is no PHC string of ours: the row was damaged or written by another hand
 */
export type VerifyOutcome =
  | { readonly kind: 'match'; readonly outdated: boolean }
  | { readonly kind: 'mismatch' }
  | { readonly kind: 'unreadable' }
  | { readonly kind: 'busy' };

/** Hashes and checks passwords, a few at a time. One for a process; `close` ends the waiting. */
export class PasswordHasher {
  readonly #limits: HashLimits;
  readonly #queue: ((admitted: boolean) => void)[] = [];
  #running = 0;
  #closed = false;

  constructor(limits: HashLimits = HASH_LIMITS) {
    this.#limits = limits;
  }

  /** @param salt {@link PASSWORD_SALT_OCTETS} random octets for this hash alone */
  async hash(password: PreparedText, salt: Uint8Array): Promise<HashOutcome> {
    const tag = await this.#compute(password, ARGON2_PARAMETERS, salt, TAG_OCTETS);
    if (tag === undefined) return { kind: 'busy' };
    return { kind: 'hashed', phc: formatPhc({ parameters: ARGON2_PARAMETERS, salt, tag }) };
  }

  /** @param phc the stored string, or undefined for a user who does not exist: always a mismatch */
  async verify(password: PreparedText, phc: string | undefined): Promise<VerifyOutcome> {
    const stored = phc === undefined ? NOBODY : parsePhc(phc);
    if (stored === undefined) return { kind: 'unreadable' };
    const { parameters, salt, tag } = stored;
    const computed = await this.#compute(password, parameters, salt, tag.length);
    if (computed === undefined) return { kind: 'busy' };
    if (!equalConstantTime(computed, tag) || phc === undefined) return { kind: 'mismatch' };
    return { kind: 'match', outdated: isOutdated(parameters) };
  }

  /** Those that wait, and any that come later, are told `busy`; those that run are let finish. */
  close(): void {
    this.#closed = true;
    for (const admit of this.#queue.splice(0)) admit(false);
  }

  async #compute(
    password: PreparedText,
    parameters: Argon2Parameters,
    salt: Uint8Array,
    tagLength: number,
  ): Promise<Uint8Array | undefined> {
    if (!(await this.#admitted())) return undefined;
    try {
      return await argon2Async('argon2id', {
        message: utf8(password),
        nonce: salt,
        memory: parameters.memoryKib,
        passes: parameters.passes,
        parallelism: parameters.lanes,
        tagLength,
      });
    } finally {
      this.#leave();
    }
  }

  #admitted(): boolean | Promise<boolean> {
    if (this.#closed) return false;
    if (this.#running < this.#limits.running) {
      this.#running += 1;
      return true;
    }
    if (this.#queue.length >= this.#limits.waiting) return false;
    return new Promise((resolve) => this.#queue.push(resolve));
  }

  /** A place that becomes free goes straight to the one who waits longest. */
  #leave(): void {
    const next = this.#queue.shift();
    if (next) next(true);
    else this.#running -= 1;
  }
}

function isOutdated(parameters: Argon2Parameters): boolean {
  const { memoryKib, passes, lanes } = ARGON2_PARAMETERS;
  return (
    parameters.memoryKib !== memoryKib || parameters.passes !== passes || parameters.lanes !== lanes
  );
}

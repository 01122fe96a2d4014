/**
 * The certificate and key of the servers, read from PEM files and read again when they change: new connections get the
 * new ones, running ones keep theirs. A pair that cannot be used never replaces one that can. TLS 1.2 and newer.
 * Called by the composition root; servers take `current` for each handshake.
 */
import { constants, createPrivateKey, X509Certificate } from 'node:crypto';
import { watch, type FSWatcher } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import {
  createSecureContext,
  DEFAULT_CIPHERS,
  type SecureContext,
  type SecureContextOptions,
} from 'node:tls';
import type { Log } from '#log';

export interface TlsIdentity {
  readonly context: SecureContext;
  /** The server's own certificate in DER, for channel bindings. */
  readonly certificate: Uint8Array;
  readonly fingerprint: string;
  /** Calendar milliseconds. */
  readonly validTo: number;
  /** The one for a name that a client asks for (SNI, RFC 6066 §3); this one where there is none. */
  readonly forName?: (name: string) => TlsIdentity;
}

export interface TlsFiles {
  /** PEM: the certificate and then those that lead to a root. */
  readonly certificate: string;
  /** PEM, without a passphrase. */
  readonly key: string;
}

export interface TlsTerms {
  /** Whether clients may resume sessions by tickets (`tls.session_tickets`). */
  readonly tickets: boolean;
}

const USUAL_TERMS: TlsTerms = { tickets: true };

export type IdentityRead =
  | { readonly kind: 'identity'; readonly identity: TlsIdentity }
  | { readonly kind: 'unusable'; readonly reason: string; readonly remedy: string };

/** Files are replaced one after the other: wait until both are there. Milliseconds. */
const SETTLE = 500;
/** What the file system's notices miss (links far away, network drives) is seen this late. Milliseconds. */
const LOOK_EVERY = 60_000;

/** Reads a pair of files and tries it. */
export async function readIdentity(
  files: TlsFiles,
  terms: TlsTerms = USUAL_TERMS,
): Promise<IdentityRead> {
  let cert: Buffer;
  let key: Buffer;
  try {
    cert = await readFile(files.certificate);
    key = await readFile(files.key);
  } catch (error) {
    return {
      kind: 'unusable',
      reason: (error as Error).message,
      remedy: 'Name readable PEM files in tls.certificate and tls.key.',
    };
  }
  return readIdentityText(cert, key, `${files.certificate} and ${files.key}`, terms);
}

/**
 * Tries a pair of PEM texts.
 * @param names of the two, for what is wrong
 */
export function readIdentityText(
  cert: Buffer,
  key: Buffer,
  names: string,
  terms: TlsTerms = USUAL_TERMS,
): IdentityRead {
  try {
    const own = new X509Certificate(cert);
    if (!own.checkPrivateKey(createPrivateKey(key))) {
      return {
        kind: 'unusable',
        reason: `${names}: the key is not that of the first certificate`,
        remedy: 'Put the server’s own certificate first, then the chain, and name its key.',
      };
    }
    const context = createSecureContext({ cert, key, ...optionsOf(terms) });
    const identity = {
      context,
      certificate: own.raw,
      fingerprint: own.fingerprint256,
      validTo: own.validToDate.getTime(),
    };
    return { kind: 'identity', identity };
  } catch (error) {
    return {
      kind: 'unusable',
      reason: `${names}: ${(error as Error).message}`,
      remedy: 'Both must be PEM, the key without a passphrase.',
    };
  }
}

/** RFC 9325 §4.1: no key exchange by RSA, which lets who gets the key read all that was ever recorded. */
const CIPHERS = `${DEFAULT_CIPHERS}:!kRSA`;

/** OpenSSL sends tickets in every session of TLS 1.3, and Node has no say in it: without them that version is not spoken. */
function optionsOf({ tickets }: TlsTerms): SecureContextOptions {
  return tickets
    ? { minVersion: 'TLSv1.2', ciphers: CIPHERS }
    : {
        minVersion: 'TLSv1.2',
        ciphers: CIPHERS,
        maxVersion: 'TLSv1.2',
        secureOptions: constants.SSL_OP_NO_TICKET,
      };
}

export type TlsOpened =
  | { readonly kind: 'open'; readonly tls: TlsIdentities }
  | Extract<IdentityRead, { kind: 'unusable' }>;

/** The identity in use, following its files. */
export class TlsIdentities implements Disposable {
  readonly #files: TlsFiles;
  readonly #terms: TlsTerms;
  readonly #log: Log;
  readonly #watchers: FSWatcher[] = [];
  readonly #look: NodeJS.Timeout;
  #current: TlsIdentity;
  #settling: NodeJS.Timeout | undefined;

  static async open(files: TlsFiles, log: Log, terms: TlsTerms = USUAL_TERMS): Promise<TlsOpened> {
    const read = await readIdentity(files, terms);
    return read.kind === 'identity'
      ? { kind: 'open', tls: new TlsIdentities(files, log, terms, read.identity) }
      : read;
  }

  private constructor(files: TlsFiles, log: Log, terms: TlsTerms, identity: TlsIdentity) {
    this.#files = files;
    this.#terms = terms;
    this.#log = log;
    this.#current = identity;
    this.#look = setInterval(() => void this.reload(), LOOK_EVERY).unref();
    for (const folder of new Set([files.certificate, files.key].map((file) => path.dirname(file))))
      this.#watch(folder);
  }

  /** For the next handshake. */
  get current(): TlsIdentity {
    return this.#current;
  }

  /** Reads the files again. Whether there is another certificate now. */
  async reload(): Promise<boolean> {
    const read = await readIdentity(this.#files, this.#terms);
    if (read.kind === 'unusable') {
      this.#log.warn('tls.not-reloaded', { reason: read.reason, remedy: read.remedy });
      return false;
    }
    if (read.identity.fingerprint === this.#current.fingerprint) return false;
    this.#current = read.identity;
    this.#log.info('tls.reloaded', {
      certificate: this.#files.certificate,
      validTo: new Date(read.identity.validTo).toISOString(),
    });
    return true;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#look);
    clearTimeout(this.#settling);
    for (const watcher of this.#watchers) watcher.close();
  }

  #watch(folder: string): void {
    try {
      const watcher = watch(folder, { persistent: false }, () => this.#changed());
      watcher.on('error', (error) => this.#log.warn('tls.not-watched', { error: error.message }));
      this.#watchers.push(watcher);
    } catch (error) {
      this.#log.warn('tls.not-watched', { folder, error: (error as Error).message });
    }
  }

  #changed(): void {
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => void this.reload(), SETTLE).unref();
  }
}

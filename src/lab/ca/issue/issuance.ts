/** Makes certificates of hosts and keeps those of orders: to be fetched, revoked, replaced and renewed. */
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { assertNames } from '#lab/ca/identifiers';
import { CA_LIMITS } from '#lab/ca/limits';
import { BoundedMap } from '#lab/ca/memory/bounded-map';
import type { IssuedCertificate, Order } from '#lab/ca/memory/records';
import { PROFILES } from '#lab/ca/profiles';
import {
  newPrivateKey,
  privateKeyPem,
  renewalIdentifier,
  type PemPair,
} from '#mail/certificates/x509';
import { makeHostCertificate, newSerial, type Validity } from './certificates.ts';
import type { Authority } from './keep-authority.ts';

/** So much earlier a certificate begins, for clocks that are behind. Milliseconds. */
const BACKDATED = 60 * 60 * 1000;

export interface DirectIssue {
  /** IP addresses beside the names. */
  readonly addresses?: readonly string[];
  /** Milliseconds; 90 days unless told. */
  readonly lifetime?: number;
}

export class Issuance {
  readonly #authority: Authority;
  readonly #now: () => number;
  /** By serial number. */
  readonly #issued = new BoundedMap<string, IssuedCertificate>(CA_LIMITS.certificates);

  constructor(authority: Authority, now: () => number) {
    this.#authority = authority;
    this.#now = now;
  }

  /** @param publicKey SubjectPublicKeyInfo in DER */
  async forOrder(order: Order, publicKey: Uint8Array): Promise<IssuedCertificate> {
    const { names, account, profile } = order;
    const serial = newSerial();
    const validity = this.#validity(PROFILES[profile].lifetime);
    const chain = await this.#make({ names, publicKey, serial, ...validity });
    const certificate: IssuedCertificate = {
      serial,
      renewalId: (await renewalIdentifier(chain))!,
      account,
      order,
      names,
      chain,
      ...validity,
      replaced: false,
      revokedAt: undefined,
      recalledAt: undefined,
    };
    this.#issued.set(serial, certificate);
    return certificate;
  }

  /** Without an order, for hosts of the practice Internet itself: the chain with a new key. @throws AcmeProblem for names elsewhere */
  async direct(names: readonly string[], wish: DirectIssue = {}): Promise<PemPair> {
    assertNames(names);
    const privateKey = await newPrivateKey('ecdsa');
    const key = createPrivateKey({ key: Buffer.from(privateKey), format: 'der', type: 'pkcs8' });
    const cert = await this.#make({
      names,
      addresses: wish.addresses ?? [],
      publicKey: createPublicKey(key).export({ type: 'spki', format: 'der' }),
      serial: newSerial(),
      ...this.#validity(wish.lifetime ?? PROFILES.classic.lifetime),
    });
    return { cert, key: privateKeyPem(privateKey) };
  }

  bySerial(serial: string): IssuedCertificate | undefined {
    return this.#issued.get(serial);
  }

  /** @param id of RFC 9773 §4.1 */
  byRenewalId(id: string): IssuedCertificate | undefined {
    const serial = Buffer.from(id.split('.')[1] ?? '', 'base64url').toString('hex');
    const found = this.#issued.get(serial);
    return found?.renewalId === id ? found : undefined;
  }

  all(): IssuedCertificate[] {
    return this.#issued.values();
  }

  async #make(host: Parameters<typeof makeHostCertificate>[1]): Promise<string> {
    const { intermediate } = this.#authority;
    return `${await makeHostCertificate(intermediate, host)}${intermediate.certificate}`;
  }

  #validity(lifetime: number): Validity {
    // dates of X.509 have whole seconds
    const notBefore = Math.floor((this.#now() - BACKDATED) / 1000) * 1000;
    // RFC 5280 §4.1.2.5: the last second counts
    return { notBefore, notAfter: notBefore + lifetime - 1000 };
  }
}

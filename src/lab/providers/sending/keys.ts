/** The key that a provider signs its own mail with: made once, and kept with the practice Internet. */
import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { dnsRecordFor } from '#protocol/dkim/key-record';
import type { SigningKey } from '#protocol/dkim/sign';
import type { Pool } from '#store/database/open';
import { findProviderKey, keepProviderKey } from '#store/lab/provider-settings';

export interface OwnKey extends SigningKey {
  /** The TXT record at `selector._domainkey.domain`. */
  readonly record: string;
}

const SELECTOR = 'lab1';

export async function ownKey(pool: Pool, domain: string): Promise<OwnKey> {
  const kept =
    (await findProviderKey(pool, domain)) ??
    (await keepProviderKey(pool, { domain, selector: SELECTOR, privateKey: await newKey() }));
  const privateKey: KeyObject = createPrivateKey(kept.privateKey);
  return {
    domain,
    selector: kept.selector,
    algorithm: 'rsa-sha256',
    privateKey,
    record: dnsRecordFor(createPublicKey(privateKey)),
  };
}

async function newKey(): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
}

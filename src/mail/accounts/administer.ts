/**
 * What an administrator does with domains and accounts: each brings what belongs to it (keys, mailboxes, rights), and tells every
 * process that the directory changed.
 */
import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import type { Clock } from '#clock';
import { toAscii } from '#protocol/address/domain';
import { mailboxKey, type Mailbox } from '#protocol/address/mailbox';
import { saslprep, type SaslprepError } from '#protocol/sasl/saslprep';
import type { PreparedText } from '#protocol/sasl/prepared-text';
import type { Notices } from '#store/database/notices';
import type { Pool } from '#store/database/open';
import { insertAccount, type AccountAdded } from '#store/directory/accounts';
import { findLogin, setPassword, type PasswordVerifiers } from '#store/directory/credentials';
import type { NewDkimKey } from '#store/directory/dkim-keys';
import { insertDomain } from '#store/directory/domains';
import { ensureTenant } from '#store/directory/tenants';
import { parseAppPassword } from './app-password.ts';
import { PASSWORD_SALT_OCTETS, type PasswordHasher } from './password-hash.ts';
import { makeScramKeys, SCRAM_ITERATIONS, SCRAM_SALT_OCTETS } from './scram-verifier.ts';

const generate = promisify(generateKeyPair);

export interface AdministerContext {
  readonly pool: Pool;
  readonly notices: Notices;
  readonly clock: Clock;
  readonly hasher: PasswordHasher;
  readonly random: (octets: number) => Uint8Array;
}

export const DEFAULT_TENANT = 'default';

export type DomainOutcome =
  | { readonly kind: 'added'; readonly name: string; readonly selectors: readonly string[] }
  | { readonly kind: 'exists'; readonly name: string }
  | { readonly kind: 'not-a-domain' };

/** Adds a domain with an RSA-2048 and an Ed25519 key for DKIM. The selectors carry the month, so that a later pair differs. */
export async function addDomain(context: AdministerContext, given: string): Promise<DomainOutcome> {
  const name = toAscii(given);
  if (name === undefined) return { kind: 'not-a-domain' };
  const now = context.clock.now();
  const keys = await newDkimKeys(now);
  const tenantId = await ensureTenant(context.pool, DEFAULT_TENANT, now);
  const added = await insertDomain(context.pool, { name, tenantId, keys, now });
  if (added.kind === 'exists') return { kind: 'exists', name };
  context.notices.say('directory');
  return { kind: 'added', name, selectors: keys.map(({ selector }) => selector) };
}

/** A pair of keys whose selectors name the month. */
export async function newDkimKeys(now: number, suffix = ''): Promise<NewDkimKey[]> {
  const month = new Date(now).toISOString().slice(0, 7).replace('-', '');
  const rsa = await generate('rsa', { modulusLength: 2048 });
  const ed25519 = await generate('ed25519');
  return [
    {
      selector: `r${month}${suffix}`,
      algorithm: 'rsa-sha256',
      privateKey: pkcs8(rsa),
      state: 'active',
    },
    {
      selector: `e${month}${suffix}`,
      algorithm: 'ed25519-sha256',
      privateKey: pkcs8(ed25519),
      state: 'active',
    },
  ];
}

function pkcs8({ privateKey }: Awaited<ReturnType<typeof generate>>): Uint8Array {
  return privateKey.export({ format: 'der', type: 'pkcs8' });
}

export type AccountOutcome =
  | AccountAdded
  | { readonly kind: 'password-refused'; readonly reason: PasswordRefusal }
  | { readonly kind: 'busy' };

/** `app-password`: it reads as one, and a login with it would be looked for among those alone. */
export type PasswordRefusal = SaslprepError | 'too-short' | 'app-password';

/** Short ones are guessed; NIST SP 800-63B asks for eight at least. */
export const MIN_PASSWORD_CHARACTERS = 8;

export async function addAccount(
  context: AdministerContext,
  mailbox: Mailbox,
  password: string,
  quotaBytes: number | undefined,
): Promise<AccountOutcome> {
  const prepared = preparePassword(password);
  if (prepared.kind === 'refused') return { kind: 'password-refused', reason: prepared.reason };
  const scramSalt = context.random(SCRAM_SALT_OCTETS);
  const verifiers = await makeVerifiers(context, prepared.text, scramSalt, SCRAM_ITERATIONS);
  if (!verifiers) return { kind: 'busy' };
  const key = mailboxKey(mailbox);
  const added = await insertAccount(context.pool, {
    localPart: key.slice(0, key.lastIndexOf('@')),
    domain: mailbox.domain,
    scramSalt,
    scramIterations: SCRAM_ITERATIONS,
    password: verifiers,
    quotaBytes,
    now: context.clock.now(),
  });
  if (added.kind === 'added') context.notices.say('directory');
  return added;
}

export type PasswordOutcome =
  | { readonly kind: 'changed' }
  | { readonly kind: 'no-such-account' }
  | { readonly kind: 'password-refused'; readonly reason: PasswordRefusal }
  | { readonly kind: 'busy' };

/** The SCRAM salt and count of the principal stay: the keys of its app passwords were made under them. */
export async function changePassword(
  context: AdministerContext,
  mailbox: Mailbox,
  password: string,
): Promise<PasswordOutcome> {
  const prepared = preparePassword(password);
  if (prepared.kind === 'refused') return { kind: 'password-refused', reason: prepared.reason };
  const record = await findLogin(context.pool, mailboxKey(mailbox));
  if (!record) return { kind: 'no-such-account' };
  const verifiers = await makeVerifiers(
    context,
    prepared.text,
    record.scramSalt,
    record.scramIterations,
  );
  if (!verifiers) return { kind: 'busy' };
  await setPassword(context.pool, record.principalId, verifiers, context.clock.now());
  context.notices.say('directory');
  return { kind: 'changed' };
}

function preparePassword(
  password: string,
): { kind: 'prepared'; text: PreparedText } | { kind: 'refused'; reason: PasswordRefusal } {
  const prepared = saslprep(password);
  if (prepared.kind === 'error') return { kind: 'refused', reason: prepared.reason };
  if (Array.from(prepared.text).length < MIN_PASSWORD_CHARACTERS) {
    return { kind: 'refused', reason: 'too-short' };
  }
  return parseAppPassword(prepared.text)
    ? { kind: 'refused', reason: 'app-password' }
    : { kind: 'prepared', text: prepared.text };
}

async function makeVerifiers(
  context: AdministerContext,
  password: PreparedText,
  salt: Uint8Array,
  iterations: number,
): Promise<PasswordVerifiers | undefined> {
  const hashed = await context.hasher.hash(password, context.random(PASSWORD_SALT_OCTETS));
  if (hashed.kind === 'busy') return undefined;
  const { storedKey, serverKey } = await makeScramKeys(password, { salt, iterations });
  return { argon2: hashed.phc, scramStoredKey: storedKey, scramServerKey: serverKey };
}

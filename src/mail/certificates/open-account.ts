/**
 * The account of this server at a certificate authority (RFC 8555 §7.3). Its key is stored before it is registered, so that a crash in
 * between leaves nothing that cannot be found again. Where the authority knows the account no more, the same key registers once more;
 * where it does not want that key, another one is made.
 */
import { createPrivateKey } from 'node:crypto';
import { AcmeClient } from '#clients/acme/client';
import { AcmeError } from '#clients/acme/failure';
import type { Transport } from '#clients/acme/request';
import type { Clock } from '#clock';
import { accountKey } from '#protocol/acme/jws';
import { acmeErrorWord } from '#protocol/acme/problem';
import { readAcmeAccount, saveAcmeAccount, type AcmeAccount } from '#store/certificates/accounts';
import type { Pool } from '#store/database/open';
import type { AcmeSettings } from './acme-settings.ts';
import type { AcmeStep } from './order-steps.ts';
import { newPrivateKey } from './x509.ts';

export interface AccountContext {
  readonly pool: Pool;
  readonly clock: Clock;
  readonly transport: Transport;
  readonly settings: AcmeSettings;
  readonly signal: AbortSignal;
  readonly tell: (step: AcmeStep) => void;
}

/** A client that signs for the account, which is there afterwards. @throws AcmeError */
export async function openAccount(context: AccountContext): Promise<AcmeClient> {
  const { pool, settings, tell } = context;
  const known = await readAcmeAccount(pool, settings.directory);
  const account = known ?? (await newAccount(context));
  const client = clientFor(context, account);
  await client.directory();
  tell({ step: 'directory', url: settings.directory, rfc: 'RFC 8555 §7.1.1' });
  if (account.url === undefined) {
    await register(context, client, account);
    return client;
  }
  client.useAccount(account.url);
  tell({ step: 'account-known', url: account.url, rfc: 'RFC 8555 §7.3' });
  if (account.contact !== settings.contact) {
    await client.changeContact(settings.contact);
    await save(context, { ...account, contact: settings.contact });
  }
  return client;
}

/** After the authority said that it does not know the account, or does not want it. @throws AcmeError */
export async function reopenAccount(context: AccountContext, text: string): Promise<AcmeClient> {
  const { pool, settings, tell } = context;
  tell({ step: 'account-forgotten', text, rfc: 'RFC 8555 §6.7' });
  const known = await readAcmeAccount(pool, settings.directory);
  const account = known ?? (await newAccount(context));
  const client = clientFor(context, account);
  try {
    await register(context, client, account);
    return client;
  } catch (error) {
    // §7.3.6: an account that was deactivated stays so, and its key with it
    if (!isUnauthorized(error)) throw error;
  }
  const fresh = await newAccount(context);
  tell({ step: 'account-key-new', text: settings.directory, rfc: 'RFC 8555 §7.3.6' });
  const another = clientFor(context, fresh);
  await register(context, another, fresh);
  return another;
}

async function register(
  context: AccountContext,
  client: AcmeClient,
  account: AcmeAccount,
): Promise<void> {
  const { settings, tell } = context;
  const { contact, external } = settings;
  const { url, isNew } = await client.register({ contact, external });
  await save(context, { ...account, url, contact });
  tell({ step: isNew ? 'account-new' : 'account-again', url, rfc: 'RFC 8555 §7.3' });
}

async function newAccount(context: AccountContext): Promise<AcmeAccount> {
  const account = {
    privateKey: await newPrivateKey('ecdsa'),
    url: undefined,
    contact: context.settings.contact,
  };
  await save(context, account);
  return account;
}

function save({ pool, settings, clock }: AccountContext, account: AcmeAccount): Promise<void> {
  return saveAcmeAccount(pool, settings.directory, account, clock.now());
}

/** Signs nothing: for what anybody may ask. Undefined where there never was an account. */
export async function anyClient(context: AccountContext): Promise<AcmeClient | undefined> {
  const account = await readAcmeAccount(context.pool, context.settings.directory);
  return account && clientFor(context, account);
}

function clientFor(context: AccountContext, { privateKey }: AcmeAccount): AcmeClient {
  const { transport, settings, clock, signal } = context;
  const key = accountKey(
    createPrivateKey({ key: Buffer.from(privateKey), format: 'der', type: 'pkcs8' }),
  );
  return new AcmeClient({ transport, directory: settings.directory, key, clock, signal });
}

/** The authority knows no account of this key (RFC 8555 §6.7), or none that is valid. */
export function isAccountLost(error: unknown): boolean {
  return wordOf(error) === 'accountDoesNotExist' || isUnauthorized(error);
}

function isUnauthorized(error: unknown): boolean {
  return wordOf(error) === 'unauthorized';
}

function wordOf(error: unknown): string | undefined {
  return error instanceof AcmeError && error.failure.kind === 'problem'
    ? acmeErrorWord(error.failure.problem)
    : undefined;
}

/** Who is here: the directory, what administers it, and in dev the accounts of the first start. */
import { randomBytes } from 'node:crypto';
import type { Clock } from '#clock';
import { asTyped } from '#mail/story/as-typed';
import type { Config, Mode } from '#config';
import type { Log } from '#log';
import type { AdministerContext } from '#mail/accounts/administer';
import { makeFirstAccounts, type FirstAccounts } from '#mail/accounts/first-accounts';
import { PasswordHasher } from '#mail/accounts/password-hash';
import type { Store } from '#store/database/open';
import { Directory } from '#store/directory/directory';
import { listDomains } from '#store/directory/domains';
import { failed, type StartFailure } from './failure.ts';

export interface AccountParts {
  readonly mode: Mode;
  readonly config: Config;
  readonly log: Log;
  readonly clock: Clock;
  readonly store: Store;
}

export interface Accounts {
  readonly kind: 'open';
  readonly directory: Directory;
  readonly administer: AdministerContext;
  readonly firstAccounts: FirstAccounts;
}

export async function openAccounts(
  { mode, config, log, clock, store }: AccountParts,
  stack: AsyncDisposableStack,
): Promise<Accounts | StartFailure> {
  const { pool, notices } = store;
  const hasher = stack.adopt(new PasswordHasher(), (one) => one.close());
  const directory = stack.adopt(new Directory(pool, notices), (one) => one.close());
  const administer: AdministerContext = { pool, notices, clock, hasher, random: randomBytes };
  const firstAccounts: FirstAccounts =
    mode === 'dev' ? await makeFirstAccounts(administer, config.dev_password) : { kind: 'there' };
  if (firstAccounts.kind === 'password-refused') {
    return failed(
      `dev_password cannot be a password: ${firstAccounts.reason}`,
      'Set HIKYAKU_DEV_PASSWORD to eight characters or more.',
    );
  }
  if (mode === 'serve' && (await listDomains(pool)).length === 0)
    log.warn('server.empty', {
      remedy: asTyped('hikyaku setup makes a domain and an account.'),
    });
  return { kind: 'open', directory, administer, firstAccounts };
}

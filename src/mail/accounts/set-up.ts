/**
 * What a server needs before it can be of use: a domain with its keys, an account for whoever runs it, and the two addresses that every
 * domain with mail has (RFC 2142: postmaster and abuse). What is there already stays as it is, so that a set-up that broke off is
 * run again.
 */
import { formatMailbox, mailboxKey, type Mailbox } from '#protocol/address/mailbox';
import { listAccounts } from '#store/directory/accounts';
import { listAliases, setAlias } from '#store/directory/addresses';
import { listDomains } from '#store/directory/domains';
import {
  addAccount,
  addDomain,
  type AccountOutcome,
  type AdministerContext,
} from './administer.ts';

export interface SetUpRequest {
  /** Of the account; its domain is the one that is made. */
  readonly address: Mailbox;
  /** Undefined: the account has to be there. */
  readonly password: string | undefined;
}

export interface SetUpStep {
  readonly what: 'domain' | 'account' | 'postmaster' | 'abuse';
  readonly name: string;
  readonly state: 'made' | 'there';
}

export type SetUp =
  | { readonly kind: 'set-up'; readonly steps: readonly SetUpStep[] }
  | { readonly kind: 'no-password' }
  | Exclude<AccountOutcome, { readonly kind: 'added' }>;

const DUTIES = ['postmaster', 'abuse'] as const;

export async function setUp(
  context: AdministerContext,
  { address, password }: SetUpRequest,
): Promise<SetUp> {
  const { pool, clock, notices } = context;
  const { domain } = address;
  const name = mailboxKey(address);
  const hasAccount = (await listAccounts(pool)).some((account) => account.name === name);
  // before anything is made, so that it can be asked for
  const needed = hasAccount ? undefined : (password ?? { kind: 'no-password' as const });
  if (typeof needed === 'object') return needed;
  const steps: SetUpStep[] = [];
  const step = (what: SetUpStep['what'], name: string, made: boolean): void => {
    steps.push({ what, name, state: made ? 'made' : 'there' });
  };
  const isThere = (await listDomains(pool)).some(({ name }) => name === domain);
  const added = isThere ? undefined : await addDomain(context, domain);
  step('domain', domain, added?.kind === 'added');

  if (needed !== undefined) {
    const account = await addAccount(context, address, needed, undefined);
    if (account.kind !== 'added') return account;
  }
  step('account', name, !hasAccount);

  for (const duty of DUTIES) {
    const known = await whoHas(context, duty, domain);
    if (!known) {
      const targets = [formatMailbox(address)];
      await setAlias(pool, { localPart: duty, domain, targets, now: clock.now() });
      notices.say('directory');
    }
    step(duty, `${duty}@${domain}`, !known);
  }
  return { kind: 'set-up', steps };
}

/** Whether an address of a domain is an account or an alias. */
async function whoHas(
  { pool }: AdministerContext,
  localPart: string,
  domain: string,
): Promise<boolean> {
  const accounts = await listAccounts(pool);
  if (accounts.some(({ name }) => name === `${localPart}@${domain}`)) return true;
  const aliases = await listAliases(pool);
  return aliases.some((alias) => alias.localPart === localPart && alias.domain === domain);
}

/** Accounts: who has a mailbox here. */
import { z } from 'zod';
import {
  addAccount,
  changePassword,
  MIN_PASSWORD_CHARACTERS,
  type PasswordRefusal,
} from '#mail/accounts/administer';
import { mailboxKey } from '#protocol/address/mailbox';
import { listAccounts, markRemoved, setDisabled, setQuota } from '#store/directory/accounts';
import { refuse, rows, value, type Refusal } from '#servers/admin/call';
import type { AdminContext } from '#servers/admin/context';
import { noSuchAccount, noSuchDomain, NOTHING, readAddress, text } from '#servers/admin/inputs';

const password = z.string().max(1024);
/** Null is no limit. */
const quota = z.number().int().positive().nullable().optional();

export const accountCalls = {
  'account/add': value(
    z.object({ address: text, password, quotaBytes: z.number().int().positive().optional() }),
    async (context, input) => {
      const mailbox = readAddress(input.address);
      if ('kind' in mailbox) return mailbox;
      const name = mailboxKey(mailbox);
      const added = await addAccount(context.administer, mailbox, input.password, input.quotaBytes);
      if (added.kind === 'added') return { account: name };
      if (added.kind === 'no-such-domain') return noSuchDomain(mailbox.domain);
      if (added.kind === 'password-refused') return passwordRefused(added.reason);
      if (added.kind === 'busy') return accountBusy();
      return refuse(
        'exists',
        `${name} exists already, as an account or an alias`,
        'hikyaku account list and hikyaku alias list show them.',
      );
    },
  ),

  'account/list': rows(NOTHING, async ({ store }) =>
    (await listAccounts(store.pool)).map((account) => ({
      account: account.name,
      state: account.state,
      messages: Number(account.messages),
      bytes: Number(account.bytes),
      quotaBytes: account.quotaBytes === null ? null : Number(account.quotaBytes),
      createdAt: account.createdAt.toISOString(),
    })),
  ),

  'account/passwd': value(z.object({ address: text, password }), async (context, input) => {
    const mailbox = readAddress(input.address);
    if ('kind' in mailbox) return mailbox;
    const changed = await changePassword(context.administer, mailbox, input.password);
    if (changed.kind === 'changed') return { account: mailboxKey(mailbox) };
    if (changed.kind === 'no-such-account') return noSuchAccount(mailboxKey(mailbox));
    return changed.kind === 'busy' ? accountBusy() : passwordRefused(changed.reason);
  }),

  'account/quota': value(
    z.object({ address: text, bytes: quota, messages: quota }),
    async ({ store }, { address, bytes, messages }) => {
      const mailbox = readAddress(address);
      if ('kind' in mailbox) return mailbox;
      const name = mailboxKey(mailbox);
      const set = await setQuota(store.pool, name, { bytes, messages });
      if (set === undefined) return noSuchAccount(name);
      store.notices.say('directory');
      return { account: name, ...set };
    },
  ),

  'account/disable': value(z.object({ address: text }), (context, { address }) =>
    change(context, address, (name) => setDisabled(context.store.pool, name, context.clock.now())),
  ),

  'account/enable': value(z.object({ address: text }), (context, { address }) =>
    change(context, address, (name) => setDisabled(context.store.pool, name, undefined)),
  ),

  'account/remove': value(z.object({ address: text }), (context, { address }) =>
    change(context, address, (name) => markRemoved(context.store.pool, name, context.clock.now())),
  ),
} as const;

async function change(
  { store }: AdminContext,
  address: string,
  apply: (name: string) => Promise<boolean>,
): Promise<{ account: string } | Refusal> {
  const mailbox = readAddress(address);
  if ('kind' in mailbox) return mailbox;
  const name = mailboxKey(mailbox);
  if (!(await apply(name))) return noSuchAccount(name);
  store.notices.say('directory');
  return { account: name };
}

export function passwordRefused(reason: PasswordRefusal): Refusal {
  const because = (message: string, remedy: string): Refusal =>
    refuse('password-refused', message, remedy);
  if (reason === 'too-short') {
    return because(
      'the password is too short',
      `Take ${MIN_PASSWORD_CHARACTERS} characters or more.`,
    );
  }
  if (reason === 'app-password') {
    return because(
      'the password reads as an app password, which is for one program alone',
      'Take another one; hikyaku app-password add makes app passwords.',
    );
  }
  return because(
    `the password cannot be used: ${reason}`,
    'Leave out control characters and characters that cannot be typed everywhere (RFC 4013).',
  );
}

export function accountBusy(): Refusal {
  return refuse(
    'busy',
    'too many passwords are being hashed at this moment',
    'Try again in a second.',
  );
}

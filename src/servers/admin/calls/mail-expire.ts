/** How long mailboxes keep a message. */
import { z } from 'zod';
import { rows, value } from '#servers/admin/call';
import { readAccount, text } from '#servers/admin/inputs';
import { NamedMailboxes } from '#servers/admin/mailboxes';
import { expiriesOf, setExpiry } from '#store/mailboxes/change/expire';

const HOUR = 60 * 60 * 1000;
/** Milliseconds; longer is for ever. */
const LONGEST = 100 * 366 * 24 * HOUR;

export const mailExpireCalls = {
  'mail/expiries': rows(z.object({ account: text }), async (context, input) => {
    const account = await readAccount(context, input.account);
    if ('kind' in account) return account;
    const { pool } = context.store;
    const mailboxes = await NamedMailboxes.of(pool, account);
    const expiries = await expiriesOf(pool, account.accountId);
    return mailboxes.all.map(({ id, path, role, messages }) => ({
      mailbox: path.join('/'),
      role: role ?? null,
      messages,
      /** Milliseconds; null: for ever. */
      expireAfter: expiries.get(id) ?? null,
    }));
  }),

  'mail/expire': value(
    z.object({
      account: text,
      mailbox: text,
      after: z.number().int().min(HOUR).max(LONGEST).nullable(),
    }),
    async (context, { account: given, mailbox, after }) => {
      const account = await readAccount(context, given);
      if ('kind' in account) return account;
      const { store } = context;
      const mailboxes = await NamedMailboxes.of(store.pool, account);
      const found = mailboxes.find(mailbox);
      if ('kind' in found) return found;
      await setExpiry(store.pool, account.accountId, found.id, after ?? undefined);
      return { account: account.name, mailbox: found.path.join('/'), expireAfter: after };
    },
  ),
} as const;

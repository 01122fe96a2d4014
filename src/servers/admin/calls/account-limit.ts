/** What an account may send in a day, where it differs from the settings, and what it has sent today. */
import { z } from 'zod';
import { accountDay, endOfDay, setAccountLimits } from '#store/abuse/daily-limits';
import { value } from '#servers/admin/call';
import { readAccount, text } from '#servers/admin/inputs';

/** Null: as the settings say; 0: no limit. */
const most = z.number().int().nonnegative().max(1_000_000_000).nullable().optional();

export const accountLimitCalls = {
  'account/limit': value(
    z.object({ address: text, messages: most, newRecipients: most }),
    async (context, { address, messages, newRecipients }) => {
      const account = await readAccount(context, address);
      if ('kind' in account) return account;
      const { store, clock, dailyLimits } = context;
      if (messages !== undefined || newRecipients !== undefined)
        await setAccountLimits(store.pool, account.accountId, { messages, newRecipients });
      const now = clock.now();
      const day = await accountDay(store.pool, account.accountId, now);
      return {
        account: account.name,
        messages: {
          most: day.messagesADay ?? dailyLimits.messages,
          own: day.messagesADay !== null,
          today: day.messages,
        },
        newRecipients: {
          most: day.newRecipientsADay ?? dailyLimits.newRecipients,
          own: day.newRecipientsADay !== null,
          today: day.newRecipients,
        },
        until: new Date(endOfDay(now)).toISOString(),
      };
    },
  ),
} as const;

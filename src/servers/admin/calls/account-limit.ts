/** What an account may send in a day, an hour and a minute, where it differs from the settings, and what it has sent by now. */
import { z } from 'zod';
import { accountDay, endOfDay, setAccountLimits } from '#store/abuse/daily-limits';
import { value } from '#servers/admin/call';
import { readAccount, text } from '#servers/admin/inputs';

/** Null: as the settings say; 0: no limit. */
const most = z.number().int().nonnegative().max(1_000_000_000).nullable().optional();

const limits = z.object({
  messages: most,
  newRecipients: most,
  messagesAMinute: most,
  messagesAnHour: most,
});

export const accountLimitCalls = {
  'account/limit': value(
    limits.extend({ address: text }),
    async (context, { address, ...given }) => {
      const account = await readAccount(context, address);
      if ('kind' in account) return account;
      const { store, clock, sendingLimits } = context;
      await setAccountLimits(store.pool, account.accountId, given);
      const now = clock.now();
      const day = await accountDay(store.pool, account.accountId, now);
      const limit = (own: number | null, settings: number) => ({
        most: own ?? settings,
        own: own !== null,
      });
      return {
        account: account.name,
        messages: { ...limit(day.messagesADay, sendingLimits.messages), today: day.messages },
        newRecipients: {
          ...limit(day.newRecipientsADay, sendingLimits.newRecipients),
          today: day.newRecipients,
        },
        messagesAMinute: {
          ...limit(day.messagesAMinute, sendingLimits.messagesAMinute),
          now: day.inMinute,
        },
        messagesAnHour: {
          ...limit(day.messagesAnHour, sendingLimits.messagesAnHour),
          now: day.inHour,
        },
        until: new Date(endOfDay(now)).toISOString(),
      };
    },
  ),
} as const;

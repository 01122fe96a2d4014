/** Finding messages and telling their stories. */
import { z } from 'zod';
import { LANGUAGES } from '#protocol/dsn/language';
import { rows, refuse, value, type Refusal } from '#servers/admin/call';
import type { AdminContext } from '#servers/admin/context';
import { explainMessage } from '#servers/admin/explain-message';
import { findMessages } from '#servers/admin/find-messages';
import { MESSAGE_STATUSES } from '#servers/admin/message-statuses';
import { limit, text } from '#servers/admin/inputs';
import {
  followMessage,
  resolveMessage,
  traceMessage,
  type TraceOptions,
} from '#servers/admin/trace-message';

const traced = z.object({
  id: text,
  lang: z.enum(LANGUAGES).optional(),
  timeZone: z.string().max(100).refine(isTimeZone, 'is no time zone').optional(),
});
type Traced = z.infer<typeof traced>;

export const messageCalls = {
  'message/find': rows(
    z.object({
      from: text.optional(),
      to: text.optional(),
      /** Calendar milliseconds. */
      since: z.number().optional(),
      /** Or how long ago, by the clock of the server. Milliseconds. */
      within: z.number().positive().optional(),
      status: z.enum(MESSAGE_STATUSES).optional(),
      /** The doctor's own rounds too. */
      all: z.boolean().optional(),
      limit,
    }),
    async ({ store, clock }, { since, within, all, ...input }, signal) =>
      findMessages(
        store,
        {
          ...input,
          withRounds: all,
          since: since ?? (within === undefined ? 0 : clock.now() - within),
          limit: input.limit ?? Infinity,
        },
        signal,
      ),
  ),

  'message/trace': value(traced, async (context, input) => {
    const id = await resolveMessage(context.store, input.id);
    const told =
      id === undefined
        ? undefined
        : await traceMessage(context.store, id, optionsOf(context, input));
    return told ?? unknown(input.id);
  }),

  'message/explain': value(
    z.object({ id: text, lang: z.enum(LANGUAGES).optional() }),
    async ({ store, lang }, input) => {
      const id = await resolveMessage(store, input.id);
      const explained =
        id === undefined ? undefined : await explainMessage(store, id, input.lang ?? lang);
      return explained ?? unknown(input.id);
    },
  ),

  'message/follow': rows(traced, async (context, input, signal) => {
    const id = await resolveMessage(context.store, input.id);
    if (id === undefined) return unknown(input.id);
    return followMessage(context.store, id, optionsOf(context, input), signal);
  }),
} as const;

function optionsOf(context: AdminContext, { lang, timeZone }: Traced): TraceOptions {
  return { language: lang ?? context.lang, timeZone: timeZone ?? 'UTC' };
}

function unknown(id: string): Refusal {
  return refuse(
    'no-such-message',
    `nothing is recorded of a message ${id}`,
    'hikyaku message find shows recent ones; hikyaku mail list those in a mailbox.',
  );
}

function isTimeZone(name: string): boolean {
  try {
    Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

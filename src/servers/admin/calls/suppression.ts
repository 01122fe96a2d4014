/** Whom bulk mail is not sent to any more, and why (docs/decisions/0035). */
import { z } from 'zod';
import { event } from '#events';
import { formatMailbox } from '#protocol/address/mailbox';
import {
  ALL_BULK,
  listSuppressions,
  suppressStatement,
  SUPPRESSION_REASONS,
  unsuppress,
  type KeptSuppression,
} from '#store/suppression';
import { refuse, rows, value } from '#servers/admin/call';
import type { AdminContext } from '#servers/admin/context';
import { limit, readAddress, text } from '#servers/admin/inputs';
import { writeEvents } from '#store/events/events';
import type { Statement } from '#store/writer/writer';

/** RFC 2919 §3 */
const stream = z.string().min(1).max(255);
const reason = z.enum(SUPPRESSION_REASONS);
const DEFAULT_LIMIT = 1000;

export const suppressionCalls = {
  'suppression/list': rows(
    z.object({
      stream: stream.optional(),
      reason: reason.optional(),
      /** What has ended, too. */
      all: z.boolean().default(false),
      limit,
    }),
    async ({ store, clock }, { all, limit: most = DEFAULT_LIMIT, ...wanted }) =>
      (
        await listSuppressions(store.pool, {
          ...wanted,
          at: all ? undefined : clock.now(),
          limit: most,
        })
      ).map(shown),
  ),

  'suppression/show': rows(z.object({ address: text }), async ({ store }, { address: given }) => {
    const address = readAddress(given);
    if ('kind' in address) return address;
    const found = await listSuppressions(store.pool, {
      address: formatMailbox(address),
      limit: DEFAULT_LIMIT,
    });
    return found.length === 0 ? notSuppressed(given) : found.map(shown);
  }),

  'suppression/add': value(
    z.object({
      address: text,
      stream: stream.default(ALL_BULK),
      reason: reason.default('manual'),
      detail: z.string().max(500).default(''),
      /** Milliseconds; without: for good. */
      within: z.number().positive().optional(),
    }),
    async (context, { address: given, within, ...wanted }) => {
      const mailbox = readAddress(given);
      if ('kind' in mailbox) return mailbox;
      const at = context.clock.now();
      const until = within === undefined ? undefined : at + within;
      const address = formatMailbox(mailbox);
      const { stream: named, reason: why, detail } = wanted;
      const fields = { reason: why, stream: named, until: isoOf(until) };
      await write(context, [
        suppressStatement({ ...wanted, address, at, until }),
        writeEvents([
          event('address.suppressed', at, {}, { public: fields, personal: { address, detail } }),
        ]),
      ]);
      return { address, ...fields };
    },
  ),

  'suppression/remove': rows(
    z.object({ address: text, stream: stream.optional(), reason: reason.optional() }),
    async (context, { address: given, ...wanted }) => {
      const mailbox = readAddress(given);
      if ('kind' in mailbox) return mailbox;
      const removed = await unsuppress(context.store.pool, {
        ...wanted,
        address: formatMailbox(mailbox),
      });
      if (removed.length === 0) return notSuppressed(given);
      const now = context.clock.now();
      await write(context, [writeEvents(removed.map((one) => unsuppressed(one, now)))]);
      return removed.map(shown);
    },
  ),
} as const;

async function write({ store }: AdminContext, statements: readonly Statement[]): Promise<void> {
  await store.writer.run({ accounts: [], order: '', bytes: 0, statements });
}

function unsuppressed(
  { address, reason: why, stream: named, tenantId }: KeptSuppression,
  now: number,
) {
  return event(
    'address.unsuppressed',
    now,
    { ...(tenantId !== null && { tenantId }) },
    { public: { reason: why, stream: named }, personal: { address } },
  );
}

function shown({
  since,
  until,
  address,
  stream: named,
  reason: why,
  detail,
  messageId,
}: KeptSuppression) {
  return {
    address,
    stream: named,
    reason: why,
    detail,
    since: since.toISOString(),
    until: until?.toISOString() ?? null,
    messageId,
  };
}

function isoOf(at: number | undefined): string | null {
  return at === undefined ? null : new Date(at).toISOString();
}

function notSuppressed(address: string) {
  return refuse(
    'not-suppressed',
    `${address} is not suppressed`,
    'hikyaku suppression list shows who is.',
  );
}

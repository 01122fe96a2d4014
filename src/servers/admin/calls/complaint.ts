/** Readers' complaints, and what share of the mail they are about (docs/decisions/0036). */
import { z } from 'zod';
import {
  complaintRates,
  listComplaints,
  type ComplaintRate,
  type KeptComplaint,
} from '#store/complaints';
import { rows } from '#servers/admin/call';
import { limit } from '#servers/admin/inputs';

const DEFAULT_LIMIT = 1000;
const DAY = 86_400_000;

/** A time in calendar milliseconds, or how long ago by our clock. */
const since = z.number().optional();
const within = z.number().positive().optional();

export const complaintCalls = {
  'complaint/list': rows(
    z.object({ since, within, site: z.string().min(1).max(255).optional(), limit }),
    async ({ store, clock }, { since: from, within: ago, site, limit: most = DEFAULT_LIMIT }) => {
      const begin = from ?? clock.now() - (ago ?? 30 * DAY);
      const kept = await listComplaints(store.pool, { since: begin, site, limit: most });
      return kept.map(shown);
    },
  ),

  'complaint/rate': rows(z.object({ since, within }), async ({ store, clock }, given) => {
    const rates = await complaintRates(
      store.pool,
      given.since ?? clock.now() - (given.within ?? 7 * DAY),
    );
    return rates.map(withRate);
  }),
} as const;

function shown(one: KeptComplaint) {
  return {
    receivedAt: one.receivedAt.toISOString(),
    address: one.address,
    feedbackType: one.feedbackType,
    messageId: one.messageId,
    recipientId: one.recipientId,
    stream: one.stream,
    site: one.site,
    reporter: one.reporter,
    agent: one.agent,
    matchedBy: one.matchedBy,
  };
}

function withRate({ day, site, stream, delivered, complaints }: ComplaintRate) {
  /** Percent; null where nothing was delivered that day. */
  const rate = delivered === 0 ? null : Math.round((1e5 * complaints) / delivered) / 1e3;
  return { day, site, stream, delivered, complaints, rate };
}

/** Readers' complaints, and what share of the mail they are about (docs/decisions/0036). */
import { z } from 'zod';
import { complaintRates, listComplaints } from '#store/complaints';
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
      return kept.map(({ tenantId: _, receivedAt, ...complaint }) => ({
        receivedAt: receivedAt.toISOString(),
        ...complaint,
      }));
    },
  ),

  'complaint/rate': rows(z.object({ since, within }), async ({ store, clock }, given) => {
    const rates = await complaintRates(
      store.pool,
      given.since ?? clock.now() - (given.within ?? 7 * DAY),
    );
    return rates.map((one) => ({
      ...one,
      /** Percent; null where nothing was delivered that day. */
      rate: one.delivered === 0 ? null : Math.round((1e5 * one.complaints) / one.delivered) / 1e3,
    }));
  }),
} as const;

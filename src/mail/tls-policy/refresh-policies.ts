/** Keeps the MTA-STS policies at hand fresh (RFC 8461 §3.3): fetched anew half-way to their end, by one node each, and removed at it. */
import type { Clock } from '#clock';
import type { Pool } from '#store/database/open';
import { sweepPolicies, takePoliciesToRefresh } from '#store/tls-policy/policies';
import type { StsPolicies } from './sts-policies.ts';

export interface RefreshOptions {
  readonly pool: Pool;
  readonly clock: Clock;
  readonly sts: Pick<StsPolicies, 'refresh'>;
}

/** Between two rounds. Milliseconds of the calendar. */
export const REFRESH_EVERY = 10 * 60 * 1000;
/** After a failure, or where the node that took it is gone. Milliseconds. */
const AGAIN = 60 * 60 * 1000;
const BATCH = 20;

/** One round; safe to run in several processes at once. @returns how many were fetched or tried */
export async function refreshPolicies({ pool, clock, sts }: RefreshOptions): Promise<number> {
  let count = 0;
  for (;;) {
    const now = clock.now();
    const due = await takePoliciesToRefresh(pool, now, now + AGAIN, BATCH);
    await Promise.all(due.map((one) => sts.refresh(one.domain, one)));
    count += due.length;
    if (due.length < BATCH) break;
  }
  await sweepPolicies(pool, clock.now());
  return count;
}

/** How the warm-up of our addresses stands, for the doctor. */
import type { Pool } from '#store/database/open';
import { listPlans, type PlanState } from '#store/warm-up/plans';

export interface WarmUpFacts {
  readonly site: string;
  readonly source: string;
  readonly state: PlanState;
  /** Recipients of the day: planned, sent, and of these put off for our rate or reputation. */
  readonly planned: number;
  readonly taken: number;
  readonly slowed: number;
  /** The site asked for less, and is left alone until then. Calendar milliseconds. */
  readonly restsUntil: number | undefined;
}

/** More tell no more. */
const MOST = 1000;

export async function warmUpFacts(pool: Pool): Promise<WarmUpFacts[]> {
  return (await listPlans(pool, { limit: MOST })).map(({ site, source, plan, today, pace }) => ({
    site,
    source,
    state: plan.state,
    planned: plan.size,
    taken: today?.taken ?? 0,
    slowed: today?.slowed ?? 0,
    restsUntil: pace?.bulkRestUntil,
  }));
}

/** What operators do with warm-up plans: begin one or go on, let nothing go, end one. Called by the calls of the control socket. */
import { event, type Event } from '#events';
import type { Pool } from '#store/database/open';
import { changePlan, type PlanChange } from '#store/warm-up/change-plan';
import type { KnownPlan, PlanKey, PlanTerms } from '#store/warm-up/plans';
import { declareSource, forgetSource } from '#store/warm-up/sources';
import { unplannedSites, wakeSite } from '#store/warm-up/sites';
import { begun, ended, NOTHING_GOES, paceOf, step } from './keeper.ts';
import { PLAN_DEFAULTS } from './plan.ts';

export interface OperateContext {
  readonly pool: Pool;
  /** Calendar milliseconds. */
  readonly now: number;
}

/** The events of what was done; undefined: it is so already. */
export type Operated = readonly Event[] | undefined;

/**
 * Begins a plan, from its first day; or goes on with one that is paused, where it was, or that the site stopped, from the first size.
 * @param terms what is left out is as before, or as usual
 */
export async function startPlan(
  context: OperateContext,
  key: PlanKey,
  terms: Partial<PlanTerms>,
): Promise<Operated> {
  const { now } = context;
  return operate(context, key, (known) => {
    if (known?.plan.state === 'active') return undefined;
    if (known?.plan.state !== 'paused' && known?.plan.state !== 'stopped') {
      return begun(key, termsOf(terms), now, 'operator');
    }
    const plan = { ...known.plan, ...definedOf(terms) };
    const size = known.plan.state === 'paused' ? plan.size : Math.min(plan.first, plan.size);
    const day = plan.day + 1;
    const resumed = { ...key, day, size };
    return {
      plan: { ...plan, state: 'active', day, size },
      opened: { planned: size, steps: [step({ key: 'begun', size, target: plan.target })] },
      pace: paceOf(size, now),
      events: [event('warm-up.resumed', now, {}, { public: resumed, personal: {} })],
    };
  });
}

/** Lets nothing go until {@link startPlan}; undefined where nothing is under way. */
export async function pausePlan(context: OperateContext, key: PlanKey): Promise<Operated> {
  return operate(context, key, (known) => {
    if (known?.plan.state !== 'active') return undefined;
    const { plan } = known;
    const halted = { ...key, day: plan.day, by: 'operator' as const };
    return {
      plan: { ...plan, state: 'paused' },
      closed: { judged: undefined, steps: [] },
      pace: NOTHING_GOES,
      events: [event('warm-up.halted', context.now, {}, { public: halted, personal: {} })],
    };
  });
}

/** Ends a plan: nothing is held back by it any more. Undefined where there is none, or it is over. */
export async function stopPlan(context: OperateContext, key: PlanKey): Promise<Operated> {
  return operate(context, key, (known) => {
    if (!known || known.plan.state === 'finished') return undefined;
    return {
      plan: { ...known.plan, state: 'finished' },
      closed: { judged: undefined, steps: [] },
      pace: null,
      events: [ended(known, context.now, 'operator')],
    };
  });
}

/**
 * Declares a source new to every site: plans begin where mail went to from it before now, and with the first mail elsewhere.
 * @returns the sites whose plans began
 */
export async function startSource(
  context: OperateContext,
  source: string,
  terms: Partial<PlanTerms>,
): Promise<{ readonly sites: readonly string[]; readonly events: readonly Event[] }> {
  const { pool, now } = context;
  const whole = termsOf(terms);
  await declareSource(pool, source, whole, now);
  const sites = await unplannedSites(pool, source);
  const events: Event[] = [];
  for (const site of sites) {
    const key = { site, source };
    const done = await operate(context, key, (known) =>
      known && known.plan.state !== 'finished' ? undefined : begun(key, whole, now, 'source'),
    );
    events.push(...(done ?? []));
  }
  return { sites, events };
}

/** A source is not new any more: no further plans begin. @returns whether it was */
export function stopSource({ pool }: OperateContext, source: string): Promise<boolean> {
  return forgetSource(pool, source);
}

async function operate(
  { pool, now }: OperateContext,
  key: PlanKey,
  decide: (known: KnownPlan | undefined) => PlanChange | undefined,
): Promise<Operated> {
  const change = await changePlan(pool, key, now, decide);
  if (!change) return undefined;
  await wakeSite(pool, key.site, now);
  return change.events;
}

function termsOf(terms: Partial<PlanTerms>): PlanTerms {
  return { ...PLAN_DEFAULTS, ...definedOf(terms) };
}

function definedOf(terms: Partial<PlanTerms>): Partial<PlanTerms> {
  return Object.fromEntries(Object.entries(terms).filter(([, value]) => value !== undefined));
}

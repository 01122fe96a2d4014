/**
 * Keeps warm-up plans going: begins one with the first mail from a new source to a site, ends its days and makes the next ones, and reacts at
 * once where a site asks for less or blocks us. There is no timer: a claim that finds a day over says so, and a plan that nobody asks for rests.
 * Called by the queue's worker, and by the commands of operators (`operate.ts`).
 */
import type { Clock } from '#clock';
import { event, type Event, type EventStep } from '#events';
import type { Log } from '#log';
import type { Pool } from '#store/database/open';
import type { HeardReplies, PlannedDay } from '#store/queue/release';
import { changePlan, type PlanChange } from '#store/warm-up/change-plan';
import type { KnownPlan, Plan, PlanKey, PlanTerms } from '#store/warm-up/plans';
import { newSources } from '#store/warm-up/sources';
import { wakeSite } from '#store/warm-up/sites';
import { nextDay, NO_REPLIES } from './plan.ts';
import { reactTo } from './reaction.ts';
import { DAY, dayEnd, hourEnd, hourOf } from './room.ts';
import type { WarmUpStep } from './steps.ts';

export interface KeeperParts {
  readonly pool: Pool;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
  /** Called after the commit. */
  readonly happened: (events: readonly Event[]) => void;
  /** Called when something may go that could not before. */
  readonly woken: () => void;
}

export class WarmUpKeeper {
  readonly #parts: KeeperParts;
  readonly #seenTo = new Map<string, Promise<void>>();

  constructor(parts: KeeperParts) {
    this.#parts = parts;
  }

  /** Sees to plans that a claim found due, then lets it try again. Never rejects. */
  async seeTo(site: string, sources: readonly string[]): Promise<void> {
    await Promise.all(sources.map((source) => this.#once({ site, source })));
  }

  /** What a lease came to. Never rejects. */
  async heard(
    key: PlanKey,
    isBulk: boolean,
    replies: HeardReplies,
    day: PlannedDay,
  ): Promise<void> {
    const { clock } = this.#parts;
    if (day.until === undefined || (replies.slowed === 0 && replies.refused === 0)) return;
    const now = clock.now();
    const endsAt = day.until;
    await this.#change(key, (known) => {
      if (known?.plan.state !== 'active' || !known.today || !known.pace) return undefined;
      const { today, pace, plan } = known;
      const reaction = reactTo(replies, today, today.rests, now, endsAt);
      if (reaction.kind === 'go-on') return undefined;
      if (reaction.kind === 'stop') return stopped(known, now);
      const { restUntil = 0, bulkRestUntil = 0 } = pace;
      // another attempt heard the same a moment ago
      if ((isBulk ? Math.max(restUntil, bulkRestUntil) : restUntil) > now) return undefined;
      const { until, bulkUntil } = reaction;
      const step: WarmUpStep = { key: 'rested', until: new Date(bulkUntil).toISOString() };
      const rested = event(
        'warm-up.rested',
        now,
        {},
        {
          public: {
            ...key,
            day: plan.day,
            until: new Date(until).toISOString(),
            bulkUntil: new Date(bulkUntil).toISOString(),
          },
          personal: {},
        },
      );
      return { plan, rest: { until, bulkUntil, step }, events: [rested] };
    });
  }

  /** Two claims that find the same day over wait for one judgement. */
  #once(key: PlanKey): Promise<void> {
    const name = `${key.site}\n${key.source}`;
    let running = this.#seenTo.get(name);
    if (!running) {
      running = this.#turn(key).finally(() => this.#seenTo.delete(name));
      this.#seenTo.set(name, running);
    }
    return running;
  }

  async #turn(key: PlanKey): Promise<void> {
    const { pool, clock, woken, log } = this.#parts;
    try {
      const now = clock.now();
      const declared = (await newSources(pool)).find(({ source }) => source === key.source);
      await this.#change(key, (known) => {
        if (known) return known.pace && known.pace.until <= now ? turned(known, now) : undefined;
        return declared && begun(key, declared, now, 'source');
      });
      await wakeSite(pool, key.site, clock.now());
      woken();
    } catch (error) {
      // the claim looks again soon
      log.warn('warm-up.turn', { site: key.site, error: (error as Error).message });
    }
  }

  async #change(
    key: PlanKey,
    decide: (known: KnownPlan | undefined) => PlanChange | undefined,
  ): Promise<void> {
    const { pool, clock, happened, log } = this.#parts;
    try {
      const change = await changePlan(pool, key, clock.now(), decide);
      if (change && change.events.length > 0) happened(change.events);
    } catch (error) {
      log.warn('warm-up.change', { site: key.site, error: (error as Error).message });
    }
  }
}

/** A plan from its first day. */
export function begun(
  { site, source }: PlanKey,
  { first, growth, target }: PlanTerms,
  now: number,
  by: 'operator' | 'source',
): PlanChange {
  const plan: Plan = {
    state: 'active',
    startedAt: now,
    day: 1,
    size: first,
    ceiling: undefined,
    goodDays: 0,
    byHand: by === 'operator',
    first,
    growth,
    target,
  };
  const fields = { site, source, size: first, target, by };
  return {
    plan,
    opened: { planned: first, steps: [step({ key: 'begun', size: first, target })] },
    pace: paceOf(first, now),
    events: [event('warm-up.begun', now, {}, { public: fields, personal: {} })],
  };
}

/** The day is over: what follows. */
export function turned(known: KnownPlan, now: number): PlanChange {
  const { site, source, plan } = known;
  const today = known.today ?? { ...NO_REPLIES, planned: plan.size };
  const next = nextDay(plan, plan, today);
  const steps = next.steps.map(step);
  const { judged, size, ceiling, goodDays } = next;
  const isDone = judged === 'finished';
  const day = plan.day + (isDone ? 0 : daysSince(known.pace!.until, now));
  const { planned, taken, delivered, deferred } = today;
  const events: Event[] = [
    event(
      'warm-up.judged',
      now,
      {},
      {
        public: {
          site,
          source,
          day: plan.day,
          planned,
          taken,
          delivered,
          deferred,
          judged,
          size,
          steps,
        },
        personal: {},
      },
    ),
  ];
  if (isDone) events.push(ended(known, now, 'target'));
  return {
    plan: { ...plan, state: isDone ? 'finished' : 'active', day, size, ceiling, goodDays },
    closed: { judged, steps },
    ...(!isDone && { opened: { planned: size, steps: [] } }),
    pace: isDone ? null : paceOf(size, now),
    events,
  };
}

/** The site wants nothing from us: nothing goes until a person starts the plan again. */
function stopped(known: KnownPlan, now: number): PlanChange {
  const { site, source, plan, today } = known;
  const { refused: count, taken } = today!;
  const public_ = { site, source, day: plan.day, by: 'site' as const };
  return {
    plan: { ...plan, state: 'stopped', goodDays: 0 },
    closed: { judged: 'stopped', steps: [step({ key: 'blocked', count, taken })] },
    pace: NOTHING_GOES,
    events: [event('warm-up.halted', now, {}, { public: public_, personal: {} })],
  };
}

export const NOTHING_GOES = { day: 0, hour: 0, until: Infinity, hourUntil: Infinity };

export function ended({ site, source, plan }: KnownPlan, now: number, by: 'target' | 'operator') {
  const fields = { site, source, day: plan.day, by };
  return event('warm-up.ended', now, {}, { public: fields, personal: {} });
}

export function paceOf(size: number, now: number): NonNullable<PlanChange['pace']> {
  return { day: size, hour: hourOf(size), until: dayEnd(now), hourUntil: hourEnd(now) };
}

/** Days that began since the end of one, that one included. */
function daysSince(end: number, now: number): number {
  return Math.floor((now - end) / DAY) + 1;
}

export function step(one: WarmUpStep): EventStep {
  return one;
}

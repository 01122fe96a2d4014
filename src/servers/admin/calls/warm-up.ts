/** Warm-up plans: how much goes to a site from a source that it does not know yet. */
import { z } from 'zod';
import {
  pausePlan,
  startPlan,
  startSource,
  stopPlan,
  stopSource,
  type OperateContext,
} from '#mail/warm-up/operate';
import { siteOfDomain } from '#store/warm-up/sites';
import { listPlans, planDays, type KnownPlan, type PlanDay } from '#store/warm-up/plans';
import { newSources } from '#store/warm-up/sources';
import { refuse, rows, value, type Refusal } from '#servers/admin/call';
import type { AdminContext } from '#servers/admin/context';
import { limit, readDomain, text } from '#servers/admin/inputs';

const MOST = 1_000_000;
/** As the command line calls the source that the system chooses. */
const USUAL = 'default';

const which = z.object({ site: text.optional(), source: text.optional() });
const terms = {
  first: z.number().int().min(1).max(MOST).optional(),
  growth: z.number().min(1.05).max(3).optional(),
  target: z
    .number()
    .int()
    .min(1)
    .max(10 * MOST)
    .optional(),
};

export const warmUpCalls = {
  'warm-up/list': rows(which.extend({ limit }), async (context, input, signal) => {
    const chosen = await choose(context, input, signal);
    if ('kind' in chosen) return chosen;
    const plans = await listPlans(context.store.pool, { ...chosen, limit: input.limit ?? MOST });
    return plans.map((plan) => planRow(plan, context.clock.now()));
  }),

  'warm-up/show': value(
    z.object({ site: text, source: text.optional() }),
    async (context, input, signal) => {
      const { pool } = context.store;
      const chosen = await choose(context, input, signal);
      if ('kind' in chosen) return chosen;
      const [plan, other] = await listPlans(pool, { ...chosen, limit: 2 });
      if (!plan) return noPlan(input.site);
      if (other) {
        return refuse(
          'several-sources',
          `several sources are warmed up for ${plan.site}`,
          `Name one: --source ${plan.source === '' ? USUAL : plan.source}`,
        );
      }
      const days = await planDays(pool, plan);
      return { ...planRow(plan, context.clock.now()), days: days.map(dayRow) };
    },
  ),

  'warm-up/start': value(which.extend(terms), async (context, input, signal) => {
    const chosen = await choose(context, input, signal);
    if ('kind' in chosen) return chosen;
    const source = chosen.source ?? onlySource(context);
    if (typeof source !== 'string') return source;
    const { first, growth, target } = input;
    if ((first ?? 0) > (target ?? Infinity)) {
      return refuse(
        'first-beyond-target',
        `the first day, ${first}, has more than is needed, ${target}`,
        'Leave one of --first and --target out, or make --target the larger.',
      );
    }
    const wanted = { first, growth, target };
    const operate = operateContext(context);
    if (chosen.site === undefined) {
      const { sites, events } = await startSource(operate, source, definedOf(wanted));
      context.warmUp.happened(events);
      context.store.notices.say('queue');
      return { source, site: null, sites };
    }
    const key = { site: chosen.site, source };
    const events = await startPlan(operate, key, definedOf(wanted));
    if (!events) {
      return refuse(
        'under-way',
        `the warm-up for ${key.site} is under way already`,
        `hikyaku warm-up show ${key.site} shows it; to begin anew, stop it first.`,
      );
    }
    context.warmUp.happened(events);
    context.store.notices.say('queue');
    return { source, site: key.site, sites: [key.site] };
  }),

  'warm-up/pause': value(which, (context, input, signal) =>
    forEach(context, input, signal, (plan) => pausePlan(operateContext(context), plan)),
  ),

  'warm-up/stop': value(which, async (context, input, signal) => {
    const done = await forEach(context, input, signal, (plan) =>
      stopPlan(operateContext(context), plan),
    );
    if ('kind' in done || input.site !== undefined) return done;
    const { pool } = context.store;
    const chosen = input.source === undefined ? undefined : readSource(context, input.source);
    for (const { source } of await newSources(pool)) {
      if (chosen === undefined || chosen === source) {
        await stopSource(operateContext(context), source);
      }
    }
    return done;
  }),
} as const;

function operateContext({ store, clock }: AdminContext): OperateContext {
  return { pool: store.pool, now: clock.now() };
}

async function forEach(
  context: AdminContext,
  input: z.infer<typeof which>,
  signal: AbortSignal,
  change: (plan: KnownPlan) => ReturnType<typeof pausePlan>,
): Promise<{ readonly plans: readonly { site: string; source: string }[] } | Refusal> {
  const chosen = await choose(context, input, signal);
  if ('kind' in chosen) return chosen;
  const plans: { site: string; source: string }[] = [];
  for (const plan of await listPlans(context.store.pool, { ...chosen, limit: MOST })) {
    const events = await change(plan);
    if (!events) continue;
    context.warmUp.happened(events);
    plans.push({ site: plan.site, source: plan.source });
  }
  if (plans.length > 0) context.store.notices.say('queue');
  else if (chosen.site !== undefined) return noPlan(chosen.site);
  return { plans };
}

interface Chosen {
  readonly site?: string;
  readonly source?: string;
}

/** A site by its key, or by a domain whose mail goes there. */
async function choose(
  context: AdminContext,
  { site: named, source: given }: z.infer<typeof which>,
  signal: AbortSignal,
): Promise<Chosen | Refusal> {
  const source = given === undefined ? undefined : readSource(context, given);
  if (source !== undefined && typeof source !== 'string') return source;
  const site = named === undefined ? undefined : await readSite(context, named, signal);
  if (site !== undefined && typeof site !== 'string') return site;
  return { ...(site !== undefined && { site }), ...(source !== undefined && { source }) };
}

async function readSite(
  { store, warmUp }: AdminContext,
  given: string,
  signal: AbortSignal,
): Promise<string | Refusal> {
  if (given.includes(',') || given.startsWith('relay:')) return given;
  const domain = readDomain(given);
  if (typeof domain !== 'string') return domain;
  const site = (await siteOfDomain(store.pool, domain)) ?? (await warmUp.siteOf(domain, signal));
  return (
    site ??
    refuse(
      'no-site',
      `no host takes mail for ${domain} at this moment`,
      'Name a domain whose mail goes there, or the site as hikyaku queue list --json shows it.',
    )
  );
}

function readSource({ warmUp: { sources } }: AdminContext, given: string): string | Refusal {
  const source = given === USUAL ? '' : given;
  if (sources.includes(source)) return source;
  return refuse(
    'not-a-source',
    `mail does not leave from ${given}`,
    `It leaves from ${sources.map((one) => (one === '' ? USUAL : one)).join(', ')} (queue.source_addresses).`,
  );
}

function onlySource({ warmUp: { sources } }: AdminContext): string | Refusal {
  const [source, other] = sources;
  if (source !== undefined && other === undefined) return source;
  return refuse(
    'which-source',
    'mail leaves from several addresses',
    `Name the new one: --source ${sources[0]}`,
  );
}

function noPlan(site: string): Refusal {
  return refuse(
    'no-plan',
    `no warm-up is under way for ${site}`,
    'hikyaku warm-up list shows those there are.',
  );
}

function definedOf<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, field]) => field !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

/** A plan as scripts see it; names and types are stable. */
function planRow({ site, source, plan, today, pace }: KnownPlan, now: number) {
  const rest = Math.max(pace?.restUntil ?? 0, pace?.bulkRestUntil ?? 0);
  return {
    site,
    source,
    state: plan.state,
    day: plan.day,
    planned: plan.size,
    hour: pace?.hour ?? null,
    taken: today?.taken ?? 0,
    delivered: today?.delivered ?? 0,
    deferred: today?.deferred ?? 0,
    slowed: today?.slowed ?? 0,
    refused: today?.refused ?? 0,
    bounced: today?.bounced ?? 0,
    complaints: today?.complaints ?? 0,
    dayEndsAt: pace && Number.isFinite(pace.until) ? iso(pace.until) : null,
    restsUntil: rest > now ? iso(rest) : null,
    ceiling: plan.ceiling ?? null,
    first: plan.first,
    growth: plan.growth,
    target: plan.target,
    startedAt: iso(plan.startedAt),
  };
}

function dayRow({ beganAt, endedAt, judged, ...day }: PlanDay) {
  return {
    ...day,
    judged: judged ?? null,
    beganAt: iso(beganAt),
    endedAt: endedAt === undefined ? null : iso(endedAt),
  };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}

/** Alerts on the event log: their rules, which are on, and what a rule would have told (docs/decisions/0045). */
import { z } from 'zod';
import { buildRule, type RuleDraft } from '#mail/alerts/build-rule';
import { COUNTABLE_EVENTS, fieldsOf, knowsClient } from '#mail/alerts/event-fields';
import { Replay, type Firing } from '#mail/alerts/firings';
import { formatCondition, percent } from '#mail/alerts/format-condition';
import { allRules, MOST_RULES, type KnownRule } from '#mail/alerts/in-force';
import { PER, SEVERITIES, typesOf, type AlertRule } from '#mail/alerts/rule';
import { readStoredRule } from '#mail/alerts/rule-schema';
import { DISORDER } from '#mail/alerts/watch';
import { formatWindow } from '#mail/alerts/window';
import { nearestWord } from '#protocol/nearest-word';
import { alertsOf, alertsThatAreOn, countAlertsOn, type KnownAlert } from '#store/alerts/history';
import { eventsSince } from '#store/alerts/log-reader';
import { changeRule, listRules, type AlertEnd } from '#store/alerts/rules';
import { accountNames } from '#store/alerts/subjects';
import { refuse, rows, value, type Refusal } from '#servers/admin/call';
import type { AdminContext } from '#servers/admin/context';
import { limit, NOTHING, text } from '#servers/admin/inputs';

const name = z.object({ name: text });
const draft = z.object({
  when: z.string().max(4000).optional(),
  over: z.string().max(20).optional(),
  least: z.number().int().positive().max(1_000_000).optional(),
  per: z.enum(PER).optional(),
  severity: z.enum(SEVERITIES).optional(),
  runbook: z.string().max(1000).optional(),
  text: z.string().max(1000).optional(),
});
const DEFAULT_SHOWN = 20;
const WEEK = 7 * 86_400_000;
const PAGE = 5000;

export const alertCalls = {
  'alert/list': rows(NOTHING, async ({ store: { pool } }) => {
    const on = new Map((await countAlertsOn(pool)).map((row) => [row.rule, row.on]));
    return allRules(await listRules(pool)).map((known) => {
      const count = on.get(known.rule.name) ?? 0;
      return Object.assign(shownRule(known), { state: stateOf(known, count), on: count });
    });
  }),

  'alert/events': rows(NOTHING, () =>
    Promise.resolve(
      COUNTABLE_EVENTS.map((event) => ({
        event,
        fields: Object.entries(fieldsOf(event)!).flatMap(([field, kind]) =>
          kind === 'other' ? [] : [kind === 'words' ? `${field}.…` : field],
        ),
        network: knowsClient(event),
      })),
    ),
  ),

  'alert/show': value(name.extend({ limit }), async (context, { name: wanted, limit: most }) => {
    const { pool } = context.store;
    const known = await knownRule(context, wanted);
    if ('kind' in known) return known;
    const alerts = await alertsOf(pool, wanted, most ?? DEFAULT_SHOWN);
    const names = await namesOf(context, known.rule, alerts);
    const on = (await alertsThatAreOn(pool)).filter(({ rule }) => rule === wanted).length;
    return {
      ...shownRule(known),
      state: stateOf(known, on),
      alerts: alerts.map((alert) => shownAlert(alert, known.rule, names)),
    };
  }),

  'alert/add': value(draft.extend({ name: text }), async (context, { name: wanted, ...given }) => {
    const all = allRules(await listRules(context.store.pool));
    if (all.some(({ rule }) => rule.name === wanted))
      return refuse(
        'is-there',
        `there is an alert ${wanted} already`,
        `hikyaku alert change ${wanted} changes it.`,
      );
    return keep(context, wanted, given, undefined, false);
  }),

  'alert/change': value(
    draft.extend({ name: text }),
    async (context, { name: wanted, ...given }) => {
      const known = await knownRule(context, wanted);
      if ('kind' in known) return known;
      return keep(context, wanted, given, known.rule, known.paused);
    },
  ),

  'alert/pause': value(name, (context, { name: wanted }) => setPaused(context, wanted, true)),
  'alert/resume': value(name, (context, { name: wanted }) => setPaused(context, wanted, false)),

  'alert/remove': value(name, async (context, { name: wanted }) => {
    const known = await knownRule(context, wanted);
    if ('kind' in known) return known;
    if (known.origin === 'built-in')
      return refuse(
        'is-built-in',
        `${wanted} is built in`,
        `hikyaku alert pause ${wanted} makes it silent.`,
      );
    await change(context, known.rule.name, undefined, { paused: false, endedBy: 'removal' });
    return { name: wanted, left: known.origin === 'changed' ? 'built-in' : 'nothing' } as const;
  }),

  'alert/test': rows(
    draft.extend({
      name: text.optional(),
      /** Calendar milliseconds. */
      since: z.number().optional(),
      within: z.number().positive().optional(),
    }),
    async (context, { name: wanted, since, within = WEEK, ...given }, signal) => {
      const known = wanted === undefined ? undefined : await knownRule(context, wanted);
      if (known && 'kind' in known) return known;
      const built = buildRule(wanted ?? 'tried', given, known?.rule);
      if (built.kind === 'failed') return refuse('not-a-rule', built.problem, built.remedy);
      const { rule } = built;
      const now = context.clock.now();
      const found = await replay(context, rule, since ?? now - within, now, signal);
      const names = await namesOf(context, rule, found);
      return found.map((firing) => shownFiring(firing, rule, names));
    },
  ),
} as const;

async function replay(
  { store: { pool } }: AdminContext,
  rule: AlertRule,
  since: number,
  now: number,
  signal: AbortSignal,
): Promise<Firing[]> {
  // the first window is full when the time begins that was asked for
  const from = Math.max(0, since - rule.over);
  const replaying = new Replay(rule, from);
  const wish = { types: typesOf(rule), limit: PAGE, since: from };
  let newest = from;
  for await (const page of eventsSince(pool, wish, signal)) {
    for (const event of page) {
      replaying.add(event);
      newest = Math.max(newest, event.at);
    }
    replaying.advance(Math.min(now, newest - DISORDER));
  }
  return replaying
    .end(now)
    .filter(({ resolvedAt }) => resolvedAt === undefined || resolvedAt >= since);
}

async function keep(
  context: AdminContext,
  wanted: string,
  given: RuleDraft,
  base: AlertRule | undefined,
  paused: boolean,
): Promise<ReturnType<typeof shownRule> | Refusal> {
  const built = buildRule(wanted, given, base);
  if (built.kind === 'failed') return refuse('not-a-rule', built.problem, built.remedy);
  const done = await change(context, wanted, built.rule, { paused, endedBy: 'change' });
  if (done !== undefined) return done;
  return shownRule(await mustKnow(context, wanted));
}

async function setPaused(context: AdminContext, wanted: string, paused: boolean) {
  const known = await knownRule(context, wanted);
  if ('kind' in known) return known;
  if (known.paused !== paused) {
    const kept = known.origin === 'built-in' ? null : known.rule;
    const done = await change(context, wanted, kept, {
      paused,
      endedBy: paused ? 'pause' : 'change',
    });
    if (done !== undefined) return done;
  }
  return shownRule(await mustKnow(context, wanted));
}

async function change(
  { store, clock }: AdminContext,
  wanted: string,
  rule: AlertRule | null | undefined,
  { paused, endedBy }: { readonly paused: boolean; readonly endedBy: AlertEnd },
): Promise<Refusal | undefined> {
  const at = clock.now();
  const one = { name: wanted, rule, paused, at, endedBy };
  if (await changeRule(store.pool, one, MOST_RULES)) return undefined;
  return refuse(
    'too-many',
    `there are ${MOST_RULES} rules already`,
    'hikyaku alert remove takes one away.',
  );
}

async function knownRule(
  { store: { pool } }: AdminContext,
  wanted: string,
): Promise<KnownRule | Refusal> {
  const all = allRules(await listRules(pool));
  const found = all.find(({ rule }) => rule.name === wanted);
  if (found) return found;
  const near = nearestWord(
    wanted,
    all.map(({ rule }) => rule.name),
  );
  return refuse(
    'no-such-alert',
    `there is no alert ${wanted}`,
    near === undefined ? 'hikyaku alert list shows those that exist.' : `Did you mean ${near}?`,
  );
}

/** @throws where somebody took it away in this moment */
async function mustKnow(context: AdminContext, wanted: string): Promise<KnownRule> {
  const known = await knownRule(context, wanted);
  if ('kind' in known) throw new Error(known.message);
  return known;
}

function stateOf({ paused }: KnownRule, on: number): 'quiet' | 'firing' | 'paused' {
  return paused ? 'paused' : on > 0 ? 'firing' : 'quiet';
}

function shownRule({ rule, origin, paused }: KnownRule) {
  const { name: called, when, over, per, severity, runbook, text: meaning } = rule;
  return {
    name: called,
    severity,
    per,
    when: formatCondition(when),
    least: when.kind === 'share' ? when.fewest : null,
    over: formatWindow(over),
    runbook,
    text: meaning,
    origin,
    paused,
  };
}

async function namesOf(
  { store: { pool } }: AdminContext,
  { per }: AlertRule,
  about: readonly { readonly subject: string }[],
): Promise<ReadonlyMap<string, string>> {
  return accountNames(pool, per === 'account' ? about.map(({ subject }) => subject) : []);
}

function shareOf(kind: string, counted: number, base: number): string | null {
  return kind === 'share' && base > 0 ? percent(Number((counted / base).toPrecision(3))) : null;
}

function shownAlert(
  { subject, since, firedAt, endedAt, endedBy, counted, base, ...alert }: KnownAlert,
  current: AlertRule,
  names: ReadonlyMap<string, string>,
) {
  const kind = (readStoredRule(alert.definition) ?? current).when.kind;
  return {
    subject: names.get(subject) ?? subject,
    since: since.toISOString(),
    firedAt: firedAt.toISOString(),
    endedAt: endedAt?.toISOString() ?? null,
    endedBy,
    counted,
    of: kind === 'share' ? base : null,
    share: shareOf(kind, counted, base),
    worst: alert.worstCounted,
    worstOf: kind === 'share' ? alert.worstBase : null,
    evidence: alert.evidence,
    letter: alert.messageId,
  };
}

function shownFiring(
  { subject, since, firedAt, resolvedAt, counted, base, evidence }: Firing,
  { when }: AlertRule,
  names: ReadonlyMap<string, string>,
) {
  return {
    subject: names.get(subject) ?? subject,
    since: new Date(since).toISOString(),
    firedAt: new Date(firedAt).toISOString(),
    endedAt: resolvedAt === undefined ? null : new Date(resolvedAt).toISOString(),
    counted,
    of: when.kind === 'share' ? base : null,
    share: shareOf(when.kind, counted, base),
    evidence,
  };
}

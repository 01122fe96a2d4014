/** What becomes of alerts that went on and off: rows of their history, and events. Pure. */
import { event, type Event } from '#events';
import type { AlertStanding, NewAlert } from '#store/alerts/history';
import type { AlertRule } from './rule.ts';
import type { Change } from './tally.ts';

export interface ToldChange {
  readonly rule: AlertRule;
  readonly change: Change;
}

/** A long round may see an alert go on, off and on again. */
export function historyOf(
  changes: readonly ToldChange[],
  standings: readonly AlertStanding[],
  messageId: string | undefined,
): { readonly fired: readonly NewAlert[]; readonly ended: readonly AlertStanding[] } {
  const fired: NewAlert[] = [];
  const ended: AlertStanding[] = [];
  for (const { rule, change } of changes) {
    const { subject, counted, base } = change;
    const key = { rule: rule.name, subject };
    if (change.kind === 'fired') {
      const { since, at, evidence } = change;
      const now = standings.find((one) => keyOf(one) === keyOf(key));
      const {
        calmSince,
        counted: worstCounted,
        base: worstBase,
      } = now ?? { ...change, calmSince: undefined };
      const worst = { worstCounted, worstBase, calmSince, endedAt: undefined };
      const told = { definition: rule, since, firedAt: at, evidence, messageId };
      fired.push({ ...key, counted, base, ...told, ...worst });
      continue;
    }
    const index = fired.findLastIndex((one) => keyOf(one) === keyOf(key));
    const end = { calmSince: undefined, endedAt: change.at };
    if (index < 0) ended.push({ ...key, counted, base, ...end });
    else fired[index] = { ...fired[index]!, ...end, worstCounted: counted, worstBase: base };
  }
  return { fired, ended };
}

export function eventOf({ rule, change }: ToldChange): Event {
  const { name, severity, per, over, when } = rule;
  const { subject, at } = change;
  const about = { alert: name, severity, per };
  const isOpen = per === 'site' || per === 'domain';
  const shown = { ...about, subject: isOpen ? subject : null };
  const ids = per === 'account' ? { accountId: subject } : {};
  const personal = per === 'network' ? { network: subject } : {};
  if (change.kind === 'resolved') {
    const seconds = Math.round((at - change.firedAt) / 1000);
    return event('alert.resolved', at, ids, { public: { ...shown, seconds }, personal });
  }
  const { counted, base, since } = change;
  return event('alert.fired', at, ids, {
    public: {
      ...shown,
      counted,
      base: when.kind === 'share' ? base : null,
      over: over / 1000,
      since: new Date(since).toISOString(),
    },
    personal,
  });
}

export function keyOf({ rule, subject }: Pick<AlertStanding, 'rule' | 'subject'>): string {
  return `${rule} ${subject}`;
}

/** Whether an event counts for a rule, and under which subject. */
import type { EventIds } from '#events';
import { networkGroup } from '#mail/abuse/address-groups';
import type { AlertRule, FieldTest, Per, Selector } from './rule.ts';

/** What a rule sees of an event. */
export interface AlertEvent {
  readonly type: string;
  /** Calendar milliseconds. */
  readonly at: number;
  readonly ids: EventIds;
  readonly public: Readonly<Record<string, unknown>>;
  readonly personal: Readonly<Record<string, unknown>>;
  /** Of the event in the log. */
  readonly id?: string;
}

export interface Match {
  /** '' where everything is counted together. */
  readonly subject: string;
  readonly counts: boolean;
  /** It is one of those that a share is of. */
  readonly isBase: boolean;
}

/** Characters; a host name has 253. */
const LONGEST_SUBJECT = 255;

export type Matcher = (event: AlertEvent) => Match | undefined;

export function matcherOf({ when, per }: Pick<AlertRule, 'when' | 'per'>): Matcher {
  const counts = anyOf(when.of);
  const isBase = when.kind === 'share' ? anyOf(when.among) : () => false;
  return (event) => {
    const match = { counts: counts(event), isBase: isBase(event) };
    if (!match.counts && !match.isBase) return undefined;
    const subject = subjectOf(event, per);
    return subject === undefined ? undefined : { subject, ...match };
  };
}

function anyOf(selectors: readonly Selector[]): (event: AlertEvent) => boolean {
  const byType = Map.groupBy(selectors, ({ event }) => event);
  return (event) =>
    byType
      .get(event.type)
      ?.some(({ where }) => where.every((test) => passes(valueOf(event, test.field), test))) ??
    false;
}

function valueOf(event: AlertEvent, field: string): unknown {
  const dot = field.indexOf('.');
  if (dot < 0) return Object.hasOwn(event.public, field) ? event.public[field] : undefined;
  const words = valueOf(event, field.slice(0, dot));
  if (typeof words !== 'object' || words === null || Array.isArray(words)) return undefined;
  const name = field.slice(dot + 1);
  return Object.hasOwn(words, name)
    ? (words as Readonly<Record<string, unknown>>)[name]
    : undefined;
}

/** What is not there equals nothing, and so is unequal to everything. */
function passes(value: unknown, { is, values }: FieldTest): boolean {
  if (is === 'at-least' || is === 'at-most') {
    if (typeof value !== 'number') return false;
    return is === 'at-least' ? value >= Number(values[0]) : value <= Number(values[0]);
  }
  const found: readonly unknown[] = Array.isArray(value) ? value : [value];
  const isOne = found.some((one) => values.some((wanted) => equals(one, wanted)));
  return (is === 'equal') === isOne;
}

function equals(value: unknown, wanted: string): boolean {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean')
    return false;
  const text = String(value);
  return wanted.endsWith('*') ? text.startsWith(wanted.slice(0, -1)) : text === wanted;
}

/** Undefined: the event is about none, and counts for nobody. */
function subjectOf(event: AlertEvent, per: Per): string | undefined {
  const { ids, public: open, personal } = event;
  switch (per) {
    case 'all':
      return '';
    case 'site':
      return subjectText(open['site']);
    case 'domain':
      return subjectText(open['domain'] ?? open['policyDomain']);
    case 'account':
      return subjectText(ids.accountId);
    case 'network': {
      const client = subjectText(personal['client']);
      return client === undefined ? undefined : networkGroup(client);
    }
  }
}

function subjectText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value.slice(0, LONGEST_SUBJECT) : undefined;
}

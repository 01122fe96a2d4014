/**
 * What the owner of a record may want to mend, although it breaks no rule that decides. Judged by the record alone; said when the
 * record is looked at, whatever the result.
 */
import type { Directive, SpfRecord, Written } from './record.ts';
import type { RfcSection } from './rules.ts';

export const ADVICE = {
  /** `+all`: anyone may send. */
  'all-pass': 'RFC 7208 §5.1',
  /** `?all`: the record says nothing about others. */
  'all-neutral': 'RFC 7208 §8.2',
  /** No `all` and no `redirect`: the same as `?all`. */
  'no-end': 'RFC 7208 §4.7',
  'after-all': 'RFC 7208 §5.1',
  'redirect-beside-all': 'RFC 7208 §6.1',
  ptr: 'RFC 7208 §5.5',
  'wide-network': 'RFC 7208 §5.6',
  'too-many-terms': 'RFC 7208 §4.6.4',
  'mechanism-with-equals': 'RFC 7208 §6',
  'unknown-modifier': 'RFC 7208 §6',
  'long-record': 'RFC 7208 §3.4',
  /** A TXT record looks like one for SPF and is none. */
  'near-miss': 'RFC 7208 §4.5',
  /** An include or redirect leads back to a domain that is being looked at. */
  circle: 'RFC 7208 §4.6.4',
} as const satisfies Record<string, RfcSection>;

export type Advice = keyof typeof ADVICE;

export interface Advised {
  readonly advice: Advice;
  readonly term: Written | undefined;
}

/** RFC 7208 §4.6.4. */
const ASKING = new Set<Directive['name']>(['include', 'a', 'mx', 'ptr', 'exists']);
const MECHANISMS = new Set(['all', 'include', 'a', 'mx', 'ptr', 'ip4', 'ip6', 'exists']);
/** RFC 7208 §3.4: «a good guideline». */
const LONG = 450;
/** Networks with fewer bits than these hold more addresses than any one sender has. */
const WIDE = { 4: 8, 6: 16 } as const;
/** Advice about one record: a person mends the first ones first. */
const MAX_ADVICE = 10;

/** @param lookups how many terms may ask the DNS in all */
export function adviseOn(record: SpfRecord, lookups: number): readonly Advised[] {
  return [...judge(record, lookups)].slice(0, MAX_ADVICE);
}

function* judge(record: SpfRecord, lookups: number): Generator<Advised> {
  const { directives, redirect, unknownModifiers } = record;
  const all = directives.findIndex(({ name }) => name === 'all');
  const reached = all === -1 ? directives : directives.slice(0, all + 1);
  const end = directives[all];
  if (end?.qualifier === '+') yield { advice: 'all-pass', term: end };
  if (end?.qualifier === '?') yield { advice: 'all-neutral', term: end };
  if (end === undefined && redirect === undefined) yield { advice: 'no-end', term: undefined };
  if (end !== undefined && redirect !== undefined)
    yield { advice: 'redirect-beside-all', term: redirect };
  if (directives.length > reached.length) yield { advice: 'after-all', term: directives[all + 1] };
  const asking = reached.filter(({ name }) => ASKING.has(name));
  const asks = asking.length + (end === undefined && redirect !== undefined ? 1 : 0);
  if (asks > lookups) yield { advice: 'too-many-terms', term: asking[lookups] ?? redirect };
  if (record.text.length > LONG) yield { advice: 'long-record', term: undefined };
  const ptr = reached.find(({ name }) => name === 'ptr');
  if (ptr !== undefined) yield { advice: 'ptr', term: ptr };
  for (const directive of reached)
    if (isWide(directive)) yield { advice: 'wide-network', term: directive };
  for (const modifier of unknownModifiers)
    yield {
      advice: MECHANISMS.has(modifier.name) ? 'mechanism-with-equals' : 'unknown-modifier',
      term: modifier,
    };
}

function isWide(directive: Directive): boolean {
  if (directive.qualifier !== '+') return false;
  if (directive.name === 'ip4' || directive.name === 'ip6')
    return directive.prefixLength < WIDE[directive.network.family];
  if (directive.name !== 'a' && directive.name !== 'mx') return false;
  const { prefixLength } = directive;
  return prefixLength[4] < WIDE[4] || prefixLength[6] < WIDE[6];
}

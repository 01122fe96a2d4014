/** All rules there are: those that are built in, and what somebody made of them or beside them. */
import type { KeptRule } from '#store/alerts/rules';
import { BUILT_IN_RULES } from './built-in.ts';
import type { AlertRule } from './rule.ts';
import { readStoredRule } from './rule-schema.ts';

export interface KnownRule {
  readonly rule: AlertRule;
  readonly origin: 'built-in' | 'changed' | 'own';
  readonly paused: boolean;
  /** Calendar milliseconds; undefined: since alerts are looked after. */
  readonly beginsAt: number | undefined;
}

/** Own rules and built-in ones that differ. */
export const MOST_RULES = 200;

/** By name. Left out is what this version cannot read. */
export function allRules(kept: readonly KeptRule[]): KnownRule[] {
  const known = new Map<string, KnownRule>();
  for (const [name, rule] of BUILT_IN_RULES)
    known.set(name, { rule, origin: 'built-in', paused: false, beginsAt: undefined });
  for (const { name, rule: stored, paused, beginsAt } of kept) {
    const isBuiltIn = BUILT_IN_RULES.has(name);
    const rule = stored === null ? BUILT_IN_RULES.get(name) : readStoredRule(stored);
    if (rule === undefined) continue;
    const origin = stored === null ? 'built-in' : isBuiltIn ? 'changed' : 'own';
    known.set(name, { rule, origin, paused, beginsAt: beginsAt.getTime() });
  }
  return [...known.values()].sort((a, b) => (a.rule.name < b.rule.name ? -1 : 1));
}

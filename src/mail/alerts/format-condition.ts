/** A condition as people write it; {@link readCondition} reads it back. */
import type { Condition, FieldTest, Selector } from './rule.ts';

export function formatCondition(when: Condition): string {
  const of = formatSelectors(when.of);
  if (when.kind === 'silence') return `nothing of ${of}`;
  if (when.kind === 'count') return `count of ${of} >= ${when.least}`;
  return `share of ${of} in ${formatSelectors(when.among)} >= ${percent(when.least)}`;
}

/** `0.1%` of 0.001. */
export function percent(part: number): string {
  return `${Number((part * 100).toPrecision(6))}%`;
}

function formatSelectors(selectors: readonly Selector[]): string {
  return selectors
    .map(({ event, where }) =>
      where.length === 0 ? event : `${event}[${where.map(formatTest).join(',')}]`,
    )
    .join(',');
}

const OPERATORS = { equal: '=', unequal: '!=', 'at-least': '>=', 'at-most': '<=' } as const;

function formatTest({ field, is, values }: FieldTest): string {
  return `${field}${OPERATORS[is]}${values.join('|')}`;
}

/** The form of a rule as it is stored and handed over; what is older or newer than this version and does not fit is told, not used. */
import { z } from 'zod';
import { PER, SEVERITIES, type AlertRule } from './rule.ts';
import { windowOf } from './window.ts';

/** Of the log, of metrics, of commands. */
export const RULE_NAME = /^[a-z][a-z0-9-]{0,39}$/;

const test = z.object({
  field: z.string().max(100),
  is: z.enum(['equal', 'unequal', 'at-least', 'at-most']),
  values: z.array(z.string().max(2000)).min(1),
});
const selectors = z.array(z.object({ event: z.string().max(100), where: z.array(test) })).min(1);

const RULE = z.object({
  name: z.string().regex(RULE_NAME),
  when: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('count'), of: selectors, least: z.number().int().positive() }),
    z.object({
      kind: z.literal('share'),
      of: selectors,
      among: selectors,
      least: z.number().positive().max(1),
      fewest: z.number().int().positive(),
    }),
    z.object({ kind: z.literal('silence'), of: selectors }),
  ]),
  over: z.number().refine((over) => windowOf(over) !== undefined),
  per: z.enum(PER),
  severity: z.enum(SEVERITIES),
  runbook: z.string().max(1000),
  text: z.string().max(1000),
});

/** Undefined: it is none. */
export function readStoredRule(stored: unknown): AlertRule | undefined {
  const read = RULE.safeParse(stored);
  return read.success ? read.data : undefined;
}

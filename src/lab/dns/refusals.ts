/** Why something was not changed in the DNS, and what to do instead: for the command line and the pages alike, in each language. Pure. */
import type { Placeholders } from '#mail/story/phrase';
import { saidWith, type Said, type Value } from './said.ts';
import { PANEL_REFUSALS } from './texts/panel-refusals.ts';
import { RECORD_REFUSALS } from './texts/record-refusals.ts';
import type { Refusal } from './texts/refusal.ts';
import { REGISTRAR_REFUSALS } from './texts/registrar-refusals.ts';

export const REFUSALS = { ...REGISTRAR_REFUSALS, ...PANEL_REFUSALS, ...RECORD_REFUSALS } as const;

export type RefusalKey = keyof typeof REFUSALS;

export type RefusalValues<Key extends RefusalKey> = Readonly<
  Record<
    Placeholders<(typeof REFUSALS)[Key]['message']['en'] | (typeof REFUSALS)[Key]['remedy']['en']>,
    Value
  >
>;

export interface ToldRefusal {
  readonly reason: string;
  readonly message: Said;
  readonly remedy: Said;
}

export function tellRefusal<Key extends RefusalKey>(
  key: Key,
  values: RefusalValues<Key>,
): ToldRefusal {
  const { reason, message, remedy }: Refusal = REFUSALS[key];
  const given = values as Readonly<Record<string, Value>>;
  return { reason, message: saidWith(message, given), remedy: saidWith(remedy, given) };
}

/** What came of a check, as it is shown, sent and remembered. */
import type { Family } from './check.ts';
import type { AnyOutcome, Evidence } from './outcome.ts';
import type { Status } from './status.ts';
import { TEXTS, type CheckId } from './texts.ts';
import { COMMON } from './texts/any-check.ts';
import type { FindingText } from './texts/entry.ts';

export interface Result {
  readonly id: CheckId;
  readonly family: Family;
  /** The domain, or the name of the host. */
  readonly subject: string;
  readonly status: Status;
  readonly finding: string;
  readonly values: Readonly<Record<string, string>>;
  readonly about: string;
  readonly evidence: readonly Evidence[];
  /** Calendar milliseconds: when it was found out. */
  readonly at: number;
}

export function textOf(id: CheckId, finding: string): FindingText {
  const own: Readonly<Record<string, FindingText>> = TEXTS[id].findings;
  const common: Readonly<Record<string, FindingText>> = COMMON;
  const text = own[finding] ?? common[finding];
  if (text === undefined) throw new Error(`${id} has no finding ${finding}`);
  return text;
}

export function resultOf(
  row: { readonly id: CheckId; readonly family: Family; readonly subject: string },
  { finding, values, evidence = [], about = '' }: AnyOutcome,
  at: number,
): Result {
  const { status } = textOf(row.id, finding);
  return { ...row, status, finding, values, about, evidence, at };
}

/** How many there are of each status. */
export function countOf(results: readonly Result[]): Readonly<Record<Status, number>> {
  const count = { pass: 0, warn: 0, fail: 0, skip: 0, unknown: 0 };
  for (const { status } of results) count[status]++;
  return count;
}

/** A rule out of what somebody wrote: whole, or upon one that is there. */
import { fieldsOf, knowsClient } from './event-fields.ts';
import { formatCondition } from './format-condition.ts';
import { readCondition, type NotRead } from './read-condition.ts';
import { typesOf, type AlertRule, type Condition, type Per, type Severity } from './rule.ts';
import { RULE_NAME } from './rule-schema.ts';
import { readWindow } from './window.ts';

export interface RuleDraft {
  /** As {@link readCondition} takes it. */
  readonly when?: string | undefined;
  /** `15m`, `1h`, `1d`. */
  readonly over?: string | undefined;
  /** Of a share: with fewer nothing is said. */
  readonly least?: number | undefined;
  readonly per?: Per | undefined;
  readonly severity?: Severity | undefined;
  readonly runbook?: string | undefined;
  readonly text?: string | undefined;
}

export type BuiltRule = { readonly kind: 'built'; readonly rule: AlertRule } | NotRead;

const USUAL_LEAST = 20;
const CONTROL = /[\x00-\x1f\x7f-\x9f\u2028\u2029]/;

/** @param base what the draft changes; undefined: a new rule, which needs a condition */
export function buildRule(name: string, draft: RuleDraft, base: AlertRule | undefined): BuiltRule {
  if (!RULE_NAME.test(name))
    return failed(
      `${name} is no name of an alert`,
      'Write up to 40 small letters, digits and hyphens, as slow-site.',
    );
  const condition = conditionOf(draft, base?.when);
  if (condition.kind === 'failed') return condition;
  const over = draft.over === undefined ? (base?.over ?? readWindow('1h')) : readWindow(draft.over);
  if (over === undefined)
    return failed(
      `${draft.over} is no window that can be kept`,
      'Write whole minutes, hours or days, as 15m, 1h, 6h, 1d or 7d; longer ones in rounder numbers.',
    );
  for (const text of [draft.runbook, draft.text])
    if (text !== undefined && CONTROL.test(text))
      return failed('a text has characters that control terminals', 'Write it on one line.');
  const rule: AlertRule = {
    name,
    when: condition.when,
    over,
    per: draft.per ?? base?.per ?? 'all',
    severity: draft.severity ?? base?.severity ?? 'warning',
    runbook: draft.runbook ?? base?.runbook ?? '',
    text: draft.text ?? base?.text ?? '',
  };
  return withoutSubject(rule) ?? { kind: 'built', rule };
}

function conditionOf(
  { when, least }: RuleDraft,
  base: Condition | undefined,
): { readonly kind: 'read'; readonly when: Condition } | NotRead {
  const fewest = least ?? (base?.kind === 'share' ? base.fewest : USUAL_LEAST);
  const text = when ?? (base && formatCondition(base));
  if (text === undefined)
    return failed(
      'the rule says nothing of when',
      'Give it --when; hikyaku alert add --help has examples.',
    );
  const read = readCondition(text, fewest);
  if (read.kind === 'read' && least !== undefined && read.when.kind !== 'share')
    return failed('--least is for a share alone', 'Write a count as: count of … >= 10.');
  return read;
}

/** An event that is about nothing of the kind would never count. */
function withoutSubject(rule: AlertRule): NotRead | undefined {
  const { per } = rule;
  if (per === 'all' || per === 'account') return undefined;
  const missing = typesOf(rule).find((type) => !HAS_SUBJECT[per](type));
  if (missing === undefined) return undefined;
  return failed(
    `${missing} is about no ${per}`,
    'Leave --per out to count everything together, or count other events.',
  );
}

const HAS_SUBJECT = {
  site: (type: string) => fieldsOf(type)?.['site'] !== undefined,
  domain: (type: string) =>
    fieldsOf(type)?.['domain'] !== undefined || fieldsOf(type)?.['policyDomain'] !== undefined,
  network: knowsClient,
} as const satisfies Partial<Record<Per, (type: string) => boolean>>;

function failed(problem: string, remedy: string): NotRead {
  return { kind: 'failed', problem, remedy };
}

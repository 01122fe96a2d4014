/**
 * Rules that are there from the start, as a good operator has them. Their limits are such that an ordinary day of an ordinary server is silent
 * (`ordinary-day.test.ts`); each is changed or paused by its name.
 */
import type { Language } from '#protocol/dsn/language';
import { BUILT_IN_TEXTS, type BuiltInName } from './built-in-texts.ts';
import { readCondition } from './read-condition.ts';
import type { AlertRule, Per, Severity } from './rule.ts';
import { readWindow } from './window.ts';

interface BuiltIn {
  readonly when: string;
  readonly over: string;
  readonly fewest?: number;
  readonly per: Per;
  readonly severity: Severity;
}

const ELSEWHERE = 'site!=local';
const ATTEMPTS = ['delivered', 'deferred', 'failed']
  .map((outcome) => `attempt.${outcome}[${ELSEWHERE}]`)
  .join(',');
const COMPLAINTS = 'complaint.received[feedbackType=abuse|fraud|virus]';
const DELIVERED = `attempt.delivered[${ELSEWHERE}]`;

const BUILT_IN = {
  deferrals: {
    when: `share of attempt.deferred[${ELSEWHERE}] in ${ATTEMPTS} >= 40%`,
    over: '1h',
    fewest: 100,
    per: 'site',
    severity: 'warning',
  },
  'hard-bounces': {
    when: `share of attempt.failed[${ELSEWHERE},status=5.1.*],recipient.bounced[class=hard] in ${ATTEMPTS} >= 5%`,
    over: '6h',
    fewest: 100,
    per: 'all',
    severity: 'warning',
  },
  complaints: {
    when: `share of ${COMPLAINTS} in ${DELIVERED} >= 0.1%`,
    over: '1d',
    fewest: 2000,
    per: 'site',
    severity: 'warning',
  },
  'many-complaints': {
    when: `share of ${COMPLAINTS} in ${DELIVERED} >= 0.3%`,
    over: '1d',
    fewest: 1000,
    per: 'site',
    severity: 'critical',
  },
  'queue-age': {
    when: `count of attempt.deferred[${ELSEWHERE},attempt>=8] >= 20`,
    over: '1h',
    per: 'site',
    severity: 'warning',
  },
  expired: {
    when: 'count of recipient.expired >= 10',
    over: '1d',
    per: 'all',
    severity: 'warning',
  },
  'login-spray': {
    when: 'count of session.authentication-failed >= 100',
    over: '1h',
    per: 'network',
    severity: 'warning',
  },
  'account-limited': {
    when: 'count of account.limited >= 1',
    over: '1h',
    per: 'account',
    severity: 'critical',
  },
  'certificate-expiring': {
    when: 'count of certificate.expiring >= 1',
    over: '1d',
    per: 'all',
    severity: 'critical',
  },
  'scanner-lost': {
    when: 'count of scanner.lost >= 1',
    over: '1h',
    per: 'all',
    severity: 'warning',
  },
  'warm-up-halted': {
    when: 'count of warm-up.halted[by=site] >= 1',
    over: '1h',
    per: 'site',
    severity: 'critical',
  },
  'own-dmarc': {
    when: 'count of dmarc.reported[verified=true,ownFailed>=1] >= 2',
    over: '1d',
    per: 'domain',
    severity: 'warning',
  },
} as const satisfies Record<BuiltInName, BuiltIn>;

/** @throws where one of them cannot be read: a bug */
function ruleOf(name: BuiltInName): AlertRule {
  const { when, over, per, severity, fewest = 1 }: BuiltIn = BUILT_IN[name];
  const read = readCondition(when, fewest);
  const window = readWindow(over);
  if (read.kind === 'failed' || window === undefined)
    throw new Error(`the rule ${name} cannot be read`);
  return {
    name,
    when: read.when,
    over: window,
    per,
    severity,
    runbook: `docs/alerts.md#${name}`,
    text: BUILT_IN_TEXTS[name].en,
  };
}

/** By name. */
export const BUILT_IN_RULES: ReadonlyMap<string, AlertRule> = new Map(
  (Object.keys(BUILT_IN) as BuiltInName[]).toSorted().map((name) => [name, ruleOf(name)]),
);

/** The page that says what to do: ours in the reader's language. */
export function runbookOf(
  { name, runbook }: Pick<AlertRule, 'name' | 'runbook'>,
  language: Language,
): string {
  return language === 'ja' && BUILT_IN_RULES.get(name)?.runbook === runbook
    ? `docs/alerts.ja.md#${name}`
    : runbook;
}

/** What a rule means: those of ours in the reader's language, as long as nobody wrote another text. */
export function textOf(
  { name, text }: Pick<AlertRule, 'name' | 'text'>,
  language: Language,
): string {
  return BUILT_IN_RULES.get(name)?.text === text
    ? BUILT_IN_TEXTS[name as BuiltInName][language]
    : text;
}

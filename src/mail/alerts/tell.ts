/** An alert in words: what was counted, whom it is about, what to look at. Pure. */
import { say } from '#mail/story/phrase';
import { asTyped } from '#mail/story/as-typed';
import { duration } from '#mail/story/spoken';
import { printable } from '#mail/story/terminal-text';
import { ALERT_NUMBERS, SUBJECT_TEXTS } from '#mail/story/texts/alert-texts';
import type { Language } from '#protocol/dsn/language';
import { percent } from './format-condition.ts';
import type { AlertRule } from './rule.ts';
import type { Evidence } from './evidence.ts';

interface Counts {
  readonly counted: number;
  readonly base: number;
}

/** `30 of 60 in 1 hour`. */
export function numbersText(
  { when, over }: Pick<AlertRule, 'when' | 'over'>,
  { counted, base }: Counts,
  language: Language,
): string {
  return say(ALERT_NUMBERS[when.kind], language, {
    counted: String(counted),
    base: String(base),
    time: duration(over, language),
  });
}

/** Undefined where it is no share. */
export function shareText({ when }: Pick<AlertRule, 'when'>, { counted, base }: Counts) {
  if (when.kind !== 'share' || base === 0) return undefined;
  return percent(Number((counted / base).toPrecision(3)));
}

/** @param names of accounts, by id */
export function aboutText(
  { per }: Pick<AlertRule, 'per'>,
  subject: string,
  names: ReadonlyMap<string, string>,
  language: Language,
): string {
  const shown = per === 'account' ? (names.get(subject) ?? subject) : subject;
  return say(SUBJECT_TEXTS[per], language, { subject: printable(shown) });
}

const MOST_TRACED = 3;

/** Commands by which somebody sees for themselves. */
export function evidenceCommands(
  { name, per }: Pick<AlertRule, 'name' | 'per'>,
  evidence: readonly Evidence[],
  since: number,
): string[] {
  const messages = [...new Set(evidence.flatMap(({ messageId }) => messageId ?? []))];
  const time = new Date(since).toISOString();
  return [
    ...messages.slice(-MOST_TRACED).map((id) => `hikyaku message trace ${id}`),
    ...(messages.length > 0 ? [`hikyaku message find --since ${time}`] : []),
    ...(per === 'site' && messages.length > 0 ? ['hikyaku queue list'] : []),
    ...(per === 'network' ? ['hikyaku ban list'] : []),
    `hikyaku alert show ${name}`,
  ].map((line) => asTyped(line));
}

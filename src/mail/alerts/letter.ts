/** The letter about alerts: what went on and what is over, in one language, as a message of ours. One for each round, however many there are. */
import { utf8 } from '#bytes';
import { say } from '#mail/story/phrase';
import { duration } from '#mail/story/spoken';
import { printable, wrap } from '#mail/story/terminal-text';
import { ALERT_LETTER, SEVERITY_TEXTS } from '#mail/story/texts/alert-texts';
import { letterHead } from '#protocol/message/letter-head';
import type { Language } from '#protocol/dsn/language';
import { runbookOf, textOf } from './built-in.ts';
import { formatCondition } from './format-condition.ts';
import type { AlertRule } from './rule.ts';
import type { Change, Fired, Resolved } from './tally.ts';
import { aboutText, evidenceCommands, numbersText, shareText } from './tell.ts';

export interface LetterOptions {
  readonly language: Language;
  readonly hostname: string;
  readonly from: string;
  readonly to: string;
  readonly messageId: string;
  /** Calendar milliseconds. */
  readonly now: number;
  /** Of accounts, by id. */
  readonly names: ReadonlyMap<string, string>;
}

/** RFC 5322 §2.1.1 wants 78; some for quoting. */
const COLUMNS = 72;
const MOST_TOLD = 20;

interface Told<C extends Change = Change> {
  readonly rule: AlertRule;
  readonly change: C;
}

/** @param changes one at least */
export function composeAlertLetter(changes: readonly Told[], options: LetterOptions): Uint8Array {
  const { language, hostname, from, to, messageId, now } = options;
  // what is wrong comes before what was
  const sorted = changes.toSorted((one, other) => rank(one) - rank(other));
  const intro = sorted[0]!.change.kind === 'fired' ? 'intro-fired' : 'intro-resolved';
  const shown = sorted.slice(0, MOST_TOLD);
  const more = sorted.length - shown.length;
  const lines = [
    ...letterHead({ from, to, subject: subjectOf(sorted, options), now, messageId }),
    ...wrap(say(ALERT_LETTER[intro], language, { hostname }), COLUMNS),
    '',
    ...shown.flatMap((one) => linesOf(one, options)),
    ...(more > 0 ? [say(ALERT_LETTER.more, language, { count: String(more) }), ''] : []),
    ...wrap(say(ALERT_LETTER.end, language, {}), COLUMNS),
    '',
  ];
  return utf8(lines.join('\r\n'));
}

const SEVERITY_RANK = { critical: 0, warning: 1, info: 2 } as const;

function rank({ rule, change }: Told): number {
  return SEVERITY_RANK[rule.severity] + (change.kind === 'fired' ? 0 : 10);
}

function subjectOf(sorted: readonly Told[], { language, names }: LetterOptions): string {
  const { rule, change } = sorted[0]!;
  const text = say(
    change.kind === 'fired' ? ALERT_LETTER['subject-fired'] : ALERT_LETTER['subject-resolved'],
    language,
    {
      alert: rule.name,
      about: aboutText(rule, change.subject, names, language),
      severity: SEVERITY_TEXTS[rule.severity][language],
    },
  );
  if (sorted.length === 1) return text;
  return say(ALERT_LETTER['subject-many'], language, { text, more: String(sorted.length - 1) });
}

/** With an empty line below. */
function linesOf({ rule, change }: Told, options: LetterOptions): string[] {
  const lines =
    change.kind === 'fired'
      ? firedLines({ rule, change }, options)
      : resolvedLines({ rule, change }, options);
  return [...lines, ''];
}

function firedLines({ rule, change }: Told<Fired>, { language, names }: LetterOptions): string[] {
  const { subject, since, at, evidence } = change;
  const head = {
    alert: rule.name,
    about: aboutText(rule, subject, names, language),
    severity: SEVERITY_TEXTS[rule.severity][language],
  };
  const numbers = numbersText(rule, change, language);
  const share = shareText(rule, change);
  const condition = formatCondition(rule.when);
  return [
    ...wrap(say(ALERT_LETTER.fired, language, head), COLUMNS),
    ...indented(printable(textOf(rule, language), Infinity)),
    ...indented(
      share === undefined
        ? say(ALERT_LETTER.numbers, language, { numbers })
        : say(ALERT_LETTER.share, language, { numbers, share }),
    ),
    ...indented(say(ALERT_LETTER.since, language, { since: timeText(since), at: timeText(at) })),
    ...indented(say(ALERT_LETTER.condition, language, { condition })),
    `  ${ALERT_LETTER.look[language]}`,
    ...evidenceCommands(rule, evidence, since).map((command) => `    ${command}`),
    ...(rule.runbook === ''
      ? []
      : [
          `  ${say(ALERT_LETTER.runbook, language, { runbook: printable(runbookOf(rule, language), Infinity) })}`,
        ]),
  ];
}

function resolvedLines(
  { rule, change }: Told<Resolved>,
  { language, names }: LetterOptions,
): string[] {
  const { subject, firedAt, at } = change;
  const time = duration(at - firedAt, language);
  return [
    ...wrap(
      say(ALERT_LETTER.resolved, language, {
        alert: rule.name,
        about: aboutText(rule, subject, names, language),
      }),
      COLUMNS,
    ),
    ...indented(
      say(ALERT_LETTER.lasted, language, { since: timeText(firedAt), at: timeText(at), time }),
    ),
    ...indented(
      say(ALERT_LETTER.worst, language, { numbers: numbersText(rule, change, language) }),
    ),
  ];
}

function indented(text: string): string[] {
  return text === '' ? [] : wrap(text, COLUMNS - 2).map((line) => `  ${line}`);
}

/** `2026-11-24 09:00 UTC` */
function timeText(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

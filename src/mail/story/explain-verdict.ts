/**
 * How a message was judged, check by check with the steps that led there: the event `message.judged` as plain words. Pure, and total:
 * events of other versions, and erased ones, are told as far as they go. The output of `message explain --json` as it is, and of
 * `message explain` through `format-explanation.ts`.
 */
import type { Json } from '#events';
import type { CheckName } from '#mail/receive/inquiry/facts';
import type { Language } from '#protocol/dsn/language';
import type { StoredEvent } from '#store/events/events';
import { reasonOf } from './tell/field-words.ts';
import { FRAME } from './texts/frame-texts.ts';
import { phraseFor, say } from './phrase.ts';
import { isRecord } from './tell/step-fields.ts';
import { tellCheckStep, type Line } from './tell/tell-check.ts';
import { printable } from './terminal-text.ts';
import { CHECK_TITLES, EXPLAIN, NO_RESULT_TEXTS, VERDICT_TEXTS } from './texts/verdict-texts.ts';

export interface ToldReason extends Line {
  /** The word of the event, which does not change with the language. */
  readonly reason: string;
  /** What it is about: a domain, a zone, a name. */
  readonly subject?: string;
}

export interface ToldCheck {
  readonly check: string;
  readonly title: string;
  /** `pass`, `fail`, …; `not-asked` and `unknown` say why in their one line. */
  readonly result: string;
  readonly lines: readonly Line[];
}

export interface Explanation {
  readonly messageId: string;
  readonly language: Language;
  /** Calendar milliseconds. */
  readonly at: number;
  readonly verdict: string;
  readonly text: string;
  readonly reasons: readonly ToldReason[];
  /** Found, and not decisive. */
  readonly also: readonly ToldReason[];
  /** For whom it was not as for the others. */
  readonly recipients: readonly string[];
  readonly checks: readonly ToldCheck[];
}

/** Of the last verdict, where a message was judged more than once. Undefined where it was not judged at all. */
export function explainVerdict(
  messageId: string,
  events: readonly StoredEvent[],
  language: Language,
): Explanation | undefined {
  const judged = events.findLast(({ type }) => type === 'message.judged');
  if (judged === undefined) return undefined;
  const { public: open, personal, at } = judged;
  const word = textOf(open['verdict']) ?? 'unknown';
  const verdict = phraseFor(VERDICT_TEXTS, word)?.[language] ?? word;
  const subjects = isRecord(personal['subjects']) ? personal['subjects'] : {};
  return {
    messageId,
    language,
    at,
    verdict: word,
    text: say(EXPLAIN.verdict, language, { verdict }),
    reasons: reasonsOf(open['reasons'], subjects, language),
    also: reasonsOf(open['also'], subjects, language),
    recipients: events.flatMap((event) => recipientOf(event, language)),
    checks: checksOf(open['results'], personal['checks'], language),
  };
}

function reasonsOf(
  reasons: Json | undefined,
  subjects: Readonly<Record<string, Json>>,
  language: Language,
): readonly ToldReason[] {
  if (!Array.isArray(reasons)) return [];
  return (reasons as readonly Json[]).flatMap((reason) => {
    if (typeof reason !== 'string') return [];
    const { text, rfc } = reasonOf(printable(reason), language);
    const subject = textOf(subjects[reason]);
    return [
      {
        reason: printable(reason),
        text,
        ...(rfc !== undefined && { rfc }),
        ...(subject !== undefined && { subject }),
      },
    ];
  });
}

function recipientOf({ type, public: open, personal }: StoredEvent, language: Language): string[] {
  if (type !== 'recipient.judged') return [];
  const word = textOf(open['verdict']) ?? '?';
  return [
    say(EXPLAIN.recipient, language, {
      recipient: textOf(personal['forwardPath']) ?? FRAME.erased[language],
      verdict: phraseFor(VERDICT_TEXTS, word)?.[language] ?? word,
    }),
  ];
}

/** The results are public, their steps are personal and may be erased. */
function checksOf(
  results: Json | undefined,
  checks: Json | undefined,
  language: Language,
): readonly ToldCheck[] {
  const told = new Map(
    (Array.isArray(checks) ? (checks as readonly Json[]) : []).flatMap((check) =>
      isRecord(check) && typeof check['check'] === 'string' ? [[check['check'], check]] : [],
    ),
  );
  // jsonb keeps no order
  const ordered = Object.entries(isRecord(results) ? results : {}).sort(
    ([a], [b]) => ORDER.indexOf(a) - ORDER.indexOf(b),
  );
  return ordered.map(([name, result]) => {
    const [word = '', why] = (textOf(result) ?? '?').split(':');
    return {
      check: printable(name),
      title: phraseFor(CHECK_TITLES, name)?.[language] ?? printable(name),
      result: word,
      lines:
        why === undefined
          ? linesOf(name, told.get(name), language)
          : [{ text: phraseFor(NO_RESULT_TEXTS, why)?.[language] ?? why }],
    };
  });
}

const ORDER = Object.keys(CHECK_TITLES);

function linesOf(
  name: string,
  check: Readonly<Record<string, Json>> | undefined,
  language: Language,
): readonly Line[] {
  if (check === undefined) return [{ text: FRAME.erased[language] }];
  const steps = Array.isArray(check['steps']) ? (check['steps'] as readonly Json[]) : [];
  const lines = steps.map((step) => tellCheckStep(name as CheckName, step, language));
  const more = check['more'];
  if (typeof more === 'number')
    lines.splice(-1, 0, { text: say(EXPLAIN.more, language, { count: String(more) }) });
  return lines;
}

function textOf(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? printable(value) : undefined;
}

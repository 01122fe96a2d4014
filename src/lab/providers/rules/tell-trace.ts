/** A trace in sentences, in either language: each rule that was asked, what it asks, what was seen, and where its reply is from. Pure. */
import type { Provider, Rule } from '#lab/providers/rule';
import { say, type Phrase } from '#mail/story/phrase';
import type { Language } from '#protocol/dsn/language';
import type { TraceEntry } from './evaluate.ts';
import { CONDITION_TEXTS, LATER_TEXTS, type ConditionTexts } from './texts.ts';

export interface ToldEntry extends TraceEntry {
  readonly asks: string;
  readonly text: string;
  /** What the rule does. */
  readonly reply: string;
  readonly source: string;
}

export function tellTrace(
  provider: Provider,
  trace: readonly TraceEntry[],
  language: Language,
): readonly ToldEntry[] {
  return trace.map((entry) => {
    const rule = provider.rules.find(({ id }) => id === entry.rule);
    const texts: ConditionTexts = CONDITION_TEXTS[entry.condition];
    const text = fill(entry.matched ? texts.matched : texts.passed, entry.seen, language);
    const later = entry.later && ` ${LATER_TEXTS[entry.later][language]}`;
    return {
      ...entry,
      asks: texts.asks[language],
      text: text + (later ?? ''),
      reply: rule === undefined ? '' : outcomeOf(rule),
      source: rule === undefined ? '' : sourceOf(rule),
    };
  });
}

/** An entry as lines for people: what was asked, what was seen, and what came of it. */
export function entryLines(entry: ToldEntry): string[] {
  const { matched, stage, rule, to, asks, text, reply, source } = entry;
  return [
    `${matched ? '✗' : '✓'} ${stage} ${rule}${to === undefined ? '' : ` <${to}>`}: ${asks}`,
    `    ${text}`,
    ...(matched ? [`    → ${reply}  [${source}]`] : []),
  ];
}

/** `421 4.7.23, later 550 5.7.25`; `spam folder`. */
export function outcomeOf(rule: Rule): string {
  if ('folder' in rule) return 'spam folder';
  const { reply, later } = rule;
  const first = `${reply.code} ${reply.enhanced}`;
  if (later === undefined) return first;
  return later.becomes === 'passes'
    ? `${first}, later taken`
    : `${first}, later ${later.becomes.code} ${later.becomes.enhanced}`;
}

/** Where the code and the words are from. */
export function sourceOf({ source: { of, ours } }: Rule): string {
  if (ours === undefined || of.startsWith('our choice')) return of;
  return `${of}; ${OURS[ours]}`;
}

const OURS = {
  words: 'our words',
  code: 'our code',
  all: 'code and words are our choice',
} as const;

function fill(phrase: Phrase, seen: TraceEntry['seen'], language: Language): string {
  const values = Object.entries(seen).map(([name, value]) => [name, spoken(value, language)]);
  return say(phrase, language, Object.fromEntries(values) as Record<string, string>);
}

function spoken(value: string | number | boolean | null, language: Language): string {
  if (typeof value === 'boolean')
    return language === 'ja' ? (value ? 'はい' : 'いいえ') : value ? 'yes' : 'no';
  if (value === null || value === '') return language === 'ja' ? 'なし' : 'none';
  return String(value);
}

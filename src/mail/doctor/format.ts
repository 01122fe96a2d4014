/** Results as lines of text: for a terminal, and for the letter. */
import { say } from '#mail/story/phrase';
import { printable, wrap } from '#mail/story/terminal-text';
import type { Language } from '#protocol/dsn/language';
import type { Family } from './check.ts';
import { documentOf } from './document.ts';
import type { Change } from './difference.ts';
import { countOf, type Result } from './result.ts';
import type { Status } from './status.ts';
import { COMMON, type CommonFinding } from './texts/any-check.ts';
import { tellEvidence, tellResult } from './tell.ts';
import { FAMILY_WORDS, STATUS_WORDS, WORDS } from './texts/frame.ts';

export interface FormatOptions {
  readonly language: Language;
  readonly hostname: string;
  readonly columns: number;
  /** Marks a line by what it says; nothing for what no terminal reads. */
  readonly style: (status: Status | 'heading' | 'aside', text: string) => string;
  /** When it began, as people read it; undefined: not known. */
  readonly since: (result: Result) => string | undefined;
  /** Where the documentation is published; empty: in this installation. */
  readonly documentation: string;
  readonly showsEvidence: boolean;
  readonly showsFamilies: boolean;
}

const MARKS: Readonly<Record<Status, string>> = {
  pass: 'PASS',
  warn: 'WARN',
  fail: 'FAIL',
  skip: 'SKIP',
  unknown: 'UNKNOWN',
};
/** Of the longest mark. */
const MARK_COLUMNS = 7;
const ID_COLUMNS = 2;
const INDENT = ' '.repeat(MARK_COLUMNS + ID_COLUMNS + 4);
const NARROWEST = 30;
const LONGEST = 2000;
/** A line of a zone file. */
const RECORD = / IN (?:TXT|MX|CAA) /;

/** What many checks come to for one reason is told once, after the others. */
const TOLD_ONCE: readonly CommonFinding[] = ['dev', 'no-server', 'no-database', 'no-domain'];

export function formatResults(results: readonly Result[], options: FormatOptions): string[] {
  const once = new Set<string>(TOLD_ONCE);
  const lines = formatEach(
    results.filter(({ finding }) => !once.has(finding)),
    options,
  );
  for (const finding of TOLD_ONCE) {
    const alike = results.filter((result) => result.finding === finding);
    if (alike.length > 0) lines.push('', ...formatAlike(finding, alike, options));
  }
  return lines;
}

function formatAlike(
  finding: CommonFinding,
  results: readonly Result[],
  { language, columns, style }: FormatOptions,
): string[] {
  const { status, ...text } = COMMON[finding];
  const ids = [...new Set(results.map(({ id }) => id))].join(' ');
  const width = Math.max(NARROWEST, columns - MARK_COLUMNS - 2);
  const told = [
    `${ids}: ${say(text, language, {} as never)}`,
    ...('remedy' in text
      ? [say(WORDS.remedy, language, { text: say(text.remedy, language, {} as never) })]
      : []),
  ];
  const [first = '', ...rest] = told.flatMap((one) => folded(one, width));
  const mark = style(status, MARKS[status].padEnd(MARK_COLUMNS));
  return [`${mark}  ${first}`, ...rest.map((line) => ' '.repeat(MARK_COLUMNS + 2) + line)];
}

function formatEach(results: readonly Result[], options: FormatOptions): string[] {
  const lines: string[] = [];
  let family: Family | undefined;
  for (const result of results) {
    if (options.showsFamilies && result.family !== family) {
      if (family !== undefined) lines.push('');
      ({ family } = result);
      lines.push(options.style('heading', say(FAMILY_WORDS[family], options.language, {})));
    }
    lines.push(...formatResult(result, options));
  }
  return lines;
}

export function formatResult(result: Result, options: FormatOptions, remark = ''): string[] {
  const { language, hostname, style } = options;
  const { id, status, subject } = result;
  const told = tellResult(result, hostname, language);
  const about = subject === '' || subject === hostname ? '' : ` (${subject})`;
  const gap = language === 'ja' ? '：' : ': ';
  const head = `${told.title}${about}${remark}${gap}${told.observed}`;
  const width = Math.max(NARROWEST, options.columns - INDENT.length);
  const [first = '', ...rest] = folded(head, width);
  const mark = MARKS[status].padEnd(MARK_COLUMNS);
  const lines = [
    `${style(status, mark)}  ${id.padEnd(ID_COLUMNS)}  ${first}`,
    ...rest.map(indented),
  ];
  const aside = (text: string): void => {
    lines.push(...folded(text, width).map((line) => style('aside', indented(line))));
  };
  const isTrouble = status === 'warn' || status === 'fail';
  if (isTrouble) {
    aside(say(WORDS.expected, language, { text: told.expected }));
    aside(say(WORDS.why, language, { text: told.why }));
  }
  if (told.remedy !== undefined) {
    const remedy = say(WORDS.remedy, language, { text: told.remedy });
    // what is to be pasted stays in one piece
    if (RECORD.test(remedy)) lines.push(style('aside', indented(printable(remedy, LONGEST))));
    else aside(remedy);
  }
  const time = isTrouble || status === 'unknown' ? options.since(result) : undefined;
  if (time !== undefined) aside(say(WORDS.since, language, { time }));
  if (isTrouble || status === 'unknown' || options.showsEvidence) {
    const at = documentOf(id, language, options.documentation);
    // an address that is broken over lines cannot be opened
    lines.push(style('aside', indented(printable(say(WORDS.document, language, { at }), LONGEST))));
  }
  if (options.showsEvidence)
    for (const evidence of result.evidence) aside(tellEvidence(evidence, language));
  return lines;
}

export function formatChange({ result, before }: Change, options: FormatOptions): string[] {
  const { language } = options;
  const word =
    before === undefined
      ? say(WORDS.new, language, {})
      : say(WORDS.changed, language, { before: say(STATUS_WORDS[before.status], language, {}) });
  const remark = language === 'ja' ? `（${word}）` : ` (${word})`;
  return formatResult(result, options, remark);
}

export function formatSummary(results: readonly Result[], language: Language): string {
  const { pass, warn, fail, skip, unknown } = countOf(results);
  const values = { pass, warn, fail, skip, unknown };
  const texts = Object.fromEntries(
    Object.entries(values).map(([key, count]) => [key, String(count)]),
  );
  return say(WORDS.summary, language, texts as Record<keyof typeof values, string>);
}

function indented(line: string): string {
  return INDENT + line;
}

/** Values come from strangers. */
function folded(text: string, width: number): string[] {
  return wrap(printable(text, LONGEST), width);
}

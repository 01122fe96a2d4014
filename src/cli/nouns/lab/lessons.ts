/** The lessons of `hikyaku lab`: what there is, start, check, hint, answer, reset, progress. */
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import type {
  LessonCallName,
  LessonInputOf,
  LessonValueOf,
  ListedLesson,
} from '#lab/lessons/calls';
import type { Evidence } from '#lab/lessons/lesson';
import { say } from '#mail/story/phrase';
import { wrap } from '#mail/story/terminal-text';
import type { Language } from '#protocol/dsn/language';
import { callAdded } from '#cli/control';
import { CommandFailure } from '#cli/failure';
import { LAB_TEXTS, STATES } from './lesson-texts.ts';
import { addProgressVerb } from './progress.ts';
import { addLanguage, type LanguageOptions } from '#cli/language';
import { printJson, printRows, printText, remark, timeColumn } from '#cli/terminal/output';
import type { ExitCode } from '#cli/exit-code';
import { styled, terminalColumns } from '#cli/terminal/terminal';
import { addVerb, type CommonOptions } from '#cli/verb';
import { LONGEST_RUNBOOK, runbookTemplate } from '#lab/lessons/handed-in/runbook';

/** On the runbook. */
const ASKS_FOR_A_FILE = '3.13';
/** Octets: a character has four at most. */
const LONGEST_FILE = 4 * LONGEST_RUNBOOK;

type LessonOptions = CommonOptions & LanguageOptions;
type Check = LessonValueOf<'check'>;

export function addLessonVerbs(noun: Command, end: (code: ExitCode) => void): void {
  verb(noun, 'lessons', 'list the lessons of all three phases', 'hikyaku lab lessons').action(
    async (options: LessonOptions) => {
      const { lessons, caveat } = await ask(options, 'lessons', { lang: options.lang });
      await printLessons(lessons, options);
      if (options.json !== true) aside(caveat);
    },
  );

  verb(
    noun,
    'start <lesson>',
    'begin a lesson, or begin it anew; only what happens after that counts',
    'hikyaku lab start 1.1',
  ).action(async (lesson: string, options: LessonOptions) => {
    const started = await ask(options, 'start', { lesson, lang: options.lang });
    if (options.json === true) printJson(started);
    else printStarted(started, options.lang);
  });

  verb(
    noun,
    'check <lesson>',
    'say what of a lesson was seen, and what is missing; exit 1 while something is',
    'hikyaku lab check 1.1',
  ).action(async (lesson: string, options: LessonOptions) => {
    const verdict = await ask(options, 'check', { lesson, lang: options.lang });
    if (options.json === true) printJson(verdict);
    else printVerdict(verdict, options.lang);
    end(verdict.passed ? 0 : 1);
  });

  verb(noun, 'hint <lesson>', 'show the next of three hints', 'hikyaku lab hint 1.1').action(
    async (lesson: string, options: LessonOptions) => {
      const { lang } = options;
      const given = await ask(options, 'hint', { lesson, lang });
      if (options.json === true) return printJson(given);
      const which = { number: String(given.hint), of: String(given.of) };
      printText(`${say(LAB_TEXTS.hint, lang, which)} ${given.text}`);
    },
  );

  verb(
    noun,
    'answer <lesson> <answers...>',
    'answer what a lesson asks, each as NAME=ANSWER; later answers replace earlier ones',
    'hikyaku lab answer 1.8 1=mx.bigmail.test 2=4',
  ).action(async (lesson: string, given: string[], options: LessonOptions) => {
    const { lang } = options;
    const { answers, open, ...rest } = await ask(options, 'answer', {
      lesson,
      lang,
      answers: await withFile(lesson, answersOf(given)),
    });
    if (options.json === true) return printJson({ ...rest, answers, open });
    const names = open.join(', ');
    printText(
      open.length === 0
        ? say(LAB_TEXTS.answered, lang, { lesson })
        : say(LAB_TEXTS['still-open'], lang, { names }),
    );
  });

  verb(
    noun,
    'reset <lesson>',
    'put back what a lesson changed; that it was passed stays',
    'hikyaku lab reset 1.5',
  ).action(async (lesson: string, options: LessonOptions) => {
    const done = await ask(options, 'reset', { lesson, lang: options.lang });
    if (options.json === true) return printJson(done);
    const text = done.wasStarted ? LAB_TEXTS.reset : LAB_TEXTS['was-not-started'];
    printText(say(text, options.lang, { lesson }));
  });

  verb(
    noun,
    'runbook',
    'print the template of a runbook, to be filled in for lesson 3.13',
    'hikyaku lab runbook > runbook.md',
  ).action((options: LessonOptions) => {
    const template = runbookTemplate(options.lang);
    if (options.json === true) printJson({ template });
    else printText(template.trimEnd());
  });

  addProgressVerb(
    noun,
    async (options) => {
      const { lessons, passed, of, caveat } = await ask(options, 'progress', {
        lang: options.lang,
      });
      const begun = lessons.filter(({ state }) => state === 'passed' || state === 'started');
      await printLessons(begun, options, say(LAB_TEXTS['none-yet'], options.lang, {}));
      if (options.json === true) return;
      const counts = { passed: String(passed), of: String(of) };
      aside(`${say(LAB_TEXTS.progress, options.lang, counts)} ${caveat}`);
    },
    end,
  );
}

function verb(noun: Command, usage: string, summary: string, example: string): Command {
  return addLanguage(addVerb(noun, usage, summary, example, `${example} --lang ja`));
}

function ask<Name extends LessonCallName>(
  options: LessonOptions,
  name: Name,
  input: LessonInputOf<Name>,
): Promise<LessonValueOf<Name>> {
  return callAdded<LessonValueOf<Name>>(options, `lab/${name}`, input);
}

/** @throws CommandFailure */
function answersOf(given: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    given.map((text) => {
      const mark = text.indexOf('=');
      const answer = text.slice(mark + 1);
      // as the pages of the lessons have it, to be replaced
      if (mark > 0 && answer !== '...' && answer !== '…') return [text.slice(0, mark), answer];
      throw new CommandFailure(
        `${text} is no answer`,
        'Write each as NAME=ANSWER; lab start shows the names.',
      );
    }),
  );
}

/** The lesson that asks for a file is given its path and its content; others have a `file` of their own. @throws CommandFailure */
async function withFile(
  lesson: string,
  answers: Record<string, string>,
): Promise<Record<string, string>> {
  const { file } = answers;
  if (lesson !== ASKS_FOR_A_FILE || file === undefined) return answers;
  const whole = path.resolve(file);
  const { size } = await stat(whole).catch((error: unknown) => {
    throw new CommandFailure(`${file}: ${(error as Error).message}`, 'Name a file that is there.');
  });
  const text = size > LONGEST_FILE ? undefined : await readFile(whole, 'utf8');
  if (text === undefined || text.length > LONGEST_RUNBOOK)
    throw new CommandFailure(`${file} is too long`, `${LONGEST_RUNBOOK} characters at most.`);
  return { ...answers, file: whole, text };
}

async function printLessons(
  lessons: readonly ListedLesson[],
  options: LessonOptions,
  empty = '',
): Promise<void> {
  const { lang } = options;
  await printRows(
    lessons,
    [
      { title: say(LAB_TEXTS.lesson, lang, {}), value: (row) => row.lesson },
      { title: say(LAB_TEXTS.state, lang, {}), value: (row) => say(STATES[row.state], lang, {}) },
      timeColumn(say(LAB_TEXTS.passed, lang, {}), (row) => row.passedAt),
      { title: say(LAB_TEXTS.title, lang, {}), value: (row) => row.title, shrinks: true },
    ],
    options,
    empty,
  );
}

/** Words beside the output, within the lines of a terminal. */
function aside(text: string): void {
  remark(wrap(text, terminalColumns() ?? Infinity).join('\n'));
}

function printStarted(started: LessonValueOf<'start'>, lang: Language): void {
  const { lesson } = started;
  printText(`${started.title}\n\n${started.goal}`);
  if (started.told.length > 0) printText(`\n${started.told.join('\n')}`);
  printText(`\n${started.steps}`);
  for (const { name, text } of started.questions) printText(`  ${name}=…  ${text}`);
  remark(say(LAB_TEXTS.page, lang, { page: started.page }));
  remark(say(LAB_TEXTS['when-done'], lang, { lesson }));
}

function printVerdict(
  { lesson, passed, seen, missing, note, anew, caveat }: Check,
  lang: Language,
): void {
  for (const { text, evidence } of seen)
    printText(`${styled('green', '✓')} ${text}${evidenceText(evidence, lang)}`);
  for (const { text, why } of missing)
    printText(`${styled('red', '✗')} ${text}${why === null ? '' : `\n  ${why}`}`);
  if (note !== null) printText(`\n${note}`);
  if (anew !== null) {
    printText('');
    printStarted(anew, lang);
  } else if (passed) {
    printText(say(LAB_TEXTS['lesson-passed'], lang, { lesson }));
    aside(caveat);
  } else remark(say(LAB_TEXTS['lesson-open'], lang, { lesson }));
}

function evidenceText(evidence: Evidence, lang: Language): string {
  const { session, message, event, at } = evidence;
  const parts = [
    session && say(LAB_TEXTS['in-session'], lang, { id: session }),
    message && say(LAB_TEXTS['in-message'], lang, { id: message }),
    event && say(LAB_TEXTS['in-event'], lang, { id: event }),
    at,
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? '' : `\n  ${parts.join(', ')}`;
}

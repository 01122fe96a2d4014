/** `hikyaku lab progress`: what was passed, as a list, as a signed file, and the files of a class side by side. */
import { readFile, stat, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import type { Command } from 'commander';
import type { LessonValueOf } from '#lab/lessons/calls';
import { LONGEST_RESULT, readResult, type LearnerResult } from '#lab/lessons/result-file';
import { say } from '#mail/story/phrase';
import { callAdded } from '#cli/control';
import { CommandFailure } from '#cli/failure';
import { LAB_TEXTS } from './lesson-texts.ts';
import { addLanguage, type LanguageOptions } from '#cli/language';
import { printDone, printRows, remark } from '#cli/terminal/output';
import type { ExitCode } from '#cli/exit-code';
import { addVerb, type CommonOptions } from '#cli/verb';

export type ProgressOptions = CommonOptions &
  LanguageOptions & {
    readonly file?: string;
    readonly learner?: string;
    readonly verify?: readonly string[];
  };

/** How many characters of a key tell one world from another on a screen. */
const KEY_SHOWN = 8;

export function addProgressVerb(
  noun: Command,
  show: (options: ProgressOptions) => Promise<void>,
  end: (code: ExitCode) => void,
): void {
  const command = addVerb(
    noun,
    'progress',
    'show which lessons were passed, and when; as a signed file, or those of a class',
    'hikyaku lab progress',
    'hikyaku lab progress --file result.json --learner Hanako',
    'hikyaku lab progress --verify hanako.json taro.json',
  )
    .option('--file <path>', 'write it to a file, signed by the key of this practice Internet')
    .option('--learner <name>', 'the name in the file; default: that of your account here')
    .option(
      '--verify <files...>',
      'show what signed files say, each learner a row; asks no server',
    );
  addLanguage(command).action(async (options: ProgressOptions) => {
    if (options.verify !== undefined) end(await verifyFiles(options.verify, options));
    else if (options.file !== undefined) await writeResult(options.file, options);
    else await show(options);
  });
}

async function writeResult(file: string, options: ProgressOptions): Promise<void> {
  const learner = options.learner ?? userInfo().username;
  const result = await callAdded<LessonValueOf<'result'>>(options, 'lab/result', { learner });
  await writeFile(file, `${JSON.stringify(result, null, 2)}\n`).catch((error: unknown) => {
    throw new CommandFailure((error as Error).message, 'Name a file in a folder that is there.');
  });
  const key = result.key.slice(0, KEY_SHOWN);
  printDone(
    options,
    { file, ...result },
    say(LAB_TEXTS['result-written'], options.lang, { file, key }),
  );
}

interface Row {
  readonly file: string;
  readonly verified: boolean;
  readonly result: LearnerResult | undefined;
}

/** @returns 1 where a file is none, or was changed */
async function verifyFiles(files: readonly string[], options: ProgressOptions): Promise<ExitCode> {
  const { lang } = options;
  const rows: Row[] = [];
  for (const file of files) {
    const result = readResult(await textOf(file));
    rows.push({ file, verified: result !== undefined, result });
  }
  const of = ({ result }: Row, tell: (result: LearnerResult) => string): string =>
    result === undefined ? '' : tell(result);
  await printRows(
    rows,
    [
      {
        title: say(LAB_TEXTS.learner, lang, {}),
        value: ({ file, result }) => result?.learner ?? file,
        shrinks: true,
      },
      {
        title: say(LAB_TEXTS.signature, lang, {}),
        value: (row) => say(LAB_TEXTS[row.verified ? 'unchanged' : 'changed'], lang, {}),
      },
      {
        title: say(LAB_TEXTS.passed, lang, {}),
        value: (row) => of(row, (result) => `${passedOf(result).length}/${result.of}`),
      },
      {
        title: say(LAB_TEXTS['stuck-at'], lang, {}),
        value: (row) => of(row, stuckAt),
        shrinks: true,
      },
      {
        title: say(LAB_TEXTS.key, lang, {}),
        value: (row) => of(row, ({ key }) => key.slice(0, KEY_SHOWN)),
      },
    ],
    options,
    '',
  );
  if (options.json !== true) remark(say(LAB_TEXTS['signature-says'], lang, {}));
  return rows.every(({ verified }) => verified) ? 0 : 1;
}

function passedOf({ lessons }: LearnerResult): LearnerResult['lessons'] {
  return lessons.filter(({ state }) => state === 'passed');
}

/** What was begun and not passed, with the hints that were taken. */
function stuckAt({ lessons }: LearnerResult): string {
  return lessons
    .filter(({ state }) => state === 'started')
    .map(({ lesson, hints }) => (hints === 0 ? lesson : `${lesson} (${hints})`))
    .join(', ');
}

/** @throws CommandFailure */
async function textOf(file: string): Promise<string> {
  try {
    const { size } = await stat(file);
    // what is too long is no result file
    return size > LONGEST_RESULT ? '' : await readFile(file, 'utf8');
  } catch (error) {
    throw new CommandFailure(`${file}: ${(error as Error).message}`, 'Name files that are there.');
  }
}

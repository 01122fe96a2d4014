/** `hikyaku config`: the settings and where each of them comes from; works without a server. */
import { Option, type Command } from 'commander';
import { originText, type ConfigProblem, type Mode } from '#config';
import { envName, FIELDS, KEYS, type Field, type Key } from '#config/fields';
import { kindOf, measuredText } from '#config/written';
import { checkSettings } from '#server/check-settings';
import type { ExitCode } from '#cli/exit-code';
import { addLanguage, type LanguageOptions } from '#cli/language';
import { printJson, printLine, printRows, remark } from '#cli/terminal/output';
import { readSettings, reportProblems } from '#cli/settings';
import type { Column } from '#cli/terminal/table';
import { addVerb, type CommonOptions } from '#cli/verb';
import { say, type Phrase } from '#mail/story/phrase';
import type { Language } from '#protocol/dsn/language';

interface ConfigOptions extends CommonOptions {
  readonly mode: Mode;
}

interface ShowOptions extends ConfigOptions, LanguageOptions {
  readonly origin?: boolean;
}

const WAYS: Phrase = {
  en: 'Each can be set by --set, by HIKYAKU_… in the environment, or in hikyaku.toml. What each is for: docs/settings.md.',
  ja: 'どれも、--set、環境変数 HIKYAKU_…、hikyaku.toml のいずれかで指定できます。それぞれの意味は docs/settings.ja.md にあります。',
};

export function config(noun: Command, end: (code: ExitCode) => void): void {
  addLanguage(
    addVerb(
      noun,
      'show',
      'show every setting; secrets are never shown',
      'hikyaku config show --origin',
      'hikyaku config show --mode serve --json --lang ja',
    ),
  )
    .addOption(mode())
    .option('--origin', 'where each value comes from: flag, environment, file or default')
    .action(show);

  addVerb(
    noun,
    'check',
    'say whether a server would start with these settings',
    'hikyaku config check --mode serve',
  )
    .addOption(mode())
    .action(async (options: ConfigOptions) => {
      const configured = readSettings(options.mode, options);
      const problems =
        configured.kind === 'invalid'
          ? configured.problems
          : await checkSettings(configured.config);
      for (const problem of problems) printProblem(problem, options);
      if (problems.length === 0 && options.json !== true) printLine('The settings are right.');
      end(problems.length === 0 ? 0 : 1);
    });
}

function mode(): Option {
  return new Option('--mode <mode>', 'whose defaults: of dev or of serve')
    .choices(['dev', 'serve'])
    .default('dev');
}

interface Setting {
  readonly key: Key;
  readonly value: unknown;
  readonly origin: string;
  readonly environment: string;
  readonly doc: string;
}

const COLUMNS: readonly Column<Setting>[] = [
  { title: 'KEY', value: ({ key }) => key },
  { title: 'VALUE', value: valueText },
];

async function show(options: ShowOptions): Promise<void> {
  const configured = readSettings(options.mode, options);
  if (configured.kind === 'invalid') reportProblems(configured.problems);
  const translated = await translatedInto(options.lang);
  const settings = KEYS.map((key): Setting => {
    const field = FIELDS[key] as Field<unknown>;
    const value = configured.config[key];
    return {
      key,
      value: field.secret === true ? secretText(value) : value,
      origin: originText(configured.origins[key]),
      environment: envName(key),
      doc: translated?.[key] ?? field.doc,
    };
  });
  const origin: readonly Column<Setting>[] =
    options.origin === true ? [{ title: 'ORIGIN', value: (setting) => setting.origin }] : [];
  await printRows(settings, [...COLUMNS, ...origin], options, '');
  if (options.json !== true && process.stdout.isTTY) {
    remark(say(WAYS, options.lang, {}));
  }
}

/** Undefined: they are told as they stand in the table. Read where they are asked for alone, so that others need not wait. */
async function translatedInto(
  language: Language,
): Promise<Readonly<Record<Key, string>> | undefined> {
  return language === 'ja' ? (await import('#config/texts/ja')).JAPANESE_TEXTS : undefined;
}

function secretText(value: unknown): string {
  return value === '' ? '' : '(set, not shown)';
}

/** As it would be written. */
function valueText({ key, value }: Setting): string {
  if (typeof value === 'string') return value;
  return measuredText(value, kindOf(FIELDS[key])) ?? JSON.stringify(value);
}

function printProblem(problem: ConfigProblem, { json }: ConfigOptions): void {
  if (json === true) printJson(problem);
  else printLine(`${problem.key} ${problem.problem}\n  ${problem.remedy}`);
}

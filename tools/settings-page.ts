/**
 * Makes `docs/settings.md` and `docs/settings.ja.md`: every setting with what it is for, how it is written, its defaults and its name in
 * the environment. Read from the table that the program itself uses, and its texts in Japanese. `bin/node tools/settings-page.ts` writes
 * both; `npm run check` fails when one is stale.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { envName, FIELDS, KEYS, type Field, type Key, type Mode } from '#config/fields';
import { JAPANESE_TEXTS } from '#config/texts/ja';
import { choicesOf, kindOf, measuredText, type Kind } from '#config/written';
import { LANGUAGES, type Language } from '#protocol/dsn/language';
import { ROOT } from './check/source-tree.ts';
import { WORDS, type Words } from './settings-words.ts';

export const SETTINGS_PAGES = {
  en: 'docs/settings.md',
  ja: 'docs/settings.ja.md',
} as const satisfies Record<Language, string>;

/** The page as Markdown, in the order of the table. */
export function formatSettingsPage(language: Language): string {
  const words = WORDS[language];
  const groups = Map.groupBy(KEYS, (key) => (key.includes('.') ? key.split('.')[0]! : ''));
  const parts = [...groups].map(([group, keys]) =>
    [
      `## ${group === '' ? words.general : group}`,
      ...keys.map((key) => section(key, language)),
    ].join('\n\n'),
  );
  return `${[words.introduction, ...parts].join('\n\n')}\n`;
}

function section(key: Key, language: Language): string {
  const words = WORDS[language];
  const field = FIELDS[key] as Field<unknown>;
  const kind = kindOf(field);
  const choices = choicesOf(field)?.map(code);
  const name = envName(key);
  return [
    `### ${key}`,
    language === 'ja' ? JAPANESE_TEXTS[key] : field.doc,
    [
      `- ${words.written(choices === undefined ? words.kinds[kind] : words.choices(choices))}`,
      `- ${words.environment(code(name), field.secret === true ? code(`${name}_FILE`) : undefined)}`,
      `- ${defaultText(field, kind, words)}`,
    ].join('\n'),
  ].join('\n\n');
}

function defaultText({ defaults }: Field<unknown>, kind: Kind, words: Words): string {
  const text = (mode: Mode): string => valueText(defaults[mode], kind, words);
  if (defaults.serve === undefined) return words.defaults(text('dev'), undefined);
  const [dev, serve] = [text('dev'), text('serve')];
  return dev === serve ? words.sameDefault(dev) : words.defaults(dev, serve);
}

function valueText(value: unknown, kind: Kind, { empty }: Words): string {
  if (value === '' || (Array.isArray(value) && value.length === 0)) return empty;
  if (Array.isArray(value)) return code(value.join(', '));
  return code(measuredText(value, kind) ?? String(value));
}

function code(text: string): string {
  return `\`${text}\``;
}

if (import.meta.main) {
  for (const language of LANGUAGES)
    writeFileSync(path.join(ROOT, SETTINGS_PAGES[language]), formatSettingsPage(language));
  // made from the same table, so that it goes stale by the same change
  void import('./settings-example.ts').then(({ writeSettingsExample }) => writeSettingsExample());
}

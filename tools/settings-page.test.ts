import assert from 'node:assert/strict';
import { test } from 'node:test';
import { envName, FIELDS, KEYS, type Field, type Key } from '#config/fields';
import { JAPANESE_TEXTS } from '#config/texts/ja';
import { LANGUAGES, type Language } from '#protocol/dsn/language';
import { formatSettingsPage } from './settings-page.ts';

const ABOUT: Readonly<Record<Language, (key: Key) => string>> = {
  en: (key) => (FIELDS[key] as Field<unknown>).doc,
  ja: (key) => JAPANESE_TEXTS[key],
};
const PAGES: Readonly<Record<Language, string>> = {
  en: formatSettingsPage('en'),
  ja: formatSettingsPage('ja'),
};
const DEFAULT: Readonly<Record<Language, string>> = { en: 'Default: ', ja: '既定値：' };

/** The part of a page under a heading. */
function section(key: string, language: Language = 'en'): string {
  const page = PAGES[language];
  const from = page.indexOf(`### ${key}\n`);
  assert.ok(from > 0, key);
  const to = page.indexOf('\n#', from + 1);
  return page.slice(from, to < 0 ? undefined : to);
}

/** Its settings, in order. */
function keysOf(language: Language): readonly string[] {
  return [...PAGES[language].matchAll(/^### (.+)$/gm)].map(([, key]) => key!);
}

for (const language of LANGUAGES) {
  test(`every setting has a section with its words, its environment name and a default: ${language}`, () => {
    for (const key of KEYS) {
      const text = section(key, language);
      for (const part of [ABOUT[language](key), `\`${envName(key)}\``, DEFAULT[language]])
        assert.ok(text.includes(part), `${key}: ${part}`);
    }
  });
}

test('both pages have the same settings in the same order, and lead to each other', () => {
  assert.deepEqual(keysOf('ja'), keysOf('en'));
  assert.deepEqual(keysOf('ja').toSorted(), KEYS.toSorted());
  assert.match(PAGES.en, /^# Settings\n\n\[日本語\]\(settings\.ja\.md\)\n/);
  assert.match(PAGES.ja, /^# 設定\n\n\[English\]\(settings\.md\)\n/);
});

test('values are written as a person would write them', () => {
  const expected: readonly (readonly [string, string])[] = [
    ['queue.lifetime', 'a time: `90s`, `15m`, `4h`, `5d`.'],
    ['queue.lifetime', 'Default: `5d`.'],
    ['queue.first_retry', 'Default: `1m`.'],
    ['limits.message_size', 'Written as a size'],
    ['limits.message_size', 'Default: `50M`.'],
    ['smtp.port', 'Default: `2525` in `dev`, `25` in `serve`.'],
    ['smtp.port', 'Written as a whole number.'],
    ['submission.hide_author_address', 'Written as `true` or `false`.'],
    ['lang', 'Written as one of `en`, `ja`.'],
    ['dns', 'Written as a list'],
    ['dns', 'Default: empty.'],
    [
      'doctor.mail_exchanges',
      'Default: empty in `dev`, `gmail.com, outlook.com, yahoo.com` in `serve`.',
    ],
    ['backup.every', 'Default: `0`.'],
    ['hostname', 'in `serve` it has to be set.'],
    ['dev_password', 'or a file that holds it as `HIKYAKU_DEV_PASSWORD_FILE`.'],
  ];
  for (const [key, text] of expected) assert.ok(section(key).includes(text), section(key));
});

test('the same in Japanese', () => {
  const expected: readonly (readonly [string, string])[] = [
    ['queue.lifetime', '- 書き方：時間（`90s`、`15m`、`4h`、`5d`）\n'],
    ['queue.lifetime', '- 既定値：`5d`'],
    ['limits.message_size', '- 書き方：大きさ'],
    ['smtp.port', '- 書き方：整数\n'],
    ['smtp.port', '- 既定値：`dev` では `2525`、`serve` では `25`'],
    ['submission.hide_author_address', '- 書き方：`true` か `false`\n'],
    ['lang', '- 書き方：`en`、`ja` のいずれか\n'],
    ['dns', '- 書き方：リスト'],
    ['dns', '- 既定値：空'],
    ['doctor.mail_exchanges', '- 既定値：`dev` では空、`serve` では `gmail.com, '],
    ['backup.every', '- 既定値：`0`'],
    ['hostname', '`serve` では必ず設定します'],
    [
      'dev_password',
      '`HIKYAKU_DEV_PASSWORD`、または値を書いたファイルを指す `HIKYAKU_DEV_PASSWORD_FILE`\n',
    ],
  ];
  for (const [key, text] of expected)
    assert.ok(section(key, 'ja').includes(text), section(key, 'ja'));
});

/** Keys, addresses, numbers of two digits and more, and words in Latin letters that are no prose: what a translation must not lose. */
function signs(text: string): readonly string[] {
  const found = text.match(
    /https?:\/\/[\w./:-]*\w|`[^`]+`|\b[a-z]+(?:_[a-z]+)*\.[a-z]+(?:_[a-z]+)*\b|RFC \d+|\b[A-Z]{2,}_?[A-Z]*\b|\b\d{2,}\b/g,
  );
  return [...new Set(found)].filter((sign) => !/^(?:IP|URL|OFF)$/.test(sign));
}

test('a Japanese text names the settings, commands, RFCs, variables and figures that the English one names', () => {
  const lost = KEYS.flatMap((key) =>
    signs(ABOUT.en(key))
      .filter((sign) => !ABOUT.ja(key).includes(sign.replaceAll('`', '')))
      .map((sign) => `${key}: ${sign}`),
  );
  assert.deepEqual(lost, []);
});

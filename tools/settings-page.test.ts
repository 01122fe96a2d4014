import assert from 'node:assert/strict';
import { test } from 'node:test';
import { envName, FIELDS, KEYS, type Field } from '#config/fields';
import { formatSettingsPage } from './settings-page.ts';

/** The part of the page under a heading. */
function section(key: string): string {
  const page = formatSettingsPage();
  const from = page.indexOf(`### ${key}\n`);
  assert.ok(from > 0, key);
  const to = page.indexOf('\n#', from + 1);
  return page.slice(from, to < 0 ? undefined : to);
}

test('every setting has a section with its words, its environment name and a default', () => {
  for (const key of KEYS) {
    const text = section(key);
    for (const part of [(FIELDS[key] as Field<unknown>).doc, `\`${envName(key)}\``, 'Default: ']) {
      assert.ok(text.includes(part), `${key}: ${part}`);
    }
  }
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
    ['hostname', 'in `serve` it has to be set.'],
    ['dev_password', 'or a file that holds it as `HIKYAKU_DEV_PASSWORD_FILE`.'],
  ];
  for (const [key, text] of expected) assert.ok(section(key).includes(text), section(key));
});

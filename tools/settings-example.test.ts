import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { loadConfig, type Config } from '#config';
import { KEYS } from '#config/fields';
import { formatSettingsExample } from './settings-example.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'hikyaku-example-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function load(text: string): Config {
  const file = path.join(folder, 'hikyaku.toml');
  writeFileSync(file, text);
  const read = loadConfig({ mode: 'serve', flags: {}, environment: {}, file });
  assert.ok(read.kind === 'config', JSON.stringify(read));
  return read.config;
}

const DEFAULTS = load('hostname = "mail.example.org"\n');
/** With everything taken in. */
const ALL = formatSettingsExample().replaceAll(/^#(?=\w+ = )/gm, '');

test('the example is a file of settings as it stands, and changes nothing', () => {
  assert.deepEqual(load(formatSettingsExample()), DEFAULTS);
});

test('with everything taken in, it says each default, and every setting is in it', () => {
  // a relative path starts where the file lies
  assert.deepEqual(load(ALL), { ...DEFAULTS, data_dir: path.join(folder, 'data') });
  const lines = ALL.split('\n').filter((line) => /^\w+ = /.test(line));
  assert.equal(lines.length, KEYS.length);
});

test('nothing is wider than a screen, and no Markdown is left', () => {
  for (const line of formatSettingsExample().split('\n')) {
    assert.ok(line.length <= 100 || line.includes('http'), line);
    assert.ok(!line.includes('`'), line);
  }
});

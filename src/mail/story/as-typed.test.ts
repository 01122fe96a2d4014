import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { asTyped, nameCommand } from './as-typed.ts';
import { say } from './phrase.ts';

afterEach(() => {
  nameCommand('hikyaku');
});

test('a text names the command as this installation is called, in both languages, and leaves what others said', () => {
  const phrase = {
    en: 'Run `hikyaku doctor`, or: hikyaku mail list {name}',
    ja: '`hikyaku doctor` か、次を実行してください：hikyaku mail list {name}',
  };
  const values = { name: 'hikyaku said' };
  assert.equal(say(phrase, 'en', values), phrase.en.replace('{name}', 'hikyaku said'));
  nameCommand('bin/hikyaku');
  assert.equal(
    say(phrase, 'en', values),
    'Run `bin/hikyaku doctor`, or: bin/hikyaku mail list hikyaku said',
  );
  assert.equal(
    say(phrase, 'ja', values),
    '`bin/hikyaku doctor` か、次を実行してください：bin/hikyaku mail list hikyaku said',
  );
});

test('what is no command stays as it is', () => {
  nameCommand('bin/hikyaku');
  for (const text of [
    'hikyaku: no such account',
    'hikyaku.toml has it',
    '/usr/local/bin/hikyaku doctor',
    'bin/hikyaku doctor',
    'systemctl status hikyaku says more',
  ])
    assert.equal(asTyped(text), text);
});

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { evidenceCommands } from '#mail/alerts/tell';
import { CERTIFICATE_REMEDIES } from '#mail/story/texts/certificate-texts';
import { asTyped, nameCommand } from './as-typed.ts';
import { say } from './phrase.ts';
import { remedyFor } from './tell/tell-certificate.ts';

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

test('so do remedies of an order that failed, and commands below an alert', () => {
  nameCommand('bin/hikyaku');
  const told = Object.keys(CERTIFICATE_REMEDIES)
    .flatMap((cause) => (['en', 'ja'] as const).map((language) => remedyFor(cause, language)!))
    .concat(evidenceCommands({ name: 'x', per: 'site' }, [], 0));
  const naming = told.filter((text) => /hikyaku [a-z]/.test(text));
  assert.ok(naming.length > 2);
  for (const text of naming) assert.doesNotMatch(text, /(?<!bin\/)hikyaku [a-z]/);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'smol-toml';
import { addSettings } from './settings-file.ts';

const ADDED = {
  '': { hostname: 'mail.example.org' },
  acme: { terms_agreed: true, contact: 'admin@example.org' },
};

test('an empty file gets what is added', () => {
  assert.equal(
    addSettings('', ADDED),
    'hostname = "mail.example.org"\n\n[acme]\nterms_agreed = true\ncontact = "admin@example.org"\n',
  );
});

test('what a person wrote stays, comments too, and tables are found', () => {
  const before =
    '# ours\nlang = "ja"\n\n# how long\n[queue]\nlifetime = "2d"\n\n[acme]\ndirectory = "staging"\n';
  const after = addSettings(before, ADDED);
  assert.equal(
    after,
    '# ours\nlang = "ja"\nhostname = "mail.example.org"\n\n# how long\n[queue]\nlifetime = "2d"\n\n' +
      '[acme]\nterms_agreed = true\ncontact = "admin@example.org"\ndirectory = "staging"\n',
  );
  assert.deepEqual(plain(after), {
    lang: 'ja',
    hostname: 'mail.example.org',
    queue: { lifetime: '2d' },
    acme: { terms_agreed: true, contact: 'admin@example.org', directory: 'staging' },
  });
});

test('a file of comments alone gets its first setting at the end of them', () => {
  assert.equal(
    addSettings('# nothing yet\n', { '': { hostname: 'a.example' } }),
    '# nothing yet\nhostname = "a.example"\n',
  );
});

test('text with quotes and backslashes is read as it was given', () => {
  const odd = 'a "b" \\ c';
  assert.deepEqual(plain(addSettings('', { '': { hostname: odd } })), { hostname: odd });
});

/** What the text says, without the prototypes of the parser. */
function plain(text: string): unknown {
  return JSON.parse(JSON.stringify(parse(text)));
}

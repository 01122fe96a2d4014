import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatRfcIndex, rfcIndex } from '../rfc-index.ts';
import { isAllowed, licenceFindings } from './licences.ts';
import { namedFileFindings } from './named-files.ts';
import { linkFindings } from './page-links.ts';
import { twinFindings, twinsAmong, unlinkedFindings } from './page-twins.ts';
import { privateTextFindings } from './private-text.ts';

function privateText(path: string, text: string): number {
  return privateTextFindings([{ path, text }]).length;
}

test('licences: an alternative needs one that is allowed, a conjunction all of them', () => {
  for (const good of [
    'MIT',
    '(MIT OR GPL-3.0-only)',
    'MIT AND ISC',
    '(MIT AND (0BSD OR EUPL-1.2))',
  ])
    assert.equal(isAllowed(good), true, good);
  for (const bad of ['GPL-2.0-only', 'MIT AND AGPL-3.0-only', 'EUPL-1.2', 'SEE LICENSE IN X', ''])
    assert.equal(isAllowed(bad), false, bad);
});

test('licences: a package that names none is a finding', () => {
  assert.equal(licenceFindings([{ name: 'a 1.0.0', licence: undefined }]).length, 1);
  assert.equal(licenceFindings([{ name: 'a 1.0.0', licence: 'MIT' }]).length, 0);
});

test('private text: keys, tokens, registries and paths of one machine are held back', () => {
  const dashes = '-'.repeat(5);
  const key = `${dashes}BEGIN RSA PRIVATE KEY${dashes}\nMIIEpAIBAAKCAQEAxxxx`;
  assert.equal(privateText('docs/a.md', key), 1);
  assert.equal(privateText('test/fixtures/key.pem', key), 0);
  assert.equal(privateText('docs/a.md', ['ghp', 'a'.repeat(36)].join('_')), 1);
  assert.equal(privateText('docs/a.md', ['https://registry', 'npmjs.org/pg'].join('.')), 1);
  assert.equal(
    privateText('package-lock.json', ['"resolved": "https', '//host/pg.tgz"'].join(':')),
    1,
  );
  assert.equal(privateText('docs/a.md', ['see ', 'work', 'shared'].join('/')), 1);
  assert.equal(privateText('docs/a.md', ['in ', 'root', 'checkout'].join('/')), 1);
  assert.equal(
    privateText('docs/a.md', 'a checkout in /root works; ./work/in and src/root/x too'),
    0,
  );
});

test('a page and its twin: as many headings and rows, the same places, and the same code but for its comments', () => {
  const page = '# A\n\n```sh\nnpm ci # installs\n```\n| a |\n|---|\n| b |\n\n## <a id="c"></a>B\n';
  const twin =
    '# あ\n\n```sh\nnpm ci # 入れる\n```\n| い |\n|---|\n| う |\n\n## <a id="c"></a>え\n';
  const findings = (text: string) =>
    twinFindings({ path: 'A.md', text: page }, { path: 'A.ja.md', text }).length;
  assert.equal(findings(twin), 0);
  assert.equal(findings(twin.replace('# 入れる\n```', '\n```\n### い\n')), 1);
  assert.equal(findings(twin.replace('npm ci', 'npm install')), 1);
  assert.equal(findings(twin.replace(/```sh.*```/s, '')), 1);
  assert.equal(findings(twin.replace('| う |', '| う |\n| お |')), 1);
  assert.equal(findings(twin.replace('| う |', '\n| う |')), 1);
  assert.equal(findings(twin.replace('id="c"', 'id="d"')), 1);
});

test('a page and its twin are found by name, and each leads to the other below its title', () => {
  const files = ['README.ja.md', 'README.md', 'docs/a.ja.md', 'docs/b.md', 'docs/ja.md'];
  assert.deepEqual(twinsAmong(files), [
    ['README.md', 'README.ja.md'],
    ['docs/a.md', 'docs/a.ja.md'],
  ]);
  const one = { path: 'docs/a.md', text: '# A\n\n[日本語](a.ja.md)\n' };
  const other = { path: 'docs/a.ja.md', text: '# あ\n\n[English](a.md)\n' };
  assert.deepEqual(unlinkedFindings(one, other), []);
  assert.deepEqual(unlinkedFindings(one, { ...other, text: '# あ\n\n本文\n' }), [
    'docs/a.ja.md:3: [English](a.md) is not there',
  ]);
});

test('a link of a page leads to a file, a folder or a place in a page; others are not looked at', () => {
  const pages = new Map([
    ['README.md', '# Hikyaku'],
    ['docs/a.md', '# A\n\n## What is *in* it\n\n- <a id="off"></a>off\n'],
  ]);
  const findings = (text: string) =>
    linkFindings({ path: 'docs/b.md', text }, new Set(pages.keys()), (file) => pages.get(file)!);
  const good = ['a.md', '../README.md', '../docs/', 'a.md#off', 'a.md#what-is-in-it'];
  assert.deepEqual(findings(good.map((to) => `[x](${to})`).join(' ')), []);
  assert.deepEqual(
    findings('[x](https://example.org/a.md) `[x](c.md)`\n```sh\n[x](c.md)\n```\n'),
    [],
  );
  assert.deepEqual(findings('`a`\n```sh\n```\n[x](c.md) [x](a.md#on)\n[x](../src/)'), [
    'docs/b.md:4: c.md leads nowhere',
    'docs/b.md:4: a.md#on leads nowhere',
    'docs/b.md:5: ../src/ leads nowhere',
  ]);
});

test('a page about the code: every file and folder that it names is there, by its last names', () => {
  const files = ['src/cli/nouns/doctor.ts', 'src/servers/admin/calls/mail.ts'];
  const findings = (text: string) => namedFileFindings({ path: 'docs/flow.md', text }, files);
  assert.deepEqual(
    findings('`doctor.ts`, `calls/mail.ts`, `src/cli/`, `servers/admin/`, `commands/VERB.ts`'),
    [],
  );
  assert.deepEqual(findings('a\n`cli/doctor.ts` and `ervers/admin/` and `il.ts`'), [
    'docs/flow.md:2: cli/doctor.ts is not there',
    'docs/flow.md:2: ervers/admin/ is not there',
    'docs/flow.md:2: il.ts is not there',
  ]);
});

test('RFC index: sections are gathered from comments, over line ends too, tests left out', () => {
  const page = formatRfcIndex(
    rfcIndex([
      {
        path: 'src/protocol/smtp/a.ts',
        text: '// RFC 5321 §4.1.1.3, §4.5.3 and §2.4.\n/**\n * see RFC\u00A02920 and RFC\n * 5321 §4.1.1.10 */',
      },
      { path: 'src/protocol/smtp/a.test.ts', text: '// RFC 9999 §1' },
      { path: 'src/mail/b.ts', text: '// RFC 5321 §4.1.1.3' },
    ]),
  );
  assert.deepEqual(
    page.split('\n').filter((line) => /^(?:##|\| (?:§|as))/.test(line)),
    [
      '## [RFC 2920](https://www.rfc-editor.org/rfc/rfc2920) SMTP: command pipelining',
      '| as a whole | [protocol/smtp/a.ts](../src/protocol/smtp/a.ts) |',
      '## [RFC 5321](https://www.rfc-editor.org/rfc/rfc5321) Simple Mail Transfer Protocol',
      '| §2.4 | [protocol/smtp/a.ts](../src/protocol/smtp/a.ts) |',
      '| §4.1.1.3 | [mail/b.ts](../src/mail/b.ts) [protocol/smtp/a.ts](../src/protocol/smtp/a.ts) |',
      '| §4.1.1.10 | [protocol/smtp/a.ts](../src/protocol/smtp/a.ts) |',
      '| §4.5.3 | [protocol/smtp/a.ts](../src/protocol/smtp/a.ts) |',
    ],
  );
});

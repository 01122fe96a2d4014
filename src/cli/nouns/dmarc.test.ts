import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { declaredZone } from '../../../test/support/dns/declared-zone.ts';
import { serveZone, type ZoneServer } from '../../../test/support/dns/declared-zone-server.ts';
import { runProgram } from '../../../test/support/program/run-once.ts';
import type { CommandResult } from '../../../test/support/program/running-server.ts';

let server: ZoneServer;
before(async () => {
  const zone = declaredZone({
    '_dmarc.example.org': { TXT: 'v=DMARC1; p=reject; pct=50; rua=mailto:a@example.org' },
    '_dmarc.weak.test': { TXT: 'v=DMARC1; p=none; rua=mailto:a@weak.test' },
    'a.example.org': { A: '192.0.2.1' },
  });
  server = await serveZone(zone);
});
after(() => server[Symbol.asyncDispose]());

function check(...words: readonly string[]): Promise<CommandResult> {
  return runProgram(['dmarc', 'check', ...words, '--dns', `127.0.0.1:${server.port}`]);
}

test('a domain with a policy is well: the record, the walk, the policy and what to mend are shown', async () => {
  const { code, stdout } = await check('a.example.org');
  assert.equal(code, 0);
  const text = stdout.replaceAll(/\s+/g, ' ');
  assert.match(text, /^DMARC of a\.example\.org .*asks for: to refuse such mail \(reject\)\./);
  assert.match(text, /_dmarc\.example\.org: “v=DMARC1; p=reject; pct=50;/);
  assert.match(text, /came by a\.example\.org, example\.org, org:/);
  assert.match(text, /“pct=50” was removed from DMARC by RFC 9989/);
  assert.doesNotMatch(text, /DMARC fails/);
});

test('identifiers are compared, and the exit code says whether mail would pass', async () => {
  const passes = await check('example.org', '--spf', 'evil.test', '--dkim', 'mail.example.org');
  assert.equal(passes.code, 0);
  assert.match(passes.stdout, /DMARC passes/);
  const fails = await check(
    'example.org',
    '--spf',
    'example.org:softfail',
    '--dkim',
    'evil.test:pass',
  );
  assert.equal(fails.code, 1);
  assert.match(fails.stdout, /DMARC fails/);
});

test('JSON has the report with its steps and their texts, in the language that was asked for', async () => {
  const { stdout } = await check('weak.test', '--json', '--lang', 'ja');
  const report = JSON.parse(stdout) as Record<string, unknown> & { steps: { text: string }[] };
  assert.equal(report['policy'], 'none');
  assert.equal(report['policyDomain'], 'weak.test');
  assert.equal(report['result'], undefined, 'nothing was judged');
  assert.match(report.steps.at(-1)!.text, /p=none では/);
});

test('a domain without a record is not well, and told what to publish', async () => {
  const { code, stdout } = await check('nothing.test');
  assert.equal(code, 1);
  assert.match(
    stdout.replaceAll(/\s+/g, ' '),
    /TXT record at _dmarc\.nothing\.test: v=DMARC1; p=none;/,
  );
});

test('what cannot be asked is refused with a remedy', async () => {
  for (const words of [
    ['a..b'],
    ['example.org', '--spf', 'x:maybe'],
    ['example.org', '--dkim', ':pass'],
  ]) {
    const { code, stderr } = await check(...words);
    assert.equal(code, 2, words.join(' '));
    assert.match(stderr, /Write it like/);
  }
});

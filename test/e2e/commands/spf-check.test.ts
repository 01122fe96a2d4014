/** `hikyaku spf check` as its user runs it: a process of its own without a server, against a DNS server on the loopback. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { declaredZone } from '../../support/dns/declared-zone.ts';
import { serveZone, type ZoneServer } from '../../support/dns/declared-zone-server.ts';
import { freePort } from '../../support/machine/loopback-port.ts';
import { runProgram } from '../../support/program/run-once.ts';
import type { CommandResult } from '../../support/program/running-server.ts';

const zone = declaredZone({
  'example.org': {
    TXT: 'v=spf1 ip4:192.0.2.0/24 include:_spf.example.net -all exp=why.example.org',
  },
  '_spf.example.net': { TXT: 'v=spf1 mx ~all', MX: '10 mx.example.net' },
  'mx.example.net': { A: '203.0.113.5', AAAA: '2001:db8::5' },
  'why.example.org': { TXT: 'Mail for %{d} does not come from %{c}.' },
  'mail.example.org': { TXT: 'v=spf1 a -all', A: '192.0.2.25' },
  'soft.example.org': { TXT: 'v=spf1 ~all' },
  'broken.example.org': { TXT: 'v=spf1 ip4:192.0.2 -all' },
  'failing.example.org': { fault: 'servfail' },
  'xn--r8jz45g.example.org': { TXT: 'v=spf1 ip4:192.0.2.1 -all' },
});
let dns: ZoneServer;
let folder: string;

before(async () => {
  dns = await serveZone(zone);
  folder = await mkdtemp(path.join(tmpdir(), 'hikyaku-spf-'));
});

after(async () => {
  await dns[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

function run(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { PATH = '', NODE_OPTIONS = '' } = process.env;
  return runProgram(['spf', 'check', ...args], {
    cwd: folder,
    env: { PATH, NODE_OPTIONS, LANG: 'C.UTF-8', ...env },
  });
}

function check(...args: readonly string[]): Promise<CommandResult> {
  return run([...args, '--dns', `${dns.address}:${dns.port}`]);
}

const ALICE = ['--from', 'alice@example.org'];

describe('spf check', () => {
  test('answers in one sentence, then shows the steps with their sections', async () => {
    const { code, stdout, stderr } = await check('--ip', '203.0.113.5', ...ALICE);
    assert.deepEqual([code, stderr], [0, '']);
    const [title, result, empty, ...steps] = stdout.split('\n');
    assert.equal(title, 'SPF of alice@example.org for 203.0.113.5');
    assert.equal(result, 'pass: example.org allows 203.0.113.5 to send.');
    assert.equal(empty, '');
    assert.match(steps.join('\n'), /^ 1\. .*\[RFC 7208 §2\.4\]$/ms);
    assert.match(
      steps.join(' '),
      /“mx” matches: an address of _spf\.example\.net covers the client\./,
    );
    assert.match(steps.join('\n'), /^13\. pass: example\.org allows .*\[RFC 7208 §2\.6\.3\]$/m);
  });

  test('tells a refusal with the explanation of the domain, in Japanese too', async () => {
    const english = await check('--ip', '198.51.100.1', ...ALICE);
    assert.equal(english.code, 1);
    const said = 'Mail for example.org does not come from 198.51.100.1.';
    assert.ok(english.stdout.replaceAll('\n', ' ').includes(`“${said}”`), english.stdout);
    const japanese = await check('--ip', '198.51.100.1', ...ALICE, '--lang', 'ja');
    assert.equal(japanese.code, 1);
    assert.match(
      japanese.stdout,
      /^fail：example\.org は、198\.51\.100\.1 からの送信を認めていません。/m,
    );
  });

  test('gives the report as one JSON object, each step with its text', async () => {
    const { code, stdout } = await check('--ip', '2001:db8::5', ...ALICE, '--json');
    assert.equal(code, 0);
    const report = JSON.parse(stdout) as Record<string, unknown> & {
      steps: readonly Record<string, unknown>[];
    };
    const { steps, ...facts } = report;
    assert.deepEqual(facts, {
      result: 'pass',
      domain: 'example.org',
      ip: '2001:db8::5',
      identity: 'mailfrom',
      mechanism: 'include:_spf.example.net',
      lookups: 2,
      voidLookups: 0,
    });
    for (const step of steps) {
      assert.match(String(step['rfc']), /^RFC 7208 §\d/);
      assert.ok(typeof step['step'] === 'string' && typeof step['text'] === 'string');
    }
    assert.equal(stdout.trimEnd().split('\n').length, 1);
  });

  test('judges the name in HELO where there is no sender', async () => {
    for (const sender of [[], ['--from', '<>'], ['--from', '']]) {
      const { code, stdout } = await check(
        '--ip',
        '192.0.2.25',
        '--helo',
        'mail.example.org',
        ...sender,
      );
      assert.equal(code, 0);
      assert.match(stdout, /^SPF of mail\.example\.org for 192\.0\.2\.25\npass: /);
    }
  });

  test('takes domains as people write them', async () => {
    const { code } = await check('--ip', '192.0.2.1', '--from', 'x@例え.example.org');
    assert.equal(code, 0);
  });

  test('ends with 1 for everything but pass', async () => {
    const domains = [
      'soft.example.org',
      'broken.example.org',
      'failing.example.org',
      'example.net',
    ];
    const results = ['softfail', 'permerror', 'temperror', 'none'];
    for (const [at, domain] of domains.entries()) {
      const { code, stdout } = await check('--ip', '192.0.2.1', '--from', `x@${domain}`, '--json');
      const { result } = JSON.parse(stdout) as { result: string };
      assert.deepEqual([code, result], [1, results[at]], domain);
    }
  });

  test('takes its resolver from the settings where none is named', async () => {
    const env = { HIKYAKU_DNS: `${dns.address}:${dns.port}` };
    const { code } = await run(['--ip', '192.0.2.1', ...ALICE], env);
    assert.equal(code, 0);
  });

  test('ends with 2, a cause and a remedy where it could not find out', async () => {
    const nobody = `127.0.0.1:${await freePort()}`;
    const wrong: readonly (readonly [readonly string[], RegExp])[] = [
      [['--ip', '192.0.2.1', ...ALICE, '--dns', nobody], /could not be asked.*\n.*HIKYAKU_DNS/],
      [
        ['--ip', '192.0.2.1', ...ALICE, '--dns', 'resolver.example'],
        /no resolver\n.*192\.0\.2\.53/,
      ],
      [['--ip', '192.0.2', ...ALICE], /no IP address\n.*2001:db8::1/],
      [['--ip', '192.0.2.1'], /nobody to judge\n.*--from/],
      [['--ip', '192.0.2.1', '--from', 'alice'], /no address|not an address\n/],
      [ALICE, /--ip/],
    ];
    for (const [args, expected] of wrong) {
      const { code, stdout, stderr } = await run(args);
      assert.deepEqual([code, stdout], [2, ''], stderr);
      assert.match(stderr, expected);
    }
  });
});

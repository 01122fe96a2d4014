/** `hikyaku setup`: from an empty folder to a server for a domain, by flags; run again it changes nothing, beside a running server too. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { parse } from 'smol-toml';
import { alive } from '#store/embedded/postmaster';
import { declaredZone } from '../../support/dns/declared-zone.ts';
import { serveZone } from '../../support/dns/declared-zone-server.ts';
import {
  eventually,
  PASSWORD,
  prepareServer,
  type RunningServer,
} from '../../support/program/running-server.ts';

const ME = 'Me@Here.test';

/** No port of it is one of production; its resolver is nobody. */
function prepare(env: Readonly<Record<string, string>> = {}): Promise<RunningServer> {
  return prepareServer({
    mode: 'serve',
    env: {
      HIKYAKU_DNS: '127.0.0.1:9',
      HIKYAKU_DEV_PASSWORD: '',
      HIKYAKU_HTTP_PUBLIC_PORT: 'off',
      HIKYAKU_HTTPS_PUBLIC_PORT: 'off',
      ...env,
    },
  });
}

function flags(server: RunningServer, ...more: readonly string[]): string[] {
  return [
    'setup',
    '--address',
    ME,
    '--password-file',
    server.passwordFile,
    '--yes',
    '--no-doctor',
    ...more,
  ];
}

interface Line {
  readonly what: string;
  readonly name: string;
  readonly state: string;
}

const STEPS = new Set(['settings', 'domain', 'account', 'postmaster', 'abuse']);

async function states(server: RunningServer): Promise<Line[]> {
  const lines = await server.json<Line>(...flags(server, '--hostname', 'mail.here.test'));
  return lines.filter(({ what }) => STEPS.has(what));
}

/** With the doctor. */
function withDoctor(server: RunningServer, ...more: readonly string[]): string[] {
  return flags(server, '--hostname', 'mail.here.test', ...more).filter(
    (flag) => flag !== '--no-doctor',
  );
}

test('an empty folder becomes a server with settings, domain, account and the addresses of duty', async () => {
  await using server = await prepare();
  const out = await server.done(...flags(server, '--hostname', 'Mail.Here.test', '--agree-terms'));
  for (const line of [
    'Domain here.test: added, with two DKIM keys',
    'Account me@here.test: added',
    'postmaster@here.test: leads to you',
    'abuse@here.test: leads to you',
    'Start the server: bin/hikyaku serve',
  ])
    assert.ok(out.includes(line), `${line}\n${out}`);
  // the plan has what the domain needs, with the name of this host
  assert.match(out, /MX .*10 mail\.here\.test/);
  assert.match(out, /_domainkey/);

  const file = path.join(server.home, 'hikyaku.toml');
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  assert.deepEqual(JSON.parse(JSON.stringify(parse(await readFile(file, 'utf8')))), {
    hostname: 'mail.here.test',
    acme: { terms_agreed: true, contact: 'Me@here.test' },
  });

  const again = ['settings', 'domain', 'account', 'postmaster', 'abuse'];
  const there = (await states(server)).map(({ what, state }) => `${what} ${state}`);
  assert.deepEqual(
    there,
    again.map((what) => `${what} there`),
  );
});

test('what broke off is taken up again, beside a running server too', async () => {
  await using server = await prepare();
  await writeFile(
    path.join(server.home, 'hikyaku.toml'),
    '# mine\nhostname = "mail.here.test"\n[acme]\ndirectory = "off"\n',
  );
  await server.start();
  assert.match(await server.log(), /"event":"server\.empty"/);
  await server.done('domain', 'add', 'here.test');
  const made = (await states(server)).map(({ what, state }) => `${what} ${state}`);
  assert.deepEqual(made, [
    'settings there',
    'domain there',
    'account made',
    'postmaster made',
    'abuse made',
  ]);
  assert.deepEqual(
    (await server.json('alias', 'list')).map(({ alias, targets }) => [alias, targets]),
    [
      ['abuse@here.test', ['Me@here.test']],
      ['postmaster@here.test', ['Me@here.test']],
    ],
  );
  const out = await server.done(...flags(server, '--lang', 'ja'));
  assert.ok(out.includes('アカウント me@here.test：すでにあります'), out);
  assert.ok(!out.includes('hikyaku serve'), 'it runs');
  assert.match(await readFile(path.join(server.home, 'hikyaku.toml'), 'utf8'), /^# mine\n/);
});

test('a password on standard input is read once, and holds where no server runs yet', async () => {
  await using server = await prepare();
  const from = flags(server, '--hostname', 'mail.here.test').map((flag) =>
    flag === server.passwordFile ? '-' : flag,
  );
  const { code, stdout, stderr } = await server.commandReading(`${PASSWORD}\n`, ...from);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /Account me@here\.test: added/);
});

test('without a terminal, what is missing is named, and nothing is made', async () => {
  await using server = await prepare();
  const missing = await server.command('setup');
  assert.equal(missing.code, 2);
  assert.match(missing.stderr, /--address is missing/);
  const noPassword = await server.command('setup', '--address', ME, '--yes', '--no-doctor');
  assert.equal(noPassword.code, 2);
  assert.match(noPassword.stderr, /needs a password\n.*--password-file/);
  for (const [wrong, reason] of [
    [['--address', 'nobody'], /--domain is missing/],
    [['--address', 'a b@here.test'], /is not a mail address/],
    [['--address', ME, '--domain', 'there.test'], /is not in there\.test/],
    [['--address', ME, '--hostname', 'short'], /is no full host name/],
  ] as const) {
    const { code, stderr } = await server.command('setup', ...wrong, '--yes', '--no-doctor');
    assert.equal(code, 2);
    assert.match(stderr, reason);
  }
});

test('the file of settings that is named is made, and read from then on', async () => {
  const file = 'settings/ours.toml';
  await using server = await prepare({ HIKYAKU_CONFIG: file });
  await mkdir(path.join(server.home, 'settings'));
  await server.done(...flags(server, '--hostname', 'mail.here.test'));
  assert.equal(
    await readFile(path.join(server.home, file), 'utf8'),
    'hostname = "mail.here.test"\n',
  );
  const there = await states(server);
  assert.ok(there.every(({ state }) => state === 'there'));
});

test('the doctor says what it can before the server runs, and names the rest; all of it is kept, without the password', async () => {
  await using server = await prepare();
  const { code, stdout } = await server.command(...withDoctor(server));
  // H3 judges the disk of whoever runs this
  assert.equal(code, /\bFAIL\b/.test(stdout) ? 1 : 0, stdout);
  assert.match(stdout, /^What the doctor can say now$/m);
  assert.match(stdout, /PASS +H7 /);
  assert.doesNotMatch(stdout, /No server runs/);
  const [, later = ''] = /Not looked at yet: ([^.]*)\. Once/.exec(stdout) ?? [];
  const named = later.split(' ');
  for (const id of ['H4', 'L2', 'D6', 'X1', 'S1', 'K1', 'M1', 'P1', 'A1'])
    assert.ok(named.includes(id), `${id} in ${later}`);
  for (const id of ['H1', 'D2', 'N3', 'I1', 'R1']) assert.ok(!named.includes(id), id);

  const log = path.join(server.data, 'setup.log');
  assert.equal((await stat(log)).mode & 0o777, 0o600);
  const text = await readFile(log, 'utf8');
  assert.match(text, /^# 20\d\d-.* setup$/m);
  assert.match(text, /Account me@here\.test: added/);
  assert.match(text, /^here\.test\. .*MX 10 mail\.here\.test\.$/m);
  assert.match(text, /PASS +H7 /);
  assert.match(text, /Start the server: bin\/hikyaku serve/);
  assert.ok(!text.includes(PASSWORD), 'the password');
  assert.ok(!text.includes('\x1b'), 'colours');
  assert.ok(stdout.indexOf('What is left to do') > stdout.indexOf('What the doctor can say now'));

  // what was made before may be published by now
  const again = await server.command(...withDoctor(server));
  assert.match(again.stdout, /UNKNOWN +.*\bX1\b/);
  assert.equal((await readFile(log, 'utf8')).match(/^# 20/gm)?.length, 2);
});

test('with --json each step, record and check is a line, and what comes next', async () => {
  await using server = await prepare();
  const { code, stdout } = await server.command(...withDoctor(server, '--json'));
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line & Readonly<Record<string, unknown>>);
  const of = (what: string) => lines.filter((line) => line.what === what);
  assert.deepEqual(
    [...new Set(lines.map(({ what }) => what))],
    [...STEPS, 'record', 'check', 'later', 'next', 'log'],
  );
  assert.ok(of('record').some(({ type, name }) => type === 'MX' && name === 'here.test'));
  for (const { id, status, remedy } of of('check')) {
    assert.match(String(id), /^[A-Z]\d$/);
    if (status === 'fail') assert.ok(typeof remedy === 'string' && remedy !== '');
  }
  assert.equal(code, of('check').some(({ status }) => status === 'fail') ? 1 : 0);
  assert.ok((of('later')[0]!['checks'] as string[]).includes('L2'));
  assert.equal(of('log')[0]!.name, path.join(server.data, 'setup.log'));
});

test('what fails is told by the exit code', async () => {
  const zone = declaredZone({
    'mail.here.test': { A: '127.0.1.1' },
    com: { SOA: 'a.gtld-servers.net. nstld.verisign-grs.com. 1 1800 900 604800 86400' },
  });
  await using dns = await serveZone(zone);
  await using server = await prepare({ HIKYAKU_DNS: `127.0.0.1:${dns.port}` });
  const { code, stdout } = await server.command(...withDoctor(server));
  assert.match(stdout, /FAIL +H1 /);
  assert.equal(code, 1);
  const { code: unasked } = await server.command(...flags(server));
  assert.equal(unasked, 0);
});

test('--start leaves a server that takes mail, and the doctor looks at all of it', async () => {
  await using server = await prepare();
  const { stdout, stderr } = await server.command(...withDoctor(server, '--start', '--json'));
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line & { readonly id?: string; readonly finding?: string });
  const started = lines.find(({ what }) => what === 'server');
  assert.ok(started, stderr);
  // whoever ends the test ends it
  await writeFile(path.join(server.home, 'server.pid'), `${started.name}\n`);
  try {
    assert.equal(await server.isReady(), true);
    const finding = (id: string) => lines.find((line) => line.id === id)?.finding;
    assert.equal(finding('H5'), 'ready', stdout);
    assert.equal(finding('N1'), 'all');
    assert.equal(finding('X3'), 'both');
    assert.equal(finding('X1'), undefined);
    assert.ok(!lines.some((line) => line.finding === 'no-server'));
    assert.match(
      await readFile(path.join(server.data, 'serve.log'), 'utf8'),
      /"event":"server\.ready"/,
    );
    assert.ok(
      !lines.some(
        ({ what, ...line }) => what === 'next' && /hikyaku serve/.test(JSON.stringify(line)),
      ),
    );
  } finally {
    process.kill(Number(started.name), 'SIGTERM');
    await eventually('it has ended', () => !alive(Number(started.name)));
  }
});

test('a server that cannot start says why, and nothing of set-up is lost', async () => {
  await using taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  await using server = await prepare({ HIKYAKU_SMTP_PORT: String(port) });
  const { code, stderr } = await server.command(
    ...flags(server, '--hostname', 'mail.here.test', '--start'),
  );
  assert.equal(code, 2);
  assert.match(stderr, /the server did not start[\s\S]*smtp\.port/);
  const log = await readFile(path.join(server.data, 'setup.log'), 'utf8');
  assert.match(log, /Account me@here\.test: added[\s\S]*the server did not start/);
});

test('settings that say another name are not overruled', async () => {
  await using server = await prepare({ HIKYAKU_HOSTNAME: 'other.here.test' });
  const { code, stderr } = await server.command(...flags(server, '--hostname', 'mail.here.test'));
  assert.equal(code, 2);
  assert.match(stderr, /the settings say hostname = other\.here\.test/);
});

test('serve without a set-up says how to begin', async () => {
  await using server = await prepare();
  server.launch();
  assert.equal(await server.ended(), 2);
  assert.match(server.lastWords(), /hostname is not set[\s\S]*hikyaku setup/);
});

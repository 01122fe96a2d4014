/**
 * A wrong setting refuses to start and is named, before anything listens or is written; `config check` says the same without a start.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { certificateFor } from '../../support/certificates/self-signed.ts';
import { openTestDatabase, type TestDatabase } from '../../support/database/database.ts';
import { PROGRAM, type CommandResult } from '../../support/program/running-server.ts';

let home: string;
let database: TestDatabase;

before(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'hikyaku-settings-'));
  const [own, other] = [await certificateFor('own.test'), await certificateFor('other.test')];
  await writeFile(path.join(home, 'own.crt'), own.cert);
  await writeFile(path.join(home, 'other.key'), other.key);
  await writeFile(path.join(home, 'rubbish.pem'), 'rubbish');
  database = await openTestDatabase();
});

after(async () => {
  await rm(home, { recursive: true });
  await database.close();
});

const SETTINGS = {
  'smtp.port': '0',
  'submission.port': '0',
  'submissions.port': '0',
  'imap.port': '0',
  'imaps.port': '0',
  'http.port': '0',
};

/** Runs the program with these settings alone; a server that starts in spite of them is ended. */
function run(
  args: readonly string[],
  settings: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
): Promise<CommandResult> {
  const { promise, resolve } = Promise.withResolvers<CommandResult>();
  const flags = Object.entries(settings).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
  const options = {
    cwd: home,
    env: {
      PATH: process.env['PATH']!,
      HOME: home,
      HIKYAKU_DATA_DIR: path.join(home, 'data'),
      HIKYAKU_LAB_ON: 'false',
      DATABASE_URL: database.url,
      ...env,
    },
    timeout: 30_000,
  };
  execFile(PROGRAM, [...args, ...flags], options, (error, stdout, stderr) => {
    resolve({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr });
  });
  return promise;
}

/** Each setting that is wrong, with what has to be said. */
const WRONG: readonly (readonly [Readonly<Record<string, string>>, RegExp])[] = [
  [{ 'smtp.port': 'ssh' }, /smtp\.port "ssh" from flag: /],
  [{ 'smtp.prot': '25' }, /smtp\.prot is not a setting\s+Did you mean smtp\.port\?/],
  [{ hostname: 'two words' }, /hostname "two words" from flag: is no host name/],
  [{ dns: 'resolver.test' }, /dns "resolver\.test" is no list of address:port/],
  [{ 'smtp.proxy_from': '10.0.0.0/8 10.0.0.0/33' }, /smtp\.proxy_from "10\.0\.0\.0\/33" is no net/],
  [{ 'imaps.proxy_from': 'balancer' }, /imaps\.proxy_from "balancer" is no network/],
  [{ 'tls.certificate': 'own.crt' }, /tls\.key is not set, and tls\.certificate is/],
  [{ 'tls.key': 'other.key' }, /tls\.certificate is not set, and tls\.key is/],
  [
    { 'tls.certificate': 'none.crt', 'tls.key': 'other.key' },
    /tls\.certificate.*ENOENT.*none\.crt/,
  ],
  [{ 'tls.certificate': 'rubbish.pem', 'tls.key': 'other.key' }, /tls\.certificate.*rubbish\.pem/],
  [{ 'tls.certificate': 'own.crt', 'tls.key': 'other.key' }, /tls\.certificate.*key is not that/],
  [{ 'submission.address': '203.0.113.77' }, /submission\.address this machine has no address 203/],
  [{ 'http.address': '203.0.113.77' }, /http\.address this machine has no address 203/],
  [
    { 'queue.source_addresses': '127.0.0.1 203.0.113.77' },
    /queue\.source_addresses this machine has/,
  ],
  [
    { 'queue.source_addresses': 'mx.test' },
    /queue\.source_addresses "mx\.test" from flag: is no IP/,
  ],
  [
    { database_url: 'mysql://root:secret@db/mail' },
    /database_url its value from flag: is not postgr/,
  ],
];

for (const [settings, said] of WRONG) {
  const words = Object.entries(settings).map(([key, value]) => `${key}=${value}`);
  test(`${words.join(' ')} refuses to start and is named, by a check too`, async () => {
    const given = { ...SETTINGS, ...settings };
    const started = await run(['dev'], given);
    assert.deepEqual([started.code, started.stdout], [2, '']);
    assert.match(started.stderr, /^hikyaku: the configuration is wrong: /);
    assert.match(started.stderr, said);
    assert.doesNotMatch(started.stderr, /secret|\n\s+at /);
    const checked = await run(['config', 'check', '--json'], given);
    assert.deepEqual([checked.code, checked.stderr], [1, '']);
    const { key, problem, remedy } = JSON.parse(checked.stdout) as Record<string, string>;
    assert.match(`${key} ${problem}\n  ${remedy}`, said);
    assert.match(said.source.replaceAll('\\', ''), new RegExp(`^${key}`));
  });
}

test('serve refuses by the same rules, and wants the name of the host', async () => {
  const nameless = await run(['serve'], SETTINGS);
  assert.equal(nameless.code, 2);
  assert.match(nameless.stderr, /hostname is not set\n {2}Set HIKYAKU_HOSTNAME/);
  const settings = { ...SETTINGS, hostname: 'mail.example.test', dns: 'x' };
  const { code, stderr } = await run(['serve'], settings);
  assert.equal(code, 2);
  assert.match(stderr, /dns "x" is no list/);
});

test('what is wrong in several places is told at once', async () => {
  const { stderr } = await run(['dev'], { dns: 'x', 'smtp.proxy_from': 'y', 'tls.key': 'z' });
  for (const key of ['dns', 'smtp.proxy_from', 'tls.certificate']) assert.ok(stderr.includes(key));
});

test('settings that are right are called so', async () => {
  const right = {
    dns: '127.0.0.1:5300, [::1]:53',
    'smtp.proxy_from': '10.0.0.0/8, ::1',
    'queue.source_addresses': '127.0.0.2 127.0.0.3',
  };
  const { code, stdout } = await run(['config', 'check'], right);
  assert.deepEqual([code, stdout], [0, 'The settings are right.\n']);
});

test('a port that another program has is named by its setting', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const taken = String((other.address() as AddressInfo).port);
  try {
    for (const name of ['smtp', 'submission', 'submissions', 'imap', 'imaps', 'http']) {
      const settings = { ...SETTINGS, [`${name}.port`]: taken, allow_unsafe: UNSAFE };
      const { code, stderr } = await run(['dev'], settings);
      assert.equal(code, 2, stderr);
      assert.match(
        stderr,
        new RegExp(`^hikyaku: ${name}\\.port: cannot listen on 127\\.0\\.0\\.1 port ${taken}: `),
      );
    }
  } finally {
    other.close();
  }
});

/** The server of the tests may trade durability for speed. */
const UNSAFE = 'fsync,full_page_writes,synchronous_commit';

test('a database that cannot be used is named by its setting, its password is not', async () => {
  const cases: [string, RegExp][] = [
    ['postgresql://u:secret@127.0.0.1:1/mail', /ECONNREFUSED/],
    [database.url.replace(database.name, 'no_such_database'), /no_such_database/],
  ];
  for (const [url, said] of cases) {
    const { code, stderr } = await run(['dev'], SETTINGS, { DATABASE_URL: url });
    assert.equal(code, 2, stderr);
    assert.match(stderr, /^hikyaku: database_url: the database cannot be used: /);
    assert.match(stderr, said);
    assert.doesNotMatch(stderr, /secret/);
  }
});

test('a data folder that cannot be made is named by its setting', async () => {
  const file = path.join(home, 'own.crt');
  const { code, stderr } = await run(['dev'], { ...SETTINGS, data_dir: file });
  assert.equal(code, 2, stderr);
  assert.match(stderr, /^hikyaku: data_dir: .*own\.crt/);
});

test('a password for the first accounts that is too short is named', async () => {
  await using empty = await openTestDatabase();
  const settings = { ...SETTINGS, allow_unsafe: UNSAFE };
  const env = { DATABASE_URL: empty.url, HIKYAKU_DEV_PASSWORD: 'short' };
  const { code, stderr } = await run(['dev'], settings, env);
  assert.equal(code, 2, stderr);
  assert.match(stderr, /^hikyaku: dev_password cannot be a password/);
});

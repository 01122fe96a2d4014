/** `hikyaku setup`: from an empty folder to a server for a domain, by flags; run again it changes nothing, beside a running server too. */
import assert from 'node:assert/strict';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { parse } from 'smol-toml';
import { prepareServer, type RunningServer } from '../support/running-server.ts';

const ME = 'Me@Here.test';

/** No port of it is one of production; its resolver is nobody. */
function prepare(env: Readonly<Record<string, string>> = {}): Promise<RunningServer> {
  return prepareServer({
    mode: 'serve',
    env: {
      HIKYAKU_DNS: '127.0.0.1:9',
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

async function states(server: RunningServer): Promise<Readonly<Record<string, unknown>>[]> {
  return server.json(...flags(server, '--hostname', 'mail.here.test'));
}

test('an empty folder becomes a server with settings, domain, account and the addresses of duty', async () => {
  await using server = await prepare();
  const out = await server.done(...flags(server, '--hostname', 'Mail.Here.test', '--agree-terms'));
  for (const line of [
    'Domain here.test: added, with two DKIM keys',
    'Account me@here.test: added',
    'postmaster@here.test: leads to you',
    'abuse@here.test: leads to you',
    'Start the server: hikyaku serve',
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
  const there = (await states(server)).map(({ what, state }) => `${String(what)} ${String(state)}`);
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
  const made = (await states(server)).map(({ what, state }) => `${String(what)} ${String(state)}`);
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

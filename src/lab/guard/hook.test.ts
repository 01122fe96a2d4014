import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { runDnsHook } from '#clients/acme/dns-hook';
import { heldHook } from './hook.ts';

const USER = { uid: process.getuid!(), gid: process.getgid!() };
const CHANGE = {
  action: 'add',
  name: '_acme-challenge.example.test',
  value: 'v',
  domain: 'example.test',
} as const;
const [program, ...words] = heldHook(['true'], USER);
const skip =
  spawnSync(program!, words).status === 0
    ? false
    : 'no user namespace is to be had on this machine';

/** Ends well where it gets through. */
const connecting = (target: object): string[] => [
  process.execPath,
  '-e',
  `require('node:net').connect(${JSON.stringify(target)})
    .on('connect', () => process.exit(0)).on('error', (error) => { console.log(error.code); process.exit(1); })`,
];

function run(command: readonly string[]) {
  const hook = { command: heldHook(command, USER), timeout: 30_000 };
  return runDnsHook(hook, CHANGE, new AbortController().signal);
}

test('no command is none', () => {
  assert.deepEqual(heldHook([], USER), []);
});

test('a hook has no way out, and reaches the server by its socket', { skip }, async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'hikyaku-hook-'));
  t.after(() => rm(folder, { recursive: true }));
  const socket = path.join(folder, 'control.sock');
  await using local = createServer((one) => one.end()).listen(socket);
  await using server = createServer((one) => one.end()).listen(0, '127.0.0.1');
  await Promise.all([once(local, 'listening'), once(server, 'listening')]);
  const { port } = server.address() as { port: number };
  assert.deepEqual(await run(connecting({ path: socket })), { kind: 'done' });
  for (const host of ['127.0.0.1', '192.0.2.1', '2001:db8::1']) {
    const ended = await run(connecting({ host, port }));
    assert.ok(ended.kind === 'failed', host);
    assert.match(ended.text, /ENETUNREACH|EADDRNOTAVAIL/);
  }
  assert.deepEqual(await run(['sh', '-c', `test "$(id -u) $ACME_ACTION" = "${USER.uid} add"`]), {
    kind: 'done',
  });
});

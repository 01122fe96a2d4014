/** A checkout brings its own Node.js: it starts where the machine's is 20, which could not run it. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { PROGRAM, startRunningServer } from '../../support/program/running-server.ts';

let folder: string;
/** The first node that is found is 20, and runs nothing. */
let env: { readonly PATH: string };

before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'hikyaku-node-20-'));
  const old =
    '#!/bin/sh\n[ "$1" = --version ] && exec echo v20.20.2\necho "node 20 was asked" >&2\nexit 9\n';
  await writeFile(path.join(folder, 'node'), old, { mode: 0o755 });
  env = { PATH: `${folder}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin` };
});
after(() => rm(folder, { recursive: true }));

function run(program: string, ...args: readonly string[]): string {
  const { stdout, stderr, status } = spawnSync(program, args, { env, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return stdout;
}

test('the Node.js of the checkout is taken, not the older one of the machine', () => {
  assert.equal(run('/usr/bin/env', 'node', '--version'), 'v20.20.2\n');
  const node = path.join(path.dirname(PROGRAM), 'node');
  const [major] = run(node, '-p', 'process.versions.node').split('.');
  assert.ok(Number(major) >= 24, major);
  assert.match(run(PROGRAM, '--help'), /^Usage: bin\/hikyaku /);
});

test('npm start and the command line work there', async () => {
  await using server = await startRunningServer({ npm: true, env });
  assert.deepEqual(
    (await server.json('account', 'list')).map(({ account }) => account),
    ['alice@example.test', 'bob@example.test'],
  );
  assert.equal(await server.end('SIGTERM'), 0);
  assert.doesNotMatch(await server.log(), /node 20 was asked/);
});

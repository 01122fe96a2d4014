/** A start and commands on a full disk: they end with what is wrong and a remedy, never with a stack. */
import assert from 'node:assert/strict';
import { open } from 'node:fs/promises';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { test } from 'node:test';
import { text } from 'node:stream/consumers';
import { smallDisk } from '../../support/machine/small-disk.ts';
import { PROGRAM, startRunningServer } from '../../support/program/running-server.ts';
import { runProgram } from '../../support/program/run-once.ts';

/** Says why and what to do, each on lines of its own. */
function isTold(stderr: string): void {
  assert.match(stderr, /^hikyaku: .+\n {2}\S/m);
  assert.match(stderr, /no space left on device/i);
  assert.doesNotMatch(stderr, /^ +at /m);
}

test('a first start says what PostgreSQL said', async (t) => {
  await using disk = await smallDisk(8);
  if (disk.refused !== undefined) return t.skip(disk.refused);
  // nothing else of the test's own: DATABASE_URL would spare it the disk
  const env = { PATH: process.env['PATH']!, HIKYAKU_DATA_DIR: path.join(disk.path, 'data') };
  const { code, stderr } = await runProgram(['dev', '--no-lab'], { env });
  assert.equal(code, 2);
  isTold(stderr);
});

test('a later start says that there is no room', async (t) => {
  await using disk = await smallDisk(120);
  if (disk.refused !== undefined) return t.skip(disk.refused);
  await using server = await startRunningServer({ data: path.join(disk.path, 'data') });
  await server.end('SIGTERM');
  await disk.fill();
  const { code, stderr } = await server.command('dev', '--no-lab');
  assert.equal(code, 2);
  isTold(stderr);
});

test('output that finds no room is told too', async () => {
  await using full = await open('/dev/full', 'w');
  const child = spawn(PROGRAM, ['config', 'show'], { stdio: ['ignore', full.fd, 'pipe'] });
  const [stderr, [code]] = await Promise.all([text(child.stderr!), once(child, 'exit')]);
  assert.equal(code, 2);
  isTold(stderr);
});

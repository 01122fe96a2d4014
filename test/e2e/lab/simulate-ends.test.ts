/** A simulation that is broken off leaves nothing behind: no database that goes on, no folder. */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { PROGRAM } from '../../support/program/running-server.ts';

/** @param interrupt called with the process once its first day is told; it then has to end by itself */
async function brokenOff(interrupt: (child: ChildProcess) => void): Promise<readonly string[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'hikyaku-broken-off-'));
  await chmod(folder, 0o755);
  try {
    const child = spawn(PROGRAM, ['lab', 'simulate', '--json', '--days', '90', '--letters', '1'], {
      cwd: folder,
      env: { ...process.env, TMPDIR: folder },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const exited = once(child, 'exit');
    await once(child.stdout, 'data');
    assert.equal((await simulations(folder)).length, 1);
    interrupt(child);
    await exited;
    return await simulations(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function simulations(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name.startsWith('hikyaku-simulation-'));
}

test('a simulation that a signal breaks off leaves nothing behind', async () => {
  assert.deepEqual(await brokenOff((child) => child.kill('SIGTERM')), []);
});

test('a simulation whose reader has seen enough leaves nothing behind', async () => {
  assert.deepEqual(await brokenOff((child) => child.stdout!.destroy()), []);
});

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { clearStaleSocket, controlSocketPath } from './control-socket.ts';

async function folder(): Promise<AsyncDisposable & { readonly path: string }> {
  const made = await realpath(await mkdtemp(path.join(tmpdir(), 'hikyaku-control-')));
  return {
    path: made,
    [Symbol.asyncDispose]: () => rm(made, { recursive: true, force: true }),
  };
}

test('the socket lies in the data folder where its path fits, else in a private place made from its name', async () => {
  await using data = await folder();
  assert.equal(await controlSocketPath(data.path), path.join(data.path, 'control.sock'));
  const { mkdir } = await import('node:fs/promises');
  const long = path.join(data.path, 'x'.repeat(120));
  await mkdir(long);
  const moved = await controlSocketPath(long);
  assert.ok(Buffer.byteLength(moved) <= 100);
  assert.equal(await controlSocketPath(`${long}/.`), moved);
});

test('a data folder that is not there is said to be not there', async () => {
  await assert.rejects(controlSocketPath('/nonexistent/data'), { code: 'ENOENT' });
});

test('a socket that nobody listens on any more is taken away', async () => {
  await using data = await folder();
  const file = path.join(data.path, 'control.sock');
  const { promise, resolve } = Promise.withResolvers<number | null>();
  const { spawn } = await import('node:child_process');
  // a process that ends without closing leaves its socket
  const child = spawn(process.execPath, [
    '-e',
    `require('net').createServer().listen(${JSON.stringify(file)}, () => process.kill(process.pid, 'SIGKILL'))`,
  ]);
  child.on('exit', resolve);
  await promise;
  assert.ok((await stat(file)).isSocket());
  assert.equal(await clearStaleSocket(file), true);
  await assert.rejects(stat(file), { code: 'ENOENT' });
  assert.equal(await clearStaleSocket(file), true);
});

test('a socket in use and a file that is no socket stay', async () => {
  await using data = await folder();
  const file = path.join(data.path, 'control.sock');
  const server = createServer().listen(file);
  await once(server, 'listening');
  assert.equal(await clearStaleSocket(file), false);
  assert.ok((await stat(file)).isSocket());
  server.close();
  const other = path.join(data.path, 'other');
  await writeFile(other, '');
  assert.equal(await clearStaleSocket(other), false);
});

/** Started by root, the server takes its ports and becomes the account of its settings for good. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmod, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { holdAddress, nobodyListens } from '../../support/machine/held-address.ts';
import { prepareServer, startRunningServer } from '../../support/program/running-server.ts';
import { Wire } from '../../support/smtp/wire.ts';

const SKIP = process.geteuid!() === 0 ? false : 'only root can become somebody else';
const USER = 'nobody';
const NOBODY = Number(execFileSync('id', ['-u', USER], { encoding: 'utf8' }));

function ids(status: string, what: 'Uid' | 'Gid' | 'Groups'): number[] {
  const line = new RegExp(`^${what}:\\s*(.*)$`, 'm').exec(status)![1]!;
  return line
    .split(/\s+/)
    .filter((id) => id !== '')
    .map(Number);
}

/** A port below 1024 that is free; held at another address of this machine, so that no other run of this test takes it. */
async function lowPort(): Promise<number> {
  for (let port = 1023; port >= 600; port--)
    if ((await holdAddress('127.0.6.26', port)) && (await nobodyListens('127.0.0.1', port)))
      return port;
  throw new Error('all ports from 600 to 1023 are taken');
}

test(
  'it has a port below 1024 and no right of root: other ids, other groups, no capability',
  { skip: SKIP },
  async () => {
    const port = await lowPort();
    await using server = await prepareServer({
      env: { HIKYAKU_USER: USER, HIKYAKU_SUBMISSION_PORT: String(port) },
    });
    // the folder of a first start is made by root and given away
    await rm(server.data, { recursive: true });
    await chmod(server.home, 0o755);
    await server.start();
    const status = await readFile(`/proc/${server.pid}/status`, 'utf8');
    assert.deepEqual([...new Set(ids(status, 'Uid'))], [NOBODY]);
    assert.ok(!ids(status, 'Gid').includes(0), status);
    assert.ok(!ids(status, 'Groups').includes(0), status);
    assert.match(status, /^CapEff:\s+0+$/m);
    assert.match(status, /^CapPrm:\s+0+$/m);
    assert.equal((await stat(server.data)).uid, NOBODY);
    assert.equal((await stat(server.data)).mode & 0o777, 0o700);
    assert.equal((await stat(path.join(server.data, 'control.sock'))).uid, NOBODY);
    const wire = await Wire.open(port, false);
    assert.equal((await wire.command('QUIT')).code, 221);
    assert.equal(await server.end('SIGTERM'), 0, server.lastWords());
  },
);

test('a user that there is not is told before anything is started', { skip: SKIP }, async () => {
  await using server = await prepareServer({ env: { HIKYAKU_USER: 'nobody-of-that-name' } });
  server.launch();
  assert.equal(await server.ended(), 2);
  assert.match(server.lastWords(), /there is no user nobody-of-that-name/);
});

test(
  'a key that the account may not read is told at the start, not at its renewal',
  { skip: SKIP },
  async () => {
    await using made = await startRunningServer();
    const [certificate, key] = ['self-signed.crt', 'self-signed.key'].map((name) =>
      path.join(made.data, 'tls', name),
    );
    await using server = await prepareServer({
      env: {
        HIKYAKU_USER: USER,
        HIKYAKU_TLS_CERTIFICATE: certificate!,
        HIKYAKU_TLS_KEY: key!,
      },
    });
    await rm(server.data, { recursive: true });
    server.launch();
    assert.equal(await server.ended(), 2);
    assert.match(server.lastWords(), /tls\.certificate.*EACCES/s);
  },
);

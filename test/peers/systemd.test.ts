/**
 * systemd, as far as it goes without being the first process: its own programs judge the units of deploy/systemd/, hand a socket over, and
 * hear what the server tells.
 */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { DOORS } from '#server/listeners/inherited-sockets';
import { peer } from '../support/peers/installed.ts';
import { eventually, PROGRAM, prepareServer } from '../support/program/running-server.ts';
import { Wire } from '../support/smtp/wire.ts';

const UNITS = path.resolve(import.meta.dirname, '../../deploy/systemd');

const analyze = peer('systemd-analyze', 'systemd');
const activate = peer('systemd-socket-activate', 'systemd');
const notify = peer('systemd-notify', 'systemd');
const python = peer('python3');

test(
  'the units are right in the eyes of systemd, and leave the service few rights',
  { skip: analyze.skip },
  async (t) => {
    const folder = await mkdtemp(path.join(tmpdir(), 'hikyaku-units-'));
    t.after(() => rm(folder, { recursive: true, force: true }));
    cpSync(UNITS, folder, { recursive: true });
    const service = path.join(folder, 'hikyaku.service');
    const units = readdirSync(folder).map((name) => path.join(folder, name));
    const verified = spawnSync(analyze.path, ['verify', '--man=no', ...units], {
      encoding: 'utf8',
    });
    assert.deepEqual([verified.status, verified.stderr], [0, '']);
    // tenths of the exposure level: 9.6 without any of it
    const judged = spawnSync(
      analyze.path,
      ['security', '--offline=true', '--threshold=20', '--no-pager', service],
      { encoding: 'utf8' },
    );
    assert.equal(judged.status, 0, judged.stdout.split('\n').slice(-3).join('\n'));
  },
);

test('there is a socket for every listener, under its name', () => {
  for (const name of DOORS) {
    const unit = readFileSync(path.join(UNITS, `hikyaku-${name}.socket`), 'utf8');
    assert.match(unit, new RegExp(`^FileDescriptorName=${name}$`, 'm'));
    assert.match(unit, /^Service=hikyaku\.service$/m);
  }
});

test(
  'the client that makes systemd start the server is served by it',
  { skip: activate.skip },
  async () => {
    await using server = await prepareServer();
    const listens = ['-l', `127.0.0.1:${server.ports.smtp}`, '--fdname=smtp'];
    const manager = spawn(activate.path, [...listens, PROGRAM, 'dev'], {
      cwd: server.home,
      env: server.env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    manager.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    const ended = once(manager, 'exit');
    try {
      const wire = await eventually('it listens', () =>
        Wire.open(server.ports.smtp, false).catch(() => undefined),
      );
      assert.equal((await wire.command('EHLO client.test')).code, 250);
      assert.equal((await wire.command('QUIT')).code, 221);
    } finally {
      // it has become the server
      manager.kill('SIGTERM');
      assert.deepEqual(await ended, [0, null], said);
    }
  },
);

/** Prints each datagram as a line. */
const HEAR = `
import os, socket, sys
heard = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
heard.bind(sys.argv[1])
print('listening', flush=True)
while True:
    words, passed, _, _ = socket.recv_fds(heard, 4096, 8)
    for descriptor in passed:
        os.close(descriptor)
    print(words.decode().replace('\\n', ' '), flush=True)
`;

test(
  'systemd hears when the server is ready, alive and stopping',
  { skip: notify.skip || python.skip },
  async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'hikyaku-notify-'));
    const socket = path.join(folder, 'notify');
    const ear = spawn(python.path, ['-c', HEAR, socket], { stdio: ['ignore', 'pipe', 'inherit'] });
    let heard = '';
    ear.stdout.setEncoding('utf8').on('data', (text: string) => (heard += text));
    const hears = (what: string): Promise<true> =>
      eventually(what, () => heard.includes(what) || undefined);
    try {
      await hears('listening');
      await using server = await prepareServer({
        env: { NOTIFY_SOCKET: socket, WATCHDOG_USEC: '1000000' },
      });
      await server.start();
      await hears(`READY=1 MAINPID=${server.pid}`);
      await hears('WATCHDOG=1');
      server.signal('SIGHUP');
      await hears('STATUS=reading its settings again');
      assert.equal(await server.end('SIGTERM'), 0);
      await hears('STOPPING=1');
    } finally {
      ear.kill();
      await rm(folder, { recursive: true, force: true });
    }
  },
);

/**
 * Sockets as systemd hands them over (sd_listen_fds(3)): another process listens, and gives them to each start of the server. A client
 * that connects while no server is there is served by the next one: nobody is refused. And what SIGHUP reads again.
 */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { freeLabPrefix } from '../../support/lab/network.ts';
import { eventually, prepareServer } from '../../support/program/running-server.ts';
import { Wire } from '../../support/smtp/wire.ts';
import { SocketManager } from '../../support/machine/socket-manager.ts';

test('a client that connects while the server is started again is served, and nobody is refused', async () => {
  await using server = await prepareServer();
  await using manager = await SocketManager.hold(server, ['smtp', 'submission']);
  await manager.start();
  // it is greeted when the server is up, however early it came
  const before = await Wire.open(server.ports.smtp, false);
  assert.equal((await before.command('NOOP')).code, 250);

  const stopped = manager.stop();
  assert.equal((await before.reply()).code, 421);
  const whileStopping = Wire.open(server.ports.smtp, false);
  assert.equal(await stopped, 0);
  // nobody is there, and the ports are open
  const meanwhile = [server.ports.smtp, server.ports.submission].map((port) =>
    Wire.open(port, false),
  );
  await manager.start();
  for (const client of [whileStopping, ...meanwhile]) {
    const wire = await client;
    assert.equal((await wire.command('EHLO client.test')).code, 250);
    assert.equal((await wire.command('QUIT')).code, 221);
  }
});

test('a socket for something that is no listener here is told, with what to do', async () => {
  await using server = await prepareServer();
  await using manager = await SocketManager.hold(server, ['smtp'], { LISTEN_FDNAMES: 'pop3' });
  await manager.start();
  assert.equal(await manager.ended(), 2);
});

test('SIGHUP reads the settings again: the log level holds at once, wrong ones change nothing', async () => {
  await using server = await prepareServer();
  const file = path.join(server.home, 'hikyaku.toml');
  await writeFile(file, 'log_level = "info"\n');
  await server.start();
  const { pid } = server;

  await writeFile(file, 'log_level = "debug"\n[queue]\nlifetime = "2d"\n');
  server.signal('SIGHUP');
  await eventually('it has read them', async () =>
    (await server.log()).includes(
      '"event":"server.reloaded","applied":["log_level"],"atNextStart":["queue.lifetime"]',
    ),
  );

  await writeFile(file, 'log_leve = "info"\n');
  server.signal('SIGHUP');
  await eventually('it says what is wrong', async () =>
    (await server.log()).includes('Did you mean log_level?'),
  );
  assert.equal(await server.isReady(), true);
  assert.equal(server.pid, pid);
  assert.equal(await server.end('SIGTERM'), 0);
});

test('SIGHUP names only what changed, in the practice Internet too, whose own settings stand in no file', async () => {
  const env = { HIKYAKU_LAB_ON: 'true', HIKYAKU_LAB_NETWORK: await freeLabPrefix() };
  await using server = await prepareServer({ env });
  await server.start();
  const told = async (): Promise<string[]> =>
    (await server.log()).split('\n').flatMap((line) => {
      const at = line.indexOf('"event":"server.reloaded"');
      return at < 0 ? [] : [line.slice(at)];
    });
  const file = path.join(server.home, 'hikyaku.toml');
  for (const [round, [text, changes]] of [
    ['', '"applied":[],"atNextStart":[]}'],
    ['log_level = "debug"\n', '"applied":["log_level"],"atNextStart":[]}'],
    // it holds already
    ['log_level = "debug"\n', '"applied":[],"atNextStart":[]}'],
  ].entries()) {
    await writeFile(file, text!);
    server.signal('SIGHUP');
    await eventually('it has read them', async () => (await told()).length > round);
    assert.equal((await told())[round], `"event":"server.reloaded",${changes}`);
  }
});

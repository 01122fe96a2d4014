import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Connection } from './connection.ts';

/** A client that keeps its half open, and our end of its connection. */
async function connected() {
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const client = connect({
    port: (server.address() as AddressInfo).port,
    host: '127.0.0.1',
    allowHalfOpen: true,
  });
  client.on('error', () => {});
  const [accepted] = (await once(server, 'connection')) as [Socket];
  const connection = new Connection(accepted, { address: '192.0.2.9', port: 1 });
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  connection.attach(
    { received() {}, ended() {}, drained() {}, idle() {}, closed: resolve },
    60_000,
  );
  return {
    client,
    connection,
    closed,
    [Symbol.dispose]() {
      client.destroy();
      accepted.destroy();
      server.close();
    },
  };
}

test('after the last reply a client that sends on and on is cut off, however much time it has', async () => {
  using at = await connected();
  at.connection.write('421 4.3.2 Goodbye\r\n');
  at.connection.close(60_000);
  const piece = Buffer.alloc(256 * 1024, 'x');
  let cut = false;
  void at.closed.then(() => (cut = true));
  // what the kernel holds between the two is a few megabytes
  for (let sent = 0; !cut && sent < 256; sent++) {
    if (at.client.write(piece)) await delay(1);
    else await Promise.race([once(at.client, 'drain'), at.closed, delay(2000)]);
  }
  assert.ok(cut);
});

test('after the last reply a client that sends an octet now and then wins no time by it', async () => {
  using at = await connected();
  at.connection.write('421 4.3.2 Goodbye\r\n');
  at.connection.close(400);
  let cut = false;
  void at.closed.then(() => (cut = true));
  for (let i = 0; !cut && i < 100; i++) {
    at.client.write('x');
    await delay(50);
  }
  assert.ok(cut);
});

test('what was written last arrives before the connection ends, though the client sends meanwhile', async () => {
  using at = await connected();
  at.client.write('what nobody reads');
  const heard: Buffer[] = [];
  at.client.on('data', (bytes: Buffer) => heard.push(bytes));
  at.connection.write('x'.repeat(500_000));
  at.connection.write('\r\n221 2.0.0 Goodbye\r\n');
  at.connection.close();
  await once(at.client, 'end');
  assert.equal(Buffer.concat(heard).length, 500_000 + 21);
  assert.match(Buffer.concat(heard).toString().slice(-30), /221 2\.0\.0 Goodbye\r\n$/);
});

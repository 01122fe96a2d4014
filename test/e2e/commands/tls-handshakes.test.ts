/** `hikyaku tls handshakes` beside a server at which somebody breaks TLS off. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { eventually, startRunningServer } from '../../support/program/running-server.ts';

interface Row {
  readonly network: string;
  readonly failed: number;
  readonly underTls: number;
  readonly inClear: number;
  readonly listeners: readonly string[];
  readonly reason: string;
}

test('handshakes that were broken off are counted by network, in both languages and as JSON', async () => {
  await using server = await startRunningServer();
  assert.match(
    (await server.command('tls', 'handshakes')).stderr,
    /Nobody broke off a handshake\./,
  );
  for (let i = 0; i < 3; i++) {
    const socket = connect(server.ports.submissions, '127.0.0.1');
    await once(socket, 'connect');
    socket.end('EHLO client.test\r\n');
    socket.resume();
    await once(socket, 'close');
  }
  // what is noted beside messages is written a moment later
  const row = await eventually('all are counted', async () => {
    const [first] = await server.json<Row>('tls', 'handshakes', '--since', '1h');
    return first?.failed === 3 && first;
  });
  assert.equal(row.network, '127.0.0.0/24');
  assert.deepEqual(row.listeners, ['submissions']);
  assert.deepEqual([row.underTls, row.inClear], [0, 0]);
  assert.notEqual(row.reason, '');

  const english = await server.done('tls', 'handshakes', '--lang', 'en');
  assert.match(english, /^NETWORK +BROKEN OFF/);
  assert.match(english, /^127\.0\.0\.0\/24 +3 /m);
  assert.match(await server.done('tls', 'handshakes', '--lang', 'ja'), /^ネットワーク +失敗/);
  assert.deepEqual(
    await server
      .json('tls', 'handshakes', '--since', '2026-01-01', '--limit', '1')
      .then((rows) => rows.length),
    1,
  );
});

/** What is kept of who asked the authority, also where nobody waits for the answer. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { connect } from 'node:tls';
import { test } from 'node:test';
import { startTestCa } from '../../../../test/support/lab/ca.ts';
import { eventually } from '../../../../test/support/program/running-server.ts';

test('a request whose client went away at once is noted with its party', async () => {
  await using lab = await startTestCa();
  const { hostname, port, host } = new URL(lab.ca.addressUrl);
  const socket = connectTcp(Number(port), hostname);
  const client = connect({ socket, ca: lab.ca.rootPem, servername: 'ca.test' });
  client.on('error', () => {});
  await once(client, 'secureConnect');
  client.write(`GET /given-up HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  socket.resetAndDestroy();
  const noted = await eventually(
    'the request',
    () => lab.ca.exchanges().find(({ path }) => path === '/given-up'),
    10,
  );
  assert.equal(noted.from, '127.0.0.1');
});

test('each request is noted with the party that asked, also the second one of a connection', async () => {
  await using lab = await startTestCa();
  const { hostname, port, host } = new URL(lab.ca.addressUrl);
  const parties = ['127.0.0.1', '127.0.0.2', '127.0.0.3'];
  const clients = parties.map((localAddress) => {
    const socket = connectTcp({ port: Number(port), host: hostname, localAddress });
    return connect({ socket, ca: lab.ca.rootPem, servername: 'ca.test' });
  });
  for (const round of ['first', 'second']) {
    await Promise.all(
      clients.map(async (client, i) => {
        client.write(`GET /${round}/${parties[i]} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
        await once(client, 'data');
      }),
    );
  }
  for (const client of clients) client.destroy();
  const noted = lab.ca.exchanges().map(({ from, path }) => `${path} ${from}`);
  const asked = ['first', 'second'].flatMap((round) =>
    parties.map((party) => `/${round}/${party} ${party}`),
  );
  assert.deepEqual(noted.toSorted(), asked);
});

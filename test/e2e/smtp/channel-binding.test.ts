/** Both ends of a real TLS connection must compute the same channel bindings (RFC 5929, RFC 9266). */
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { duplexPair } from 'node:stream';
import { test } from 'node:test';
import * as tls from 'node:tls';
import { generate } from 'selfsigned';
import { channelBindings } from '#protocol/sasl/channel-binding';

const pems = await generate([{ name: 'commonName', value: 'mail.example.test' }]);
const ticketKeys = Buffer.alloc(48, 7);
const certificate = new X509Certificate(pems.cert).raw;

async function handshake(version: 'TLSv1.2' | 'TLSv1.3', session?: Buffer) {
  const [serverSide, clientSide] = duplexPair();
  const secureContext = tls.createSecureContext({ key: pems.private, cert: pems.cert, ticketKeys });
  const server = new tls.TLSSocket(serverSide, { isServer: true, secureContext });
  const client = tls.connect({
    socket: clientSide,
    rejectUnauthorized: false,
    minVersion: version,
    maxVersion: version,
    ...(session && { session }),
  });
  await Promise.all([once(server, 'secure'), once(client, 'secureConnect')]);
  return {
    client,
    ofServer: channelBindings(server, 'server', certificate),
    ofClient: channelBindings(client, 'client', client.getPeerX509Certificate()?.raw),
    end: () => {
      client.destroy();
      server.destroy();
    },
  };
}

test('TLS 1.3 gives tls-exporter and tls-server-end-point, the same at both ends', async () => {
  const { ofServer, ofClient, end } = await handshake('TLSv1.3');
  assert.deepEqual(Object.keys(ofServer), ['tls-exporter', 'tls-server-end-point']);
  assert.equal(ofServer['tls-exporter']?.length, 32);
  assert.deepEqual(ofServer, ofClient);
  end();
});

test('another connection has another tls-exporter and the same tls-server-end-point', async () => {
  const one = await handshake('TLSv1.3');
  const two = await handshake('TLSv1.3');
  assert.notDeepEqual(one.ofServer['tls-exporter'], two.ofServer['tls-exporter']);
  assert.deepEqual(one.ofServer['tls-server-end-point'], two.ofServer['tls-server-end-point']);
  one.end();
  two.end();
});

test('TLS 1.2 gives tls-unique, fresh or resumed, and no tls-exporter', async () => {
  const fresh = await handshake('TLSv1.2');
  assert.deepEqual(Object.keys(fresh.ofServer), ['tls-unique', 'tls-server-end-point']);
  assert.deepEqual(fresh.ofServer, fresh.ofClient);
  const resumed = await handshake('TLSv1.2', fresh.client.getSession());
  assert.equal(resumed.client.isSessionReused(), true);
  assert.ok(resumed.ofServer['tls-unique']);
  assert.deepEqual(resumed.ofServer['tls-unique'], resumed.ofClient['tls-unique']);
  fresh.end();
  resumed.end();
});

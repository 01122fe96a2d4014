import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { test } from 'node:test';
import { connect, TLSSocket } from 'node:tls';
import { generate } from 'selfsigned';
import { readIdentityText } from './tls-context.ts';

test('with an RSA certificate too, no suite without forward secrecy is spoken', async () => {
  const made = await generate([{ name: 'commonName', value: 'mail.example.test' }], {
    keyType: 'rsa',
    keySize: 2048,
    algorithm: 'sha256',
  });
  const read = readIdentityText(Buffer.from(made.cert), Buffer.from(made.private), 'made');
  assert.ok(read.kind === 'identity');
  const { context } = read.identity;
  const server = createServer((socket) => {
    // as connection.ts does
    new TLSSocket(socket, { isServer: true, secureContext: context }).on('error', () => {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const speak = async (ciphers: string): Promise<string> => {
    const socket = connect({
      port,
      host: '127.0.0.1',
      servername: 'mail.example.test',
      rejectUnauthorized: false,
      maxVersion: 'TLSv1.2',
      ciphers,
    });
    try {
      await once(socket, 'secureConnect');
      return socket.getCipher().name;
    } catch {
      return 'none';
    } finally {
      socket.destroy();
    }
  };
  try {
    assert.equal(await speak('AES256-GCM-SHA384:AES128-SHA'), 'none');
    assert.match(await speak('ECDHE-RSA-AES128-GCM-SHA256'), /^ECDHE-RSA/);
  } finally {
    server.close();
  }
});

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectTcp, createServer, type AddressInfo, type Socket } from 'node:net';
import { test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { utf8 } from '#bytes';
import type { Event } from '#events';
import { certificateFor } from '../../../test/support/certificates/self-signed.ts';
import { Connection } from './connection.ts';
import { startTls } from './start-tls.ts';
import { readIdentityText, type TlsTerms } from './tls-context.ts';

const { cert, key } = await certificateFor('mail.example.test');

/** One client whose connection becomes TLS at once; what the session is told. */
async function secure(client: (port: number) => Socket, terms?: TlsTerms) {
  const read = readIdentityText(Buffer.from(utf8(cert)), Buffer.from(utf8(key)), 'test', terms);
  assert.ok(read.kind === 'identity');
  const noted: Event[] = [];
  const server = createServer({ pauseOnConnect: true });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const socket = client((server.address() as AddressInfo).port);
  socket.on('error', () => {});
  const [accepted] = (await once(server, 'connection')) as [Socket];
  const connection = new Connection(accepted, { address: '192.0.2.9', port: 1 });
  const session = {
    id: 'session',
    settings: {
      tls: { current: read.identity },
      listener: 'mx',
      limits: { handshakeTime: 5000 },
    },
    services: { clock: { now: () => 1 }, note: (one: Event) => noted.push(one) },
  };
  const secured = await startTls(connection, session, 'imap', () => false);
  return {
    secured,
    noted,
    socket,
    connection,
    [Symbol.dispose]() {
      socket.destroy();
      connection.destroy();
      server.close();
    },
  };
}

test('a client that breaks off the handshake is counted with its address and the reason', async () => {
  using garbage = await secure((port) => {
    const socket = connectTcp(port, '127.0.0.1');
    socket.write('this is not TLS\r\n');
    return socket;
  });
  assert.equal(garbage.secured, undefined);
  assert.deepEqual(
    garbage.noted.map(({ type, ids, personal }) => [type, ids.sessionId, personal]),
    [['session.handshake-failed', 'session', { client: '192.0.2.9' }]],
  );
  assert.match((garbage.noted[0]!.public as { reason: string }).reason, /^[ -~]{1,100}$/);
  using gone = await secure((port) => {
    const socket = connectTcp(port, '127.0.0.1');
    socket.end();
    return socket;
  });
  assert.deepEqual(gone.noted[0]!.public, {
    listener: 'mx',
    reason: 'the client went away during the handshake',
  });
});

test('who asks for other protocols alone gets no session; who asks for none, or for ours too, does', async () => {
  const offering = (...ALPNProtocols: string[]) =>
    secure((port) =>
      connectTls({
        port,
        host: '127.0.0.1',
        rejectUnauthorized: false,
        ...(ALPNProtocols.length > 0 && { ALPNProtocols }),
      }),
    );
  for (const foreign of [['http/1.1'], ['h2', 'http/1.1'], ['smtp']]) {
    using browser = await offering(...foreign);
    assert.equal(browser.secured, undefined, foreign.join());
    assert.deepEqual(browser.noted[0]!.public, {
      listener: 'mx',
      reason: 'no application protocol',
    });
  }
  for (const fine of [[], ['imap'], ['h2', 'imap']]) {
    using program = await offering(...fine);
    assert.notEqual(program.secured, undefined, fine.join());
    assert.deepEqual(program.noted, []);
  }
});

test('tickets are given unless they are switched off, and then not in any version', async () => {
  const talk = async (terms: TlsTerms): Promise<readonly [string | null, boolean]> => {
    using talked = await secure(
      (port) => connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false }),
      terms,
    );
    const client = talked.socket as ReturnType<typeof connectTls>;
    // told when there is something to resume: a ticket, or else an id
    const resumable = once(client, 'session');
    talked.connection.write('220 hello\r\n');
    await Promise.all([resumable, once(client, 'data')]);
    return [client.getProtocol(), client.getTLSTicket() !== undefined];
  };
  assert.deepEqual(await talk({ tickets: true }), ['TLSv1.3', true]);
  assert.deepEqual(await talk({ tickets: false }), ['TLSv1.2', false]);
});

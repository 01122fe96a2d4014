/**
 * The whole program with a real certificate authority: it orders by itself, every listener of every node shows the certificate, and a
 * renewal lets go of no connection.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { get } from 'node:https';
import { connect, type TLSSocket } from 'node:tls';
import { certificateFor } from '../support/certificates/self-signed.ts';
import { Pebble, pebblePeer } from '../support/peers/pebble.ts';
import {
  eventually,
  startRunningServer,
  type RunningServer,
} from '../support/program/running-server.ts';
import { startTlsOver } from '../support/sockets/start-tls-client.ts';

const HOST = 'mail.example.test';

describe('a server with certificates from Pebble', { skip: pebblePeer.skip }, () => {
  let pebble: Pebble;
  let server: RunningServer;
  let other: RunningServer;
  let root: string;

  before(async () => {
    pebble = await Pebble.start();
    root = await pebble.root();
    const env = {
      HIKYAKU_HOSTNAME: HOST,
      HIKYAKU_ACME_DIRECTORY: pebble.directory,
      HIKYAKU_ACME_TERMS_AGREED: 'yes',
      HIKYAKU_ACME_CA_FILE: pebble.caFile,
      HIKYAKU_ACME_CONTACT: 'postmaster@example.test',
    };
    const answering = { HIKYAKU_HTTP_PUBLIC_PORT: String(pebble.httpPort) };
    server = await startRunningServer({ env: { ...env, ...answering } });
    const { host, port, user, database } = server.connection;
    const url = `postgresql://${user}@localhost:${port}/${database}?host=${encodeURIComponent(host!)}`;
    other = await startRunningServer({ env: { ...env, DATABASE_URL: url } });
  });

  after(async () => {
    await other?.[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
    await pebble[Symbol.asyncDispose]();
  });

  /** The certificates that the listeners of a node show to who trusts Pebble's root alone. */
  async function shownBy({ ports }: RunningServer): Promise<string[]> {
    const sockets = await Promise.all([
      tlsTo(ports.submissions),
      tlsTo(ports.imaps),
      startTlsOver(ports.smtp, 'smtp', { ca: root, servername: HOST }),
      startTlsOver(ports.imap, 'imap', { ca: root, servername: HOST }),
    ]);
    const fingerprints = sockets.map((socket) => socket.getPeerX509Certificate()!.fingerprint256);
    for (const socket of sockets) socket.destroy();
    return [...new Set(fingerprints)];
  }

  async function tlsTo(port: number): Promise<TLSSocket> {
    const socket = connect({ port, host: '127.0.0.1', servername: HOST, ca: root });
    socket.on('error', () => {});
    await once(socket, 'secureConnect');
    return socket;
  }

  test('it orders by itself, and every listener of every node shows the certificate', async () => {
    await eventually('a certificate', async () => {
      const rows = await server.json<{ origin: string }>('certificate', 'list').catch(() => []);
      return rows.some(({ origin }) => origin === 'acme');
    });
    for (const node of [server, other]) {
      const shown = await eventually('all listeners show it', () =>
        shownBy(node).catch(() => false),
      );
      assert.equal((shown as string[]).length, 1);
    }
    // one for the host, one for each name that is published for the domain
    await eventually('all of them', async () => {
      const rows = await server.query(`select from certificate_orders where state = 'issued'`);
      return rows.length === 4;
    });
    const all = await server.query('select from certificates');
    assert.equal(all.length, 4);
  });

  test('a renewal lets go of no connection, and new ones have the new certificate on every node', async () => {
    const [before] = await shownBy(server);
    const old = await tlsTo(server.ports.imaps);
    await once(old, 'data');
    const failures: unknown[] = [];
    let running = true;
    let handshakes = 0;
    const seen = new Set<string>();
    const knocking = (async () => {
      while (running) {
        try {
          for (const fingerprint of await shownBy(server)) seen.add(fingerprint);
          handshakes += 4;
        } catch (error) {
          failures.push(error);
        }
      }
    })();
    await eventually('the old certificate is seen', () => seen.size === 1);
    await server.done('certificate', 'renew', HOST, '--force');
    for (const node of [server, other]) {
      await eventually('the new certificate on all listeners', async () => {
        const shown = await shownBy(node);
        return shown.length === 1 && shown[0] !== before;
      });
    }
    await eventually('the new one is seen too', () => seen.size === 2);
    running = false;
    await knocking;
    assert.deepEqual(failures, []);
    assert.ok(handshakes > 0);
    assert.equal(seen.size, 2);
    old.write('a NOOP\r\n');
    const [reply] = (await once(old, 'data')) as [Buffer];
    assert.match(reply.toString(), /^a OK/);
    assert.equal(old.getPeerX509Certificate()!.fingerprint256, before);
    old.destroy();
  });

  test('one certificate for several names is shown to who asks for one of them, and tells its story', async () => {
    const told = await server.done('certificate', 'request', 'www.example.test', 'example.test');
    assert.match(told, /example\.test, www\.example\.test/);
    assert.match(told, /RFC 8555 §8\.3/);
    assert.match(await server.done('certificate', 'show', 'www.example.test'), /RFC 8555 §8\.3/);
    const socket = await eventually('it is shown', async () => {
      const one = connect({
        port: server.ports.imaps,
        host: '127.0.0.1',
        ca: root,
        servername: 'www.example.test',
      });
      one.on('error', () => {});
      const [event] = await Promise.race([
        once(one, 'secureConnect').then(() => ['secure']),
        once(one, 'close').then(() => ['closed']),
      ]);
      return event === 'secure' && one;
    });
    assert.match(socket.getPeerX509Certificate()!.subjectAltName!, /DNS:example\.test/);
    socket.destroy();
    const story = await server.done('certificate', 'show', 'www.example.test', '--lang', 'ja');
    assert.match(story, /認証局が応答を確認しました/);
    const rows = await server.json<{ kind: string }>('certificate', 'renew', 'example.test');
    assert.deepEqual(
      rows.map(({ kind }) => kind),
      ['not-due'],
    );
  });

  test('export, import, revoke and remove', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'hikyaku-export-'));
    await server.done('certificate', 'export', HOST, '--to', folder);
    const key = path.join(folder, `${HOST}.key`);
    assert.equal((await stat(key)).mode & 0o777, 0o600);
    assert.match(await readFile(path.join(folder, `${HOST}.crt`), 'utf8'), /BEGIN CERTIFICATE/);
    const again = await server.command('certificate', 'export', HOST, '--to', folder);
    assert.equal(again.code, 2);
    const brought = await certificateFor('elsewhere.test');
    await writeFile(path.join(folder, 'other.crt'), brought.cert);
    await writeFile(path.join(folder, 'other.key'), brought.key);
    const files = [path.join(folder, 'other.crt'), path.join(folder, 'other.key')];
    await server.done('certificate', 'import', ...files);
    const mixed = await server.command('certificate', 'import', files[0]!, key);
    assert.equal(mixed.code, 2);
    assert.match(mixed.stderr, /the key is not that of the first certificate/);
    await server.done('certificate', 'remove', 'elsewhere.test');
    await server.done('certificate', 'revoke', 'www.example.test', '--reason', 'superseded');
    // still wanted: ordered once more by itself
    await eventually('another one', async () => {
      const rows = await server
        .json<{ names: string[]; origin: string }>('certificate', 'list')
        .catch(() => []);
      return rows.some(
        ({ names, origin }) => origin === 'acme' && names.includes('www.example.test'),
      );
    });
    await server.done('certificate', 'remove', 'www.example.test');
    const wanted = await server.command('certificate', 'remove', HOST);
    assert.match(wanted.stderr, /by itself/);
    await rm(folder, { recursive: true });
  });
});

test('a server proves its name by TLS on its public port', { skip: pebblePeer.skip }, async () => {
  await using pebble = await Pebble.start();
  await using server = await startRunningServer({
    env: {
      HIKYAKU_HOSTNAME: HOST,
      HIKYAKU_ACME_DIRECTORY: pebble.directory,
      HIKYAKU_ACME_TERMS_AGREED: 'yes',
      HIKYAKU_ACME_CA_FILE: pebble.caFile,
      HIKYAKU_ACME_CHALLENGE: 'tls-alpn-01',
      HIKYAKU_HTTPS_PUBLIC_PORT: String(pebble.tlsPort),
    },
  });
  const root = await pebble.root();
  // whoever knocks all the time is let in no more, and Pebble comes from the same address
  await eventually(
    'the certificates',
    async () => {
      const rows = await server.query(`select from certificate_orders where state = 'issued'`);
      return rows.length === 4;
    },
    90,
  );
  const status = await eventually('a page by HTTPS under the certificate', async () => {
    const { promise, resolve } = Promise.withResolvers<number | undefined>();
    const servername = 'mta-sts.example.test';
    get(
      {
        port: pebble.tlsPort,
        host: '127.0.0.1',
        servername,
        headers: { host: servername },
        ca: root,
        // no session of the time before the certificate
        agent: false,
      },
      (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      },
    ).on('error', () => resolve(undefined));
    return promise;
  });
  assert.equal(typeof status, 'number');
});

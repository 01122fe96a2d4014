/** The certificate authority of the practice Internet, asked by lego: a client of ACME that others wrote. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { serveZone } from '../../support/dns/declared-zone-server.ts';
import { startTestCa, type TestCa } from '../../support/lab/ca.ts';
import { freePort } from '../../support/machine/loopback-port.ts';
import { peer } from '../../support/peers/installed.ts';

const lego = peer('lego');

describe('certificates for lego', { skip: lego.skip }, () => {
  let lab: TestCa;
  let folder: string;
  before(async () => {
    lab = await startTestCa();
    folder = await mkdtemp(path.join(tmpdir(), 'hikyaku-lego-'));
  });
  after(async () => {
    await lab[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  interface Run {
    readonly code: number;
    readonly output: string;
  }

  function run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Run> {
    const common = ['--server', lab.ca.addressUrl, '--accept-tos', '--email', 'ops@example.test'];
    const { promise, resolve } = Promise.withResolvers<Run>();
    const options = {
      env: { PATH: process.env['PATH'], LEGO_CA_CERTIFICATES: lab.ca.rootFile, ...env },
      timeout: 60_000,
    };
    execFile(lego.path, [...common, '--path', folder, ...args], options, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : 1, output: stdout + stderr }),
    );
    return promise;
  }

  async function certificate(name: string): Promise<X509Certificate> {
    const file = path.join(folder, 'certificates', `${name}.crt`);
    return new X509Certificate(await readFile(file));
  }

  async function assertIssued(name: string): Promise<void> {
    const own = await certificate(name);
    assert.notEqual(own.checkHost(name.replace('_', 'any')), undefined);
    const [order] = lab.ca.orders();
    assert.equal(order!.status, 'valid');
    assert.equal(order!.certificate!.serial, own.serialNumber.toLowerCase());
  }

  test('by HTTP-01, renewed, and revoked', async () => {
    lab.zone.declare('www.example.test', { A: '127.0.0.1' });
    const port = await freePort();
    lab.ports.set(80, port);
    const http = ['--http', '--http.port', `127.0.0.1:${port}`, '-d', 'www.example.test'];
    const first = await run([...http, 'run']);
    assert.equal(first.code, 0, first.output);
    await assertIssued('www.example.test');
    const { serialNumber } = await certificate('www.example.test');
    const renewed = await run([...http, 'renew', '--days', '365', '--no-random-sleep']);
    assert.equal(renewed.code, 0, renewed.output);
    assert.notEqual((await certificate('www.example.test')).serialNumber, serialNumber);
    await assertIssued('www.example.test');
    const revoked = await run(['-d', 'www.example.test', 'revoke']);
    assert.equal(revoked.code, 0, revoked.output);
    assert.equal(lab.ca.orders()[0]!.steps.at(-1)!.step, 'revoked');
  });

  test('by TLS-ALPN-01, with an RSA key', async () => {
    lab.zone.declare('tls.example.test', { A: '127.0.0.1' });
    const port = await freePort();
    lab.ports.set(443, port);
    const tls = ['--tls', '--tls.port', `127.0.0.1:${port}`, '-d', 'tls.example.test'];
    const done = await run([...tls, '--key-type', 'rsa2048', 'run']);
    assert.equal(done.code, 0, done.output);
    await assertIssued('tls.example.test');
    const { publicKey } = await certificate('tls.example.test');
    assert.equal(publicKey.asymmetricKeyType, 'rsa');
  });

  test('by DNS-01, for a wildcard', async () => {
    await using panel = createServer((asked, answer) => {
      const parts: Buffer[] = [];
      asked.on('data', (part: Buffer) => parts.push(part));
      asked.on('end', () => {
        const { fqdn, value } = JSON.parse(Buffer.concat(parts).toString()) as {
          fqdn: string;
          value: string;
        };
        if (asked.url === '/present') lab.zone.declare(fqdn, { TXT: value });
        else lab.zone.withdraw(fqdn);
        answer.end();
      });
    });
    panel.listen(0, '127.0.0.1');
    await once(panel, 'listening');
    const { port } = panel.address() as AddressInfo;
    lab.zone.declare('example.test', { SOA: 'ns.example.test. admin.example.test. 1 60 60 60 60' });
    await using servers = await serveZone(lab.zone);
    const resolvers = ['--dns.resolvers', `127.0.0.1:${servers.port}`, '--dns.disable-cp'];
    const done = await run(['--dns', 'httpreq', ...resolvers, '-d', '*.example.test', 'run'], {
      HTTPREQ_ENDPOINT: `http://127.0.0.1:${port}`,
    });
    assert.equal(done.code, 0, done.output);
    await assertIssued('_.example.test');
  });

  test('where CAA names somebody else lego tells why', async () => {
    lab.zone.declare('closed.test', { A: '127.0.0.1', CAA: ['0 issue other.test'] });
    const port = await freePort();
    lab.ports.set(80, port);
    const http = ['--http', '--http.port', `127.0.0.1:${port}`, '-d', 'closed.test'];
    const refused = await run([...http, 'run']);
    assert.equal(refused.code, 1);
    assert.match(refused.output, /urn:ietf:params:acme:error:caa/);
  });
});

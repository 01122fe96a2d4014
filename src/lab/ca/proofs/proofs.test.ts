/** Proofs by HTTP and TLS as hosts of all kinds answer them. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createHttp, type RequestListener } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { createServer as createTcp, type AddressInfo, type Server, type Socket } from 'node:net';
import { test } from 'node:test';
import { createServer as createTls, type TlsOptions } from 'node:tls';
import { tcpDialer } from '#clients/smtp/dial';
import { AcmeProblem } from '#lab/ca/problem';
import type { CaStepDetail } from '#lab/ca/steps/steps';
import { challengeCertificate } from '#mail/certificates/x509';
import { certificateFor } from '../../../../test/support/certificates/self-signed.ts';
import { declaredZone } from '../../../../test/support/dns/declared-zone.ts';
import type { Look } from './look.ts';
import { proveByHttp } from './prove-by-http.ts';
import { proveByTls } from './prove-by-tls.ts';
import { proveByDns } from './prove-by-dns.ts';

const KEY_AUTHORIZATION = 'token.thumbprint';

interface World extends AsyncDisposable {
  readonly look: Look;
  readonly steps: CaStepDetail[];
}

/** Hosts by the ports that they say. */
async function world(servers: Readonly<Record<number, Server>>): Promise<World> {
  const ports = new Map<number, number>();
  const sockets = new Set<Socket>();
  for (const [port, server] of Object.entries(servers)) {
    server.on('connection', (socket: Socket) => sockets.add(socket.on('error', () => {})));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    ports.set(Number(port), (server.address() as AddressInfo).port);
  }
  const steps: CaStepDetail[] = [];
  const stop = new AbortController();
  return {
    steps,
    look: {
      resolver: declaredZone({ 'a.test': { A: '127.0.0.1' }, 'b.test': { A: '127.0.0.1' } }),
      dialer: { dial: (to) => tcpDialer.dial({ ...to, port: ports.get(to.port) ?? 1 }) },
      signal: stop.signal,
      tell: (_, step) => steps.push(step),
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      for (const server of Object.values(servers)) {
        const closed = once(server, 'close');
        server.close();
        for (const socket of sockets) socket.destroy();
        await closed;
      }
    },
  };
}

async function problemOf(proof: Promise<void>): Promise<string> {
  try {
    await proof;
    return 'proved';
  } catch (error) {
    if (!(error instanceof AcmeProblem)) throw error;
    return `${error.word}: ${error.message}`;
  }
}

async function byHttp(answer: RequestListener): Promise<string> {
  await using one = await world({ 80: createHttp(answer) });
  return await problemOf(proveByHttp(one.look, 'a.test', 'token', KEY_AUTHORIZATION));
}

test('HTTP-01: the file is asked for by name, and white space at its end is overlooked', async () => {
  const proved = await byHttp((asked, answer) => {
    assert.equal(asked.headers.host, 'a.test');
    assert.equal(asked.url, '/.well-known/acme-challenge/token');
    answer.end(`${KEY_AUTHORIZATION}\r\n`);
  });
  assert.equal(proved, 'proved');
});

test('HTTP-01: what is not the file is told, cut and without what could harm a terminal', async () => {
  assert.match(await byHttp((_, answer) => answer.writeHead(404).end()), /^unauthorized: .*404/);
  const endless = await byHttp((_, answer) => answer.end(`\x1b[31m${'x'.repeat(100_000)}`));
  assert.match(endless, /^unauthorized: .*x…"/);
  assert.ok(endless.length < 500 && !endless.includes('\x1b'));
  assert.match(await byHttp((_, answer) => void answer.destroy()), /^connection: /);
  await using speechless = await world({ 80: createTcp((socket) => socket.end('220 hello\r\n')) });
  const spoken = await problemOf(
    proveByHttp(speechless.look, 'a.test', 'token', KEY_AUTHORIZATION),
  );
  assert.match(spoken, /^connection: /);
});

test('HTTP-01: redirects lead to other names and to HTTPS, on their usual ports, and not in circles', async () => {
  const certificate = await certificateFor('b.test');
  const target = createHttps({ ...certificate }, (asked, answer) =>
    answer.end(asked.headers.host === 'b.test' && asked.url === '/x?y' ? KEY_AUTHORIZATION : '?'),
  );
  const to = (location: string): Server =>
    createHttp((_, answer) => answer.writeHead(301, { location }).end());
  await using one = await world({ 80: to('https://b.test/x?y'), 443: target });
  const prove = (look: Look) => problemOf(proveByHttp(look, 'a.test', 'token', KEY_AUTHORIZATION));
  assert.equal(await prove(one.look), 'proved');
  assert.ok(
    one.steps.some((step) => step.step === 'redirected' && step.to === 'https://b.test/x?y'),
  );
  await using circle = await world({ 80: to('/round/and/round') });
  assert.match(await prove(circle.look), /too many redirects/);
  for (const location of [
    'http://b.test:25/',
    'ftp://b.test/',
    'http://127.0.0.1/',
    'http://[::1]/',
    '//',
  ]) {
    await using other = await world({ 80: to(location) });
    assert.match(await prove(other.look), /^unauthorized: .*is not followed/, location);
  }
});

test('a name without an address is a problem of the DNS', async () => {
  await using one = await world({});
  const proof = proveByHttp(one.look, 'nowhere.test', 'token', KEY_AUTHORIZATION);
  assert.match(
    await problemOf(proof),
    /^dns: .*no valid A or AAAA records found for nowhere\.test/,
  );
  const record = proveByDns(one.look, 'a.test', KEY_AUTHORIZATION);
  assert.match(await problemOf(record), /^dns: DNS problem: NXDOMAIN looking up TXT for _acme-/);
});

test('DNS-01: another record is told as it stands there', async () => {
  await using one = await world({});
  const resolver = declaredZone({ '_acme-challenge.a.test': { TXT: ['old', 'older'] } });
  const proof = proveByDns({ ...one.look, resolver }, 'a.test', KEY_AUTHORIZATION);
  assert.equal(
    await problemOf(proof),
    'unauthorized: Incorrect TXT record "old" (and 1 more) found at _acme-challenge.a.test',
  );
});

async function byTls(options: TlsOptions): Promise<string> {
  const server = createTls(options);
  server.on('tlsClientError', () => {});
  await using one = await world({ 443: server });
  return await problemOf(proveByTls(one.look, 'a.test', KEY_AUTHORIZATION));
}

test('TLS-ALPN-01: protocol, name and digest must be right', async () => {
  const ALPNProtocols = ['acme-tls/1'];
  const right = await challengeCertificate('a.test', KEY_AUTHORIZATION, Date.now());
  assert.equal(await byTls({ ...right, ALPNProtocols }), 'proved');
  assert.match(await byTls(right), /^unauthorized: Cannot negotiate ALPN protocol/);
  assert.match(await byTls({ ...right, ALPNProtocols: ['http/1.1'] }), /^tls: /);
  const named = await challengeCertificate('b.test', KEY_AUTHORIZATION, Date.now());
  assert.match(await byTls({ ...named, ALPNProtocols }), /^unauthorized: .*not for a\.test alone/);
  const other = await challengeCertificate('a.test', 'token.other', Date.now());
  assert.match(await byTls({ ...other, ALPNProtocols }), /^unauthorized: .*not the digest/);
  const usual = await certificateFor('a.test');
  assert.match(await byTls({ ...usual, ALPNProtocols }), /^unauthorized: .*no critical acmeId/);
});

test('a host that takes the connection and says nothing is given up when the time is over', async () => {
  await using one = await world({ 80: createTcp() });
  const late = new AbortController();
  const look = { ...one.look, signal: late.signal };
  const proof = problemOf(proveByHttp(look, 'a.test', 'token', KEY_AUTHORIZATION));
  const dialled = () => one.steps.some(({ step }) => step === 'dialled');
  while (!dialled()) await new Promise((resolve) => setImmediate(resolve));
  late.abort();
  assert.match(await proof, /^connection: /);
});

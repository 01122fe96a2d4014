/** What parties ask each other by HTTPS is remembered, on real sockets: the request, the answer, or why nothing was asked. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { before, test } from 'node:test';
import { utf8 } from '#bytes';
import { httpsGet } from '#clients/https/get';
import { httpsPost } from '#clients/https/post';
import type { ExchangeOptions } from '#clients/https/exchange';
import type { Dialer } from '#clients/smtp/dial';
import { HOSTS, type LabHost } from '#lab/addresses';
import { placesOf } from '#lab/replay/places';
import { servePolicy } from '#lab/providers/serve-policy';
import { findProvider, PROVIDERS } from '#lab/providers/tables/list';
import { readIdentityText } from '#servers/net/tls-context';
import {
  issue,
  rootAuthority,
  type Authority,
} from '../../../../test/support/certificates/authority.ts';
import { declaredZone } from '../../../../test/support/dns/declared-zone.ts';
import { startHttpsHost, type HttpsHost } from '../../../../test/support/sockets/https-host.ts';
import { freePort } from '../../../../test/support/machine/loopback-port.ts';
import { HttpExchanges, type KeptExchange } from './exchanges.ts';
import { httpSteps } from './steps.ts';

const POLICY = '/.well-known/mta-sts.txt';
const HOST = 'mta-sts.bigmail.test';
const TOKEN = 'qX7-_b2fK0aLr5Tn8Vw1Yz3C';
const zone = declaredZone({
  [HOST]: { A: '127.0.0.1' },
  'list.test': { A: '127.0.0.1' },
  'other.test': { A: '127.0.0.1' },
});
const places = placesOf((host: LabHost) => `127.20.${HOSTS[host]}`);
let root: Authority;

before(async () => {
  root = await rootAuthority('Root');
});

function optionsFor(port: number): ExchangeOptions {
  const dialer: Dialer = {
    localAddress: '127.20.25.25',
    dial({ address }) {
      const socket = connect({ port, host: address, localAddress: '127.20.25.25' });
      return new Promise((resolve) => {
        socket.once('connect', () => resolve({ kind: 'connected', socket }));
        socket.once('error', ({ message: detail }) =>
          resolve({ kind: 'network', reason: 'refused', detail }),
        );
      });
    },
  };
  return {
    resolver: zone,
    dialer,
    mayReach: () => true,
    ca: [root.cert],
    maxOctets: 10_000,
    timeoutMs: 5000,
  };
}

function watch(most?: number): HttpExchanges {
  const isWatched = (address: string): boolean => address === '127.0.0.1';
  return new HttpExchanges({
    clock: { now: () => 1000 },
    isWatched,
    ...(most !== undefined && { most }),
  });
}

async function hosted(
  answer: HttpsHost['answer'],
  names = [HOST, 'list.test'],
): Promise<HttpsHost> {
  return startHttpsHost(await issue(root, { names }), answer);
}

const told = (exchange: KeptExchange, language: 'en' | 'ja' = 'en') =>
  httpSteps(exchange, [], { places, language, timeZone: 'UTC' });

test('the policy that a provider serves is fetched and told: who asked whom, why, and what it says', async () => {
  using exchanges = watch();
  const provider = findProvider('bigmail.test', PROVIDERS)!;
  const { cert, key } = await issue(root, { names: [HOST] });
  const read = readIdentityText(Buffer.from(cert), Buffer.from(key), HOST);
  assert.ok(read.kind === 'identity');
  const port = await freePort();
  await using _host = await servePolicy({
    provider,
    network: { addressOf: () => '127.0.0.1', localPort: () => port },
    identity: { current: read.identity },
  });
  const fetched = await httpsGet(HOST, POLICY, { ...optionsFor(port), mediaType: 'text/plain' });
  assert.equal(fetched.kind, 'body');
  const [exchange] = exchanges.list();
  assert.deepEqual(
    [exchange!.from, exchange!.host, exchange!.secure, exchange!.status],
    ['127.20.25.25', HOST, true, 200],
  );
  for (const language of ['en', 'ja'] as const) {
    const [asked, answered] = told(exchange!, language);
    assert.equal(asked!.text, `GET https://${HOST}${POLICY}`);
    assert.deepEqual([asked!.from, asked!.why[0]!.rfc], ['mail.example.test', 'RFC 8461 §3.3']);
    assert.equal(answered!.why[0]!.rfc, 'RFC 8461 §3.2');
    const lines = answered!.lines.map(({ text }) => text);
    assert.ok(
      lines.includes('< HTTP/1.1 200 OK') && lines.includes('< mode: enforce'),
      lines.join('\n'),
    );
  }
});

test('the one click out of a list is told without the token in its address, and the body with what it asks', async () => {
  using exchanges = watch();
  await using host = await hosted((asked, response) => {
    asked.resume().on('end', () => {
      response.setHeader('Set-Cookie', `a=${TOKEN}`);
      response.write(`<p>Done</p><input type="hidden" value="${TOKEN}">`);
      response.end('.');
    });
  });
  const body = utf8('List-Unsubscribe=One-Click');
  const mediaType = 'application/x-www-form-urlencoded';
  await httpsPost('list.test', `/u/${TOKEN}`, body, { ...optionsFor(host.port), mediaType });
  const [exchange] = exchanges.list();
  assert.ok(!JSON.stringify([exchange, told(exchange!)]).includes(TOKEN));
  const [asked, answered] = told(exchange!);
  assert.deepEqual(
    [asked!.text, asked!.why[0]!.rfc],
    ['POST https://list.test/u/…', 'RFC 8058 §3.2'],
  );
  assert.ok(asked!.lines.some(({ text }) => text === '> List-Unsubscribe=One-Click'));
  assert.ok(answered!.lines.some(({ text }) => text.startsWith('< set-cookie: …')));
});

test('what was not asked, since the certificate is for another name or nobody listens, is told with the reason', async () => {
  using exchanges = watch();
  await using host = await hosted('policy');
  const options = { ...optionsFor(host.port), mediaType: 'text/plain' };
  await httpsGet('other.test', POLICY, options);
  await httpsGet('nowhere.test', POLICY, options);
  await httpsGet(HOST, POLICY, { ...optionsFor(1), mediaType: 'text/plain' });
  assert.deepEqual(
    exchanges.list().map(({ failure, from, to }) => [failure!.reason, from, to]),
    [
      ['certificate', '127.20.25.25', '127.0.0.1'],
      ['no-address', '127.20.25.25', ''],
      ['connect', '127.20.25.25', '127.0.0.1'],
    ],
  );
  for (const exchange of exchanges.list())
    assert.equal(told(exchange)[0]!.from, 'mail.example.test');
  const [, failed] = told(exchanges.list()[0]!);
  assert.match(failed!.text, /^The certificate is not valid for the name/);
});

test('large bodies, long addresses and many headers are kept to their beginning; the newest exchanges stay', async () => {
  using exchanges = watch(3);
  await using host = await hosted((_, response) => {
    response.writeHead(200, { 'content-type': 'text/plain' }).end('x '.repeat(100_000));
  });
  const options = { ...optionsFor(host.port), maxOctets: 300_000, mediaType: 'text/plain' };
  for (let index = 0; index < 5; index++) await httpsGet(HOST, `/${'a/'.repeat(2000)}`, options);
  const kept = exchanges.list();
  assert.deepEqual(
    kept.map(({ number }) => number),
    [3, 4, 5],
  );
  assert.ok(kept.every((one) => JSON.stringify(one).length < 4000));
  assert.equal(kept[0]!.answer.octets, 200_000);
  assert.match(told(kept[0]!)[1]!.lines.at(-1)!.text, /^200000 octets in all/);
});

test('what goes to other addresses is not kept, nor anything once nobody watches', async () => {
  const exchanges = watch();
  using elsewhere = new HttpExchanges({ clock: { now: () => 0 }, isWatched: () => false });
  await using host = await hosted('policy');
  const options = { ...optionsFor(host.port), mediaType: 'text/plain' };
  await httpsGet(HOST, POLICY, options);
  exchanges[Symbol.dispose]();
  await httpsGet(HOST, POLICY, options);
  assert.deepEqual([exchanges.list().length, elsewhere.list().length], [1, 0]);
});

/** The page by which somebody leaves a list: what unsubscribes, and what must not. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import type { FastifyInstance } from 'fastify';
import { silentLog } from '#log';
import type { LeavingDesk } from '#mail/unsubscribe/leave';
import { openToken, sealToken, tokenKeys, type Subscription } from '#mail/unsubscribe/token';
import { publicApp } from './app.ts';
import { addUnsubscribe } from './unsubscribe.ts';

const KEYS = tokenKeys(Buffer.alloc(32, 3));
const BOB: Subscription = {
  tenantId: '1',
  messageId: '01k5s0c3rv4m7',
  recipientId: 1,
  stream: 'news.example.test',
  address: '<b>"bob"@other.test',
};
const TOKEN = sealToken(KEYS, BOB)!;
const PATH = `/u/${TOKEN}`;
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const ONE_CLICK = 'List-Unsubscribe=One-Click';

let left: Subscription[];
let app: FastifyInstance;

beforeEach(() => {
  left = [];
  const desk: LeavingDesk = {
    look: (token) => openToken(KEYS, token),
    leave: (subscription) => {
      left.push(subscription);
      return Promise.resolve();
    },
  };
  ({ app } = publicApp(silentLog));
  addUnsubscribe(app, { desk: () => desk, lang: 'en' });
});

afterEach(() => app.close());

test('one POST unsubscribes: 200, no redirect, no cookie (RFC 8058 §3.2)', async () => {
  const answer = await app.inject({ method: 'POST', url: PATH, headers: FORM, body: ONE_CLICK });
  assert.equal(answer.statusCode, 200);
  assert.equal(answer.headers.location, undefined);
  assert.equal(answer.headers['set-cookie'], undefined);
  assert.deepEqual(left, [BOB]);
});

test('the form may come as multipart/form-data too, and with fields beside', async () => {
  const multipart = [
    '--b',
    'Content-Disposition: form-data; name="List-Unsubscribe"',
    '',
    'One-Click',
    '--b--',
    '',
  ];
  for (const [type, body] of [
    ['multipart/form-data; boundary=b', multipart.join('\r\n')],
    ['application/x-www-form-urlencoded; charset=utf-8', `x=y&${ONE_CLICK}&z=`],
    ['application/x-www-form-urlencoded', `${ONE_CLICK}\r\n`],
  ] as const) {
    left = [];
    const headers = { 'content-type': type };
    const answer = await app.inject({ method: 'POST', url: PATH, headers, body });
    assert.equal(answer.statusCode, 200, type);
    assert.equal(left.length, 1, type);
  }
});

test('who only looks unsubscribes nobody: GET asks first, HEAD is harmless', async () => {
  const got = await app.inject({ url: PATH });
  assert.equal(got.statusCode, 200);
  assert.match(got.body, /<form method="post">/);
  assert.match(got.body, /name="List-Unsubscribe" value="One-Click"/);
  assert.doesNotMatch(got.body, /<script|<b>"bob/);
  assert.match(got.body, /&lt;b&gt;/);
  assert.match(
    String(got.headers['content-security-policy']),
    /default-src 'none'.*form-action 'self'/,
  );
  const head = await app.inject({ method: 'HEAD', url: PATH });
  assert.equal(head.statusCode, 200);
  assert.equal(head.body, '');
  assert.deepEqual(left, []);
});

test('the page is in the language of its reader', async () => {
  const language = async (accept: string): Promise<unknown> =>
    (await app.inject({ url: PATH, headers: { 'accept-language': accept } })).headers[
      'content-language'
    ];
  assert.equal(await language('ja-JP, en;q=0.5'), 'ja');
  assert.equal(await language('de'), 'en');
});

test('a wrong token is not found, whatever is asked, and nothing more is told', async () => {
  const wrong = [
    '/u/',
    '/u/x',
    `/u/${TOKEN.slice(0, -2)}`,
    `/u/${TOKEN}/`.replace(TOKEN, TOKEN.toLowerCase()),
    `/u/${'A'.repeat(4000)}`,
    '/u/..%2f..%2fetc',
    '/u/%00',
  ];
  for (const url of wrong)
    for (const method of ['GET', 'POST', 'HEAD'] as const) {
      const body = method === 'POST' ? { headers: FORM, body: ONE_CLICK } : {};
      const answer = await app.inject({ method, url, ...body });
      assert.equal(answer.statusCode, 404, `${method} ${url}`);
      if (method !== 'HEAD') assert.equal(answer.body, 'not found\n');
    }
  assert.deepEqual(left, []);
});

test('a POST that does not say One-Click changes nothing, and a large one is not read', async () => {
  for (const body of [
    '',
    'List-Unsubscribe=No',
    'xList-Unsubscribe=One-Click',
    '{"List-Unsubscribe":"One-Click"}',
  ]) {
    const answer = await app.inject({ method: 'POST', url: PATH, headers: FORM, body });
    assert.equal(answer.statusCode, 400, body);
  }
  const large = await app.inject({
    method: 'POST',
    url: PATH,
    headers: FORM,
    body: `${'x=y&'.repeat(5000)}${ONE_CLICK}`,
  });
  assert.equal(large.statusCode, 413);
  assert.deepEqual(left, []);
});

test('a page for all bulk mail names no list', async () => {
  const token = sealToken(KEYS, { ...BOB, stream: 'bulk' })!;
  const { body } = await app.inject({ url: `/u/${token}` });
  assert.match(body, /bulk mail from this sender/);
});

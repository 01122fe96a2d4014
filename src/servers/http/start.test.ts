import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, test } from 'node:test';
import { event } from '#events';
import { silentLog } from '#log';
import { startHttp, type HttpServer } from './start.ts';
import {
  addTestAccounts,
  openTestStore,
  type TestStore,
} from '../../../test/support/store/store.ts';

let opened: TestStore;
let http: HttpServer;

before(async () => {
  opened = await openTestStore();
  await addTestAccounts(opened.store, 'example.test', ['alice']);
  http = await start(0);
});

after(async () => {
  await http.stop();
  await opened[Symbol.asyncDispose]();
});

async function start(port: number): Promise<HttpServer> {
  const started = await startHttp({
    address: '127.0.0.1',
    port,
    store: opened.store,
    lang: 'en',
    log: silentLog,
  });
  if (started.kind === 'failed') throw new Error(started.message);
  return started;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** Node's fetch sets Host itself; here a test may. */
function get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  request({ host: '127.0.0.1', port: http.port, path, headers }, (response) => {
    let text = '';
    response.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    response.on('end', () =>
      resolve({ status: response.statusCode!, headers: response.headers, text }),
    );
  })
    .on('error', reject)
    .end();
  return promise;
}

const FACTS = {
  hostname: 'mail.example.test',
  mode: 'dev' as const,
  sights: undefined,
  ports: { smtp: 1, submission: 2, submissions: 3, imap: 2143, imaps: 2993, http: 4 },
  connections: { smtp: () => 7, imap: () => 5 },
  abuse: { bans: () => 3, refused: () => 11 },
  certificates: () => [{ name: 'mail.example.test', notAfter: 1_800_000_000_000 }],
};

test('it is alive at once, ready only between ready and unready, and says why not', async () => {
  http.unready();
  assert.equal((await get('/health/live')).status, 200);
  const early = await get('/health/ready');
  assert.equal(early.status, 503);
  assert.deepEqual(JSON.parse(early.text).checks[0], {
    name: 'listeners',
    ok: false,
    reason: 'starting or stopping',
  });
  http.ready(FACTS);
  const ready = await get('/health/ready');
  assert.equal(ready.status, 200);
  assert.equal(JSON.parse(ready.text).status, 'ready');
  http.unready();
  assert.equal((await get('/health/ready')).status, 503);
});

test('it is not ready without its database', async () => {
  http.ready(FACTS);
  const { pool } = opened.store;
  const broken = Object.create(opened.store, {
    pool: { value: { query: () => Promise.reject(new Error('gone')) } },
  });
  const other = await startHttp({
    address: '127.0.0.1',
    port: 0,
    store: broken,
    lang: 'en',
    log: silentLog,
  });
  assert.ok(other.kind === 'running' && pool !== undefined);
  other.ready(FACTS);
  const response = await fetch(`http://127.0.0.1:${other.port}/health/ready`);
  const body = (await response.json()) as { checks: { name: string; reason?: string }[] };
  await other.stop();
  assert.equal(response.status, 503);
  assert.equal(body.checks.find(({ name }) => name === 'database')!.reason, 'gone');
});

test('metrics follow the committed events and the queue', async () => {
  http.ready(FACTS);
  const login = {
    public: { listener: 'submission', mechanism: 'PLAIN', tls: null },
    personal: { client: 'x', login: 'y' },
  };
  http.countEvents([
    event('session.authenticated', 0, {}, login),
    event('session.authenticated', 0, {}, login),
    event(
      'address.suppressed',
      0,
      {},
      {
        public: { reason: 'hard-bounce', stream: 'bulk', until: null },
        personal: { address: 'x@y.test', detail: '' },
      },
    ),
    event(
      'recipient.suppressed',
      0,
      {},
      {
        public: { reason: 'complaint', stream: 'bulk', until: null },
        personal: { forwardPath: 'x@y.test' },
      },
    ),
  ]);
  const { text, headers } = await get('/metrics');
  assert.match(String(headers['content-type']), /^text\/plain/);
  assert.match(text, /^hikyaku_authentications_total\{result="authenticated"\} 2$/m);
  assert.match(text, /^hikyaku_events_total\{type="session.authenticated"\} 2$/m);
  assert.match(text, /^hikyaku_suppressions_total\{reason="hard-bounce"\} 1$/m);
  assert.match(text, /^hikyaku_recipients_suppressed_total\{reason="complaint"\} 1$/m);
  assert.match(text, /^hikyaku_smtp_connections 7$/m);
  assert.match(text, /^hikyaku_imap_connections 5$/m);
  assert.match(
    text,
    /^hikyaku_certificate_expires_timestamp_seconds\{name="mail\.example\.test"\} 1800000000$/m,
  );
  assert.match(text, /^# TYPE hikyaku_queue_recipients gauge$/m);
  // an empty queue is a figure, for dashboards and alerts
  for (const name of ['recipients', 'due', 'held', 'oldest_seconds'])
    for (const stream of ['transactional', 'bulk', 'dsn', 'forward'])
      assert.match(text, new RegExp(`^hikyaku_queue_${name}\\{stream="${stream}"\\} 0$`, 'm'));
  assert.match(text, /^hikyaku_nodejs_eventloop_lag_seconds /m);
});

test('the landing page comes in the language that is asked for, with a policy', async () => {
  http.ready(FACTS);
  const page = await get('/', { 'accept-language': 'ja' });
  assert.equal(page.headers['content-language'], 'ja');
  assert.match(String(page.headers['content-security-policy']), /default-src 'none'/);
  assert.match((await get('/?lang=en', { 'accept-language': 'ja' })).text, /What to try next/);
});

test('a request for another host is turned away, and no answer may be read by other origins', async () => {
  assert.equal((await get('/health/live', { host: 'evil.test' })).status, 421);
  const answer = await get('/health/live', { origin: 'https://evil.test' });
  assert.equal(answer.headers['access-control-allow-origin'], undefined);
});

test('what is not there is 404, and a body is not taken', async () => {
  assert.equal((await get('/nothing')).status, 404);
  const response = await fetch(`http://127.0.0.1:${http.port}/`, {
    method: 'POST',
    body: 'x'.repeat(5000),
  });
  assert.ok(response.status >= 400 && response.status < 500);
});

test('a port that is taken is a failure with a remedy', async () => {
  const second = await startHttp({
    address: '127.0.0.1',
    port: http.port,
    store: opened.store,
    lang: 'en',
    log: silentLog,
  });
  assert.equal(second.kind, 'failed');
  assert.match(second.kind === 'failed' ? second.remedy : '', /HIKYAKU_HTTP_PORT/);
});

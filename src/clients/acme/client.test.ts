import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { accountKey } from '#protocol/acme/jws';
import { AcmeClient } from './client.ts';
import { AcmeError, type AcmeFailure } from './failure.ts';
import type { HttpAnswer, HttpRequest, Transport } from './request.ts';

const CA = 'https://ca.test';
const DIRECTORY = {
  newNonce: `${CA}/nonce`,
  newAccount: `${CA}/account`,
  newOrder: `${CA}/order`,
  revokeCert: `${CA}/revoke`,
  renewalInfo: `${CA}/renewal/`,
};
const ORDER = {
  status: 'pending',
  identifiers: [{ type: 'dns', value: 'a.test' }],
  authorizations: [`${CA}/authz/1`],
  finalize: `${CA}/finalize/1`,
};
const KEY = accountKey(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
const NOW = Date.parse('2026-11-26T00:00:00Z');

type Answer = Partial<Omit<HttpAnswer, 'body'>> & { readonly body?: object | string };

/** Answers `POST /order` and the like one after the other; directory and nonces by itself. */
function authority(
  answers: Readonly<Record<string, readonly (Answer | Error)[]>>,
  directory: object = DIRECTORY,
) {
  const asked: HttpRequest[] = [];
  const left = new Map(Object.entries(answers).map(([path, list]) => [path, [...list]]));
  let nonces = 0;
  const transport: Transport = {
    request(request) {
      asked.push(request);
      const path = new URL(request.url).pathname;
      const nonce = { 'replay-nonce': `n${++nonces}` };
      const answer: Answer | Error =
        left.get(path)?.shift() ??
        (path === '/dir' ? { body: directory } : path === '/nonce' ? {} : { status: 404 });
      if (answer instanceof Error) return Promise.reject(answer);
      const { status = 200, headers, body = '' } = answer;
      return Promise.resolve({
        status,
        headers: { ...(path !== '/dir' && nonce), ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      });
    },
    [Symbol.dispose]() {},
  };
  const client = new AcmeClient({
    transport,
    directory: `${CA}/dir`,
    key: KEY,
    clock: { now: () => NOW },
    signal: new AbortController().signal,
  });
  client.useAccount(`${CA}/account/1`);
  return { client, asked };
}

function payloadOf({ body }: HttpRequest): Record<string, unknown> {
  const { payload } = JSON.parse(body!) as { payload: string };
  return JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
}

function nonceOf({ body }: HttpRequest): string {
  const jws = JSON.parse(body!) as { protected: string };
  return (JSON.parse(Buffer.from(jws.protected, 'base64url').toString()) as { nonce: string })
    .nonce;
}

async function failureOf(promise: Promise<unknown>): Promise<AcmeFailure> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof AcmeError, String(error));
  return error.failure;
}

const BAD_NONCE = {
  status: 400,
  body: { type: 'urn:ietf:params:acme:error:badNonce', detail: 'used before' },
};
const MADE = { status: 201, headers: { location: `${CA}/order/1` }, body: ORDER };

test('a request whose nonce is refused is sent again with the nonce of the refusal', async () => {
  const { client, asked } = authority({ '/order': [BAD_NONCE, BAD_NONCE, MADE] });
  const { url } = await client.newOrder(['a.test'], undefined);
  assert.equal(url, `${CA}/order/1`);
  assert.equal(client.refusedNonces, 2);
  const nonces = asked.filter(({ method }) => method === 'POST').map(nonceOf);
  assert.equal(new Set(nonces).size, 3);
  assert.equal(asked.filter(({ method }) => method === 'HEAD').length, 1);
});

test('an authority that takes no nonce at all is given up', async () => {
  const { client, asked } = authority({ '/order': Array.from({ length: 50 }, () => BAD_NONCE) });
  const failure = await failureOf(client.newOrder(['a.test'], undefined));
  assert.equal(failure.kind, 'problem');
  assert.equal(asked.filter(({ method }) => method === 'POST').length, 12);
});

test('a rate limit comes back at once, with its words and the time to wait', async () => {
  const { client } = authority({
    '/order': [
      {
        status: 429,
        headers: { 'retry-after': 'Thu, 26 Nov 2026 02:00:00 GMT' },
        body: {
          type: 'urn:ietf:params:acme:error:rateLimited',
          detail: 'too many certificates (5) already issued for this exact set of identifiers',
        },
      },
    ],
  });
  const failure = await failureOf(client.newOrder(['a.test'], undefined));
  assert.ok(failure.kind === 'problem');
  assert.equal(failure.retryAfter, 2 * 60 * 60 * 1000);
  assert.match(failure.problem.detail, /exact set of identifiers/);
});

test('what answers in the place of an authority is told apart from one that is down', async () => {
  const page = { status: 403, body: '<html>a proxy</html>' };
  const failures = [
    await failureOf(authority({ '/dir': [page] }).client.directory()),
    await failureOf(
      authority({ '/dir': [{ body: { newNonce: 'http://ca.test/' } }] }).client.directory(),
    ),
    await failureOf(authority({ '/dir': [{ body: 'no JSON' }] }).client.directory()),
    await failureOf(
      authority({ '/dir': [{ status: 503, body: 'maintenance' }] }).client.directory(),
    ),
    await failureOf(authority({ '/dir': [new Error('connect ECONNREFUSED')] }).client.directory()),
  ];
  assert.deepEqual(
    failures.map(({ kind }) => kind),
    ['not-acme', 'not-acme', 'not-acme', 'problem', 'unreachable'],
  );
});

test('a nonce that could break a header is not used, and none is asked for endlessly', async () => {
  const { client } = authority({ '/nonce': [{ headers: { 'replay-nonce': 'a"b\n' } }] });
  assert.equal((await failureOf(client.newOrder(['a.test'], undefined))).kind, 'not-acme');
});

test('what a certificate takes the place of is said only where the authority knows of it (RFC 9773 §5)', async () => {
  const knows = authority({ '/order': [MADE] });
  await knows.client.newOrder(['a.test'], 'aki.serial');
  assert.equal(payloadOf(knows.asked.at(-1)!)['replaces'], 'aki.serial');
  const { renewalInfo: _, ...without } = DIRECTORY;
  const ignorant = authority({ '/order': [MADE] }, without);
  await ignorant.client.newOrder(['a.test'], 'aki.serial');
  assert.equal('replaces' in payloadOf(ignorant.asked.at(-1)!), false);
  assert.equal(await ignorant.client.renewalInfo('aki.serial'), undefined);
});

test('renewal information is a window, a page, and when to ask again (RFC 9773 §4)', async () => {
  const { client, asked } = authority({
    '/renewal/aki.serial': [
      {
        headers: { 'retry-after': '21600' },
        body: {
          suggestedWindow: { start: '2026-12-01T00:00:00Z', end: '2026-12-02T00:00:00Z' },
          explanationURL: 'https://ca.test/why',
        },
      },
    ],
  });
  assert.deepEqual(await client.renewalInfo('aki.serial'), {
    start: Date.parse('2026-12-01T00:00:00Z'),
    end: Date.parse('2026-12-02T00:00:00Z'),
    explanation: 'https://ca.test/why',
    retryAfter: 21_600_000,
  });
  // nobody needs to sign for that
  assert.equal(asked.at(-1)!.method, 'GET');
});

test('a contact is told as a mail address, and none as none', async () => {
  const made = { status: 201, headers: { location: `${CA}/account/2` }, body: { status: 'valid' } };
  const { client, asked } = authority({ '/account': [made, made] });
  assert.deepEqual(await client.register({ contact: 'ops@a.test', external: undefined }), {
    url: `${CA}/account/2`,
    isNew: true,
  });
  assert.deepEqual(payloadOf(asked.at(-1)!), {
    termsOfServiceAgreed: true,
    contact: ['mailto:ops@a.test'],
  });
  await client.register({ contact: '', external: undefined });
  assert.deepEqual(payloadOf(asked.at(-1)!), { termsOfServiceAgreed: true });
});

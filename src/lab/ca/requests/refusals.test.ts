/** What the authority refuses over the wire, each with the problem that the RFC has for it. */
import assert from 'node:assert/strict';
import { X509Certificate, createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { get } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { accountKey } from '#protocol/acme/jws';
import { certificateRequest, newPrivateKey } from '#mail/certificates/x509';
import {
  AcmeAsker,
  newAccountKey,
  type Question,
} from '../../../../test/support/certificates/acme-asker.ts';
import { startTestCa, type TestCa } from '../../../../test/support/lab/ca.ts';

let lab: TestCa;
let asker: AcmeAsker;
let base: string;
before(async () => {
  lab = await startTestCa();
  asker = new AcmeAsker(lab);
  base = asker.base;
  await asker.register();
});
after(async () => {
  asker[Symbol.dispose]();
  await lab[Symbol.asyncDispose]();
});

const NEW_ORDER = { identifiers: [{ type: 'dns', value: 'a.test' }] };

async function refused(question: Question): Promise<string> {
  const { status, headers, json } = await asker.ask(question);
  assert.ok(status >= 400, `status ${status}`);
  assert.equal(headers['content-type'], 'application/problem+json');
  // RFC 8555 §6.5: a fresh one with every refusal
  assert.match(headers['replay-nonce'] as string, /^[\w-]{22}$/);
  return `${status} ${(json['type'] as string).replace('urn:ietf:params:acme:error:', '')}`;
}

test('the directory names every resource, and who the authority is for CAA', async () => {
  const answer = await asker.get('/dir');
  const directory = JSON.parse(answer.body) as Record<string, unknown>;
  assert.deepEqual(Object.keys(directory), [
    'newNonce',
    'newAccount',
    'newOrder',
    'revokeCert',
    'keyChange',
    'renewalInfo',
    'meta',
  ]);
  assert.deepEqual((directory['meta'] as { caaIdentities: string[] }).caaIdentities, ['ca.test']);
  assert.match((await asker.get('/terms')).body, /練習用/);
});

test('a nonce is good once', async () => {
  const nonce = await asker.nonce();
  const url = `${base}/order/new`;
  assert.equal((await asker.ask({ url, nonce, payload: NEW_ORDER })).status, 201);
  assert.equal(await refused({ url, nonce, payload: NEW_ORDER }), '400 badNonce');
  assert.equal(await refused({ url, nonce: 'made-up', payload: NEW_ORDER }), '400 badNonce');
});

test('what was signed for another address, or by another key, or altered, is not believed', async () => {
  const url = `${base}/order/new`;
  const payload = NEW_ORDER;
  assert.equal(await refused({ url, signedUrl: asker.account!, payload }), '403 unauthorized');
  assert.equal(await refused({ url, key: newAccountKey(), payload }), '403 unauthorized');
  const other = Buffer.from(JSON.stringify({ identifiers: [{ type: 'dns', value: 'b.test' }] }));
  const altered = (body: string): string =>
    JSON.stringify({ ...(JSON.parse(body) as object), payload: other.toString('base64url') });
  assert.equal(await refused({ url, payload, spoil: altered }), '403 unauthorized');
});

test('an account is asked for where one is needed, and a key where none can be', async () => {
  const payload = NEW_ORDER;
  assert.equal(
    await refused({ url: `${base}/order/new`, account: undefined, payload }),
    '400 malformed',
  );
  assert.equal(await refused({ url: `${base}/account/new`, payload: {} }), '400 malformed');
  const account = `${base}/account/nobody`;
  assert.equal(
    await refused({ url: `${base}/order/new`, account, payload }),
    '400 accountDoesNotExist',
  );
});

test('bodies that are no JWS as RFC 8555 wants them are malformed', async () => {
  const url = `${base}/order/new`;
  const header = (change: object) => (body: string) => {
    const jws = JSON.parse(body) as { protected: string };
    const head = JSON.parse(Buffer.from(jws.protected, 'base64url').toString()) as object;
    const changed = Buffer.from(JSON.stringify({ ...head, ...change })).toString('base64url');
    return JSON.stringify({ ...jws, protected: changed });
  };
  const spoilt: [(body: string) => string, string][] = [
    [() => 'no JSON', '400 malformed'],
    [() => '{}', '400 malformed'],
    [(body) => body.replace('{', '{"header":{},'), '400 malformed'],
    [(body) => body.replace('"payload":"', '"payload":"='), '400 malformed'],
    [header({ crit: ['b64'], b64: false }), '400 malformed'],
    [header({ jwk: asker.key.jwk }), '400 malformed'],
    [header({ alg: 'none' }), '400 badSignatureAlgorithm'],
    [header({ alg: 'HS256' }), '400 badSignatureAlgorithm'],
    [header({ alg: 'RS256' }), '400 badSignatureAlgorithm'],
    [() => 'x'.repeat(65 * 1024), '413 malformed'],
  ];
  for (const [spoil, wanted] of spoilt) {
    assert.equal(await refused({ url, payload: NEW_ORDER, spoil }), wanted);
  }
  const { json } = await asker.ask({ url, payload: NEW_ORDER, spoil: header({ alg: 'none' }) });
  assert.deepEqual(json['algorithms'], ['ES256', 'ES384', 'RS256', 'EdDSA']);
});

test('names that are not of the practice Internet are not ordered, each with its reason', async () => {
  const { status, json } = await asker.order(['a.test', 'gmail.com', 'a..test', '*.test']);
  assert.equal(status, 400);
  const subproblems = json['subproblems'] as { identifier: { value: string } }[];
  assert.deepEqual(
    subproblems.map(({ identifier }) => identifier.value),
    ['gmail.com', 'a..test', '*.test'],
  );
  const identifiers = [{ type: 'ip', value: '127.0.0.1' }];
  const url = `${base}/order/new`;
  assert.equal(await refused({ url, payload: { identifiers } }), '400 unsupportedIdentifier');
  const dated = { ...NEW_ORDER, notAfter: '2030-01-01T00:00:00Z' };
  assert.equal(await refused({ url, payload: dated }), '400 malformed');
  assert.equal(
    await refused({ url, payload: { ...NEW_ORDER, profile: 'long' } }),
    '400 invalidProfile',
  );
  assert.equal(
    await refused({ url, payload: { ...NEW_ORDER, replaces: 'un.known' } }),
    '404 malformed',
  );
  const contact = (one: string) => ({ termsOfServiceAgreed: true, contact: [one] });
  const ask = (payload: object) =>
    refused({ url: `${base}/account/new`, account: undefined, key: newAccountKey(), payload });
  assert.equal(await ask(contact('tel:+81')), '400 unsupportedContact');
  assert.equal(await ask(contact('mailto:a@b.test,c@d.test')), '400 invalidContact');
  assert.equal(await ask({}), '400 malformed');
  assert.equal(await ask({ onlyReturnExisting: true }), '400 accountDoesNotExist');
});

test('nobody reads what is of another account', async () => {
  using other = new AcmeAsker(lab);
  await other.register();
  const { headers, json } = await other.order(['a.test']);
  const [authorization] = json['authorizations'] as string[];
  for (const url of [headers.location!, authorization!, other.account!]) {
    assert.equal(await refused({ url, payload: undefined }), '403 unauthorized');
  }
  const { json: open } = await other.ask({ url: authorization! });
  const [challenge] = open['challenges'] as { url: string }[];
  assert.equal(await refused({ url: challenge!.url, payload: {} }), '403 unauthorized');
  const orders = await other.ask({ url: `${other.account!}/orders` });
  assert.deepEqual(orders.json['orders'], [headers.location]);
});

test('an order that was not proved is not finalized, and GET is no way to ask', async () => {
  const { json, headers } = await asker.order(['a.test']);
  const csr = Buffer.from('x').toString('base64url');
  const finalize = json['finalize'] as string;
  assert.equal(await refused({ url: finalize, payload: { csr } }), '403 orderNotReady');
  const got = await asker.get(new URL(headers.location!).pathname);
  assert.equal(got.status, 405);
  assert.equal(got.headers.allow, 'POST');
  assert.equal((await asker.get('/nowhere')).status, 404);
  assert.equal((await asker.get('/renewal/constructor')).status, 404);
});

/** An order for the name that is ready to be finalized. */
async function readyOrder(name: string): Promise<string> {
  await using host = createServer((asked, answer) => {
    const token = asked.url!.split('/').at(-1)!;
    const thumbprint = tokenAnswer(token);
    answer.end(thumbprint);
  });
  host.listen(0, '127.0.0.1');
  await once(host, 'listening');
  lab.ports.set(80, (host.address() as AddressInfo).port);
  lab.zone.declare(name, { A: '127.0.0.1' });
  const { json } = await asker.order([name]);
  const [authorization] = json['authorizations'] as string[];
  const open = await asker.ask({ url: authorization! });
  const challenges = open.json['challenges'] as { type: string; url: string }[];
  await asker.ask({ url: challenges.find(({ type }) => type === 'http-01')!.url, payload: {} });
  for (let asked = 0; asked < 500; asked++) {
    const { json: now } = await asker.ask({ url: authorization! });
    if (now['status'] !== 'pending') {
      assert.equal(now['status'], 'valid', JSON.stringify(now));
      return json['finalize'] as string;
    }
  }
  throw new Error('nothing was decided');
}

function tokenAnswer(token: string): string {
  return `${token}.${asker.account!.split('/').at(-1)}`;
}

test('certificate requests for other names, by the key of the account, by weak keys, or that are none', async () => {
  const finalize = await readyOrder('ready.test');
  const privateKey = await newPrivateKey('ecdsa');
  const ask = async (csr: Uint8Array) =>
    refused({ url: finalize, payload: { csr: Buffer.from(csr).toString('base64url') } });
  assert.equal(await ask(Buffer.from('garbage')), '400 badCSR');
  assert.equal(await ask(await certificateRequest(['other.test'], privateKey)), '400 badCSR');
  assert.equal(
    await ask(await certificateRequest(['ready.test', 'other.test'], privateKey)),
    '400 badCSR',
  );
  const own = asker.key.privateKey.export({ type: 'pkcs8', format: 'der' });
  assert.equal(await ask(await certificateRequest(['ready.test'], own)), '400 badCSR');
  const spoilt = Buffer.from(await certificateRequest(['ready.test'], privateKey));
  spoilt[spoilt.length - 1]! ^= 1;
  assert.equal(await ask(spoilt), '400 badCSR');
  // none of that used the order up
  const csr = await certificateRequest(['ready.test'], privateKey);
  const done = await asker.ask({
    url: finalize,
    payload: { csr: Buffer.from(csr).toString('base64url') },
  });
  assert.equal(done.json['status'], 'valid');
  assert.equal(await ask(csr), '403 orderNotReady');
});

test('a certificate is revoked by its account or its key, by nobody else, and once', async () => {
  const url = `${base}/certificate/revoke`;
  const issue = async () => {
    const finalize = await readyOrder('gone.test');
    const privateKey = await newPrivateKey('ecdsa');
    const csr = await certificateRequest(['gone.test'], privateKey);
    const payload = { csr: Buffer.from(csr).toString('base64url') };
    const { json } = await asker.ask({ url: finalize, payload });
    const chain = (await asker.ask({ url: json['certificate'] as string })).body;
    const certificate = new X509Certificate(chain).raw.toString('base64url');
    const key = createPrivateKey({ key: Buffer.from(privateKey), format: 'der', type: 'pkcs8' });
    return { certificate, key: accountKey(key) };
  };
  const first = await issue();
  using other = new AcmeAsker(lab);
  await other.register();
  const { certificate } = first;
  const strangers = [
    { key: other.key, account: other.account },
    { key: other.key, account: undefined },
  ];
  for (const stranger of strangers) {
    assert.equal(await refused({ url, payload: { certificate }, ...stranger }), '403 unauthorized');
  }
  assert.equal(
    await refused({ url, payload: { certificate, reason: 6 } }),
    '400 badRevocationReason',
  );
  assert.equal((await asker.ask({ url, payload: { certificate, reason: 4 } })).status, 200);
  assert.equal(await refused({ url, payload: { certificate } }), '400 alreadyRevoked');
  const second = await issue();
  const byKey = { url, payload: { certificate: second.certificate }, key: second.key };
  assert.equal((await asker.ask({ ...byKey, account: undefined })).status, 200);
  const foreign = lab.ca.issue(['elsewhere.test']);
  const raw = new X509Certificate((await foreign).cert).raw.toString('base64url');
  assert.equal(await refused({ url, payload: { certificate: raw } }), '404 malformed');
});

test('an account moves to another key, which must sign for itself, and is given up for good', async () => {
  using mine = new AcmeAsker(lab);
  await mine.register();
  const url = `${base}/account/key`;
  const next = newAccountKey();
  const inner = (change: object = {}, by = next): object => {
    const head = { alg: 'ES256', jwk: next.jwk, url };
    const payload = { account: mine.account, oldKey: mine.key.jwk, ...change };
    const [a, b] = [head, payload].map((part) =>
      Buffer.from(JSON.stringify(part)).toString('base64url'),
    );
    const signature = sign('sha256', Buffer.from(`${a}.${b}`), {
      key: by.privateKey,
      dsaEncoding: 'ieee-p1363',
    });
    return { protected: a, payload: b, signature: signature.toString('base64url') };
  };
  const status = async (payload: object) => (await mine.ask({ url, payload })).status;
  assert.equal(await status(inner({}, mine.key)), 400);
  assert.equal(await status(inner({ account: asker.account })), 400);
  assert.equal(await status(inner({ oldKey: asker.key.jwk })), 400);
  assert.equal(await status(inner()), 200);
  // the old one signs for nobody any more
  assert.equal((await mine.ask({ url: mine.account! })).status, 403);
  assert.equal((await mine.ask({ url: mine.account!, key: next })).status, 200);
  const gone = { url: mine.account!, key: next, payload: { status: 'deactivated' } };
  assert.equal((await mine.ask(gone)).json['status'], 'deactivated');
  assert.equal((await mine.ask({ ...gone, payload: undefined })).status, 403);
});

test('keys that are weak, or private, make no account', async () => {
  const weak = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey;
  const keys: [object, string][] = [
    [weak.export({ format: 'jwk' }), '400 badPublicKey'],
    [{ kty: 'oct', k: 'AAAA' }, '400 badPublicKey'],
    [{ kty: 'EC', crv: 'P-256', x: 'AAAA', y: 'AAAA' }, '400 badPublicKey'],
    [asker.key.privateKey.export({ format: 'jwk' }), '400 malformed'],
  ];
  for (const [jwk, wanted] of keys) {
    const spoil = (body: string): string => {
      const jws = JSON.parse(body) as { protected: string };
      const head = JSON.parse(Buffer.from(jws.protected, 'base64url').toString()) as object;
      const changed = Buffer.from(JSON.stringify({ ...head, jwk })).toString('base64url');
      return JSON.stringify({ ...jws, protected: changed });
    };
    const question = { url: `${base}/account/new`, account: undefined, payload: {}, spoil };
    assert.equal(await refused(question), wanted);
  }
});

test('it answers by its address too, and under no other name', async () => {
  const byAddress = await page(lab.ca.addressUrl);
  assert.ok(
    (JSON.parse(byAddress.body) as { newOrder: string }).newOrder.startsWith('https://127.0.0.1:'),
  );
  assert.equal((await page(lab.ca.addressUrl, 'evil.test')).status, 421);
});

async function page(url: string, host?: string): Promise<{ status: number; body: string }> {
  const asked = get(url, {
    ca: lab.ca.rootPem,
    agent: false,
    servername: 'ca.test',
    ...(host && { headers: { host } }),
  });
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  return { status: answer.statusCode!, body: await text(answer) };
}

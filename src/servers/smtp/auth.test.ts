/** SCRAM through the whole server, by our own client side, with each channel binding, and the ways it must fail. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { SecureVersion } from 'node:tls';
import { LineSocket } from '../../../test/support/sockets/line-socket.ts';
import {
  bindingsOf,
  connectSubmissions,
  login as loginAs,
  type GivenLogin,
} from '../../../test/support/smtp/login.ts';
import {
  openTestStore,
  PASSWORD,
  startTestSmtp,
  type TestSmtp,
  type TestStore,
} from '../../../test/support/smtp/own-server.ts';

let at: TestStore;
let smtp: TestSmtp;
before(async () => {
  at = await openTestStore();
  smtp = await startTestSmtp(at);
});
after(async () => {
  await smtp[Symbol.asyncDispose]();
  await at[Symbol.asyncDispose]();
});

const connect = (version?: SecureVersion): Promise<LineSocket> =>
  connectSubmissions(smtp.ports.submissions, version);

const login = (
  client: LineSocket,
  given: Partial<GivenLogin> & Pick<GivenLogin, 'mechanism'>,
): Promise<string> =>
  loginAs(client, { username: 'alice@example.test', password: PASSWORD, ...given });

for (const [mechanism, version, binding] of [
  ['PLAIN', 'TLSv1.3', 'none'],
  ['LOGIN', 'TLSv1.3', 'none'],
  ['SCRAM-SHA-256', 'TLSv1.3', 'none'],
  ['SCRAM-SHA-256-PLUS', 'TLSv1.3', 'tls-exporter'],
  ['SCRAM-SHA-256-PLUS', 'TLSv1.3', 'tls-server-end-point'],
  ['SCRAM-SHA-256-PLUS', 'TLSv1.2', 'tls-unique'],
] as const)
  test(`${mechanism} with ${version} and ${binding} logs in, and mail may follow`, async () => {
    await using client = await connect(version);
    const all = bindingsOf(client);
    const bindings = binding === 'none' ? all : { [binding]: all[binding] };
    assert.match(await login(client, { mechanism, bindings }), /^235 2\.7\.0 /);
    assert.match((await client.ask('MAIL FROM:<alice@example.test>'))[0]!, /^250 /);
  });

for (const mechanism of ['PLAIN', 'LOGIN', 'SCRAM-SHA-256', 'SCRAM-SHA-256-PLUS'] as const)
  test(`${mechanism} answers a wrong password and an unknown name alike, and lets nobody in`, async () => {
    await using client = await connect();
    const wrong = await login(client, { mechanism, password: 'wrong password' });
    const unknown = await login(client, { mechanism, username: 'nobody@example.test' });
    assert.equal(wrong, unknown);
    assert.match((await client.ask('MAIL FROM:<alice@example.test>'))[0]!, /^530 5\.7\.0 /);
  });

test('a binding of another connection is refused: somebody sits in between', async () => {
  await using one = await connect();
  await using two = await connect();
  const bindings = { 'tls-exporter': bindingsOf(two)['tls-exporter']! };
  const reply = await login(one, { mechanism: 'SCRAM-SHA-256-PLUS', bindings });
  assert.match(reply, /^refused: 501 /);
  const { type, public: facts } = smtp.noted.at(-1)!;
  assert.equal(type, 'session.authentication-failed');
  assert.deepEqual(facts, {
    listener: 'submissions',
    mechanism: 'SCRAM-SHA-256-PLUS',
    reason: 'channel-binding',
  });
  await using three = await connect();
  assert.match(await login(three, { mechanism: 'SCRAM-SHA-256-PLUS' }), /^235 /);
});

test('a client that was shown no PLUS, though we offered it, is told so', async () => {
  await using client = await connect();
  const reply = await login(client, {
    mechanism: 'SCRAM-SHA-256',
    offered: ['SCRAM-SHA-256', 'PLAIN'],
  });
  assert.match(reply, /^refused: /);
});

test('too many logins at once are put off and nobody is blamed', async () => {
  await using busy = await startTestSmtp(at, {
    services: {
      authenticator: {
        checkPassword: () => Promise.resolve({ kind: 'busy' }),
        findScram: () => Promise.reject(new Error('not asked')),
        noteScram: () => {},
      },
    },
  });
  await using client = await LineSocket.connect(busy.ports.submissions);
  await client.startTls();
  await client.restOfReply();
  await client.ask('EHLO client.example');
  assert.match(await login(client, { mechanism: 'PLAIN' }), /^454 4\.7\.0 /);
  assert.deepEqual(busy.noted, []);
});

const failing = () => Promise.reject(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }));

test('with the database out of reach a login is put off', async () => {
  await using down = await startTestSmtp(at, {
    services: {
      authenticator: { checkPassword: failing, findScram: failing, noteScram: () => {} },
    },
  });
  await using client = await LineSocket.connect(down.ports.submissions);
  await client.startTls();
  await client.restOfReply();
  await client.ask('EHLO client.example');
  for (const mechanism of ['PLAIN', 'SCRAM-SHA-256'] as const)
    assert.match(await login(client, { mechanism }), /^454 4\.7\.0 /);
});

test('what follows a response of AUTH before its reply ends the session, and nobody is logged in by it', async () => {
  await using client = await connect();
  assert.deepEqual(await client.ask('AUTH PLAIN'), ['334 ']);
  const response = Buffer.from(`\0alice@example.test\0${PASSWORD}`).toString('base64');
  client.write(`${response}\r\nMAIL FROM:<alice@example.test>\r\n`);
  assert.match((await client.line())!, /^554 5\.5\.1 Data followed AUTH /);
  assert.equal(await client.line(), undefined);
});

/** Both sides of SCRAM against each other, the vector of RFC 7677 §3, and messages altered on the way. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { base64, decodeBase64, fromLatin1, latin1, utf8 } from '#bytes';
import type { ChannelBindings } from './channel-binding.ts';
import { startSaslClient } from './client.ts';
import type { ClientCredentials, ClientStep } from './client-step.ts';
import { offeredMechanisms } from './mechanisms.ts';
import type { Mechanism } from './mechanisms.ts';
import type { PreparedText } from './prepared-text.ts';
import { saslprep } from './saslprep.ts';
import { clientProof, saltPassword, scramKeysOf } from './scram-keys.ts';
import type { ScramCredentials } from './scram-keys.ts';
import { startSaslServer } from './server.ts';
import type { ServerStep } from './server-step.ts';

const SALT = utf8('a salt of sixteen');
const EXPORTER: ChannelBindings = { 'tls-exporter': utf8('what only this TLS channel knows') };

function saslprepOf(password: string): PreparedText {
  const prepared = saslprep(password);
  assert.ok(prepared.kind === 'prepared');
  return prepared.text;
}

async function credentialsFor(...passwords: string[]): Promise<ScramCredentials> {
  const keys = [];
  for (const password of passwords)
    keys.push(scramKeysOf(await saltPassword(saslprepOf(password), SALT, 4096)));
  return { salt: SALT, iterations: 4096, keys, known: true };
}

interface Meeting {
  readonly mechanism?: Mechanism;
  readonly client: ClientCredentials;
  readonly stored: ScramCredentials;
  readonly serverBindings?: ChannelBindings;
  readonly clientBindings?: ChannelBindings;
  /** The mechanisms as the client saw them, where they were altered on the way. */
  readonly seenByClient?: readonly string[];
  readonly tamper?: (message: string, number: number) => string;
}

/** Runs an exchange to its end and gives the last step of both sides and the messages. */
async function meet(meeting: Meeting) {
  const { mechanism = 'SCRAM-SHA-256', tamper = (message) => message } = meeting;
  const serverBindings = meeting.serverBindings ?? {};
  const channelBinding = Object.keys(serverBindings).length > 0;
  const offered = offeredMechanisms({ tls: true, channelBinding });
  const messages: string[] = [];
  const carry = (bytes: Uint8Array) => {
    messages.push(tamper(latin1(bytes), messages.length));
    return fromLatin1(messages.at(-1)!);
  };
  let client: ClientStep = startSaslClient(mechanism, meeting.client, {
    offered: meeting.seenByClient ?? offered,
    bindings: meeting.clientBindings ?? {},
    nonce: utf8('nonce of the client'),
  });
  let server: ServerStep = startSaslServer(mechanism, {
    offered,
    bindings: serverBindings,
    nonce: utf8('nonce of the server'),
  });
  while (client.kind === 'respond' && server.kind === 'challenge') {
    server = server.next(carry(client.data));
    if (server.kind === 'find-credentials') server = server.next(meeting.stored);
    if (server.kind !== 'challenge') break;
    client = client.next(carry(server.data));
    if (client.kind !== 'derive-key') continue;
    client = client.next(await saltPassword(client.password, client.salt, client.iterations));
  }
  // A client that gave up answers with nothing, as SMTP's `*` does.
  const failed = client.kind === 'failure' && server.kind === 'challenge';
  return {
    client,
    server: failed ? (server as { next: (r: Uint8Array) => ServerStep }).next(utf8('')) : server,
    messages,
  };
}

test('the exchange of RFC 7677 §3 goes octet by octet as printed there', async () => {
  const clientFirst = 'n,,n=user,r=rOprNGfwEbeRWgbNEkqO';
  const serverFirst =
    'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096';
  const clientFinal =
    'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=';
  const serverFinal = 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=';
  // Nonces here are base64 of octets handed in; the client's is, the server's of the example is not.
  let client = startSaslClient(
    'SCRAM-SHA-256',
    { username: 'user', password: 'pencil' },
    { offered: ['SCRAM-SHA-256'], bindings: {}, nonce: decodeBase64('rOprNGfwEbeRWgbNEkqO')! },
  );
  assert.ok(client.kind === 'respond');
  assert.equal(latin1(client.data), clientFirst);
  client = client.next(utf8(serverFirst));
  assert.ok(client.kind === 'derive-key');
  const salted = await saltPassword(client.password, client.salt, client.iterations);
  client = client.next(salted);
  assert.ok(client.kind === 'respond');
  assert.equal(latin1(client.data), clientFinal);
  assert.equal(client.complete, false);
  client = client.next(utf8(serverFinal));
  assert.ok(client.kind === 'respond' && client.complete);
});

test('client and server agree on any name, password and identity', async () => {
  const text = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
    .filter((candidate) => saslprep(candidate).kind === 'prepared');
  await fc.assert(
    fc.asyncProperty(
      text,
      text,
      fc.option(text, { nil: undefined }),
      async (username, password, authzid) => {
        const stored = await credentialsFor(password);
        const { client, server } = await meet({
          client: { username, password, ...(authzid !== undefined && { authzid }) },
          stored,
        });
        assert.ok(client.kind === 'respond' && client.complete);
        assert.ok(server.kind === 'success');
        const name = saslprep(username);
        assert.ok(name.kind === 'prepared');
        assert.equal(server.authcid, name.text);
      },
    ),
    { numRuns: 30 },
  );
});

test('a wrong password ends as an unknown user does, in the same number of messages', async () => {
  const client = { username: 'alice', password: 'wrong' };
  const wrong = await meet({ client, stored: await credentialsFor('right') });
  const unknown = await meet({
    client,
    stored: { ...(await credentialsFor('wrong')), known: false },
  });
  for (const { client, server, messages } of [wrong, unknown]) {
    assert.deepEqual(server, { kind: 'failure', reason: 'wrong-credentials' });
    assert.ok(client.kind === 'failure' && client.reason === 'refused');
    assert.equal(messages.at(-1), 'e=invalid-proof');
  }
  assert.equal(wrong.messages.length, unknown.messages.length);
});

test('any of several passwords of a user is good, and the outcome says which', async () => {
  const stored = await credentialsFor('first', 'second', 'third');
  const { client, server } = await meet({
    client: { username: 'alice', password: 'third' },
    stored,
  });
  assert.ok(client.kind === 'respond' && client.complete);
  assert.ok(server.kind === 'success');
  assert.equal(server.keyIndex, 2);
});

test('with -PLUS both sides must see the same channel', async () => {
  const client = { username: 'alice', password: 'secret' };
  const stored = await credentialsFor('secret');
  const plus = { mechanism: 'SCRAM-SHA-256-PLUS', client, stored } as const;
  const same = await meet({ ...plus, serverBindings: EXPORTER, clientBindings: EXPORTER });
  assert.equal(same.server.kind, 'success');
  assert.ok(same.messages[0]!.startsWith('p=tls-exporter,,'));
  const other = await meet({
    ...plus,
    serverBindings: EXPORTER,
    clientBindings: { 'tls-exporter': utf8('another channel, somebody between') },
  });
  assert.deepEqual(other.server, { kind: 'failure', reason: 'channel-binding' });
  assert.equal(other.messages.at(-1), 'e=channel-bindings-dont-match');
});

test('a binding that the server does not have is refused by name', async () => {
  const { server, messages } = await meet({
    mechanism: 'SCRAM-SHA-256-PLUS',
    client: { username: 'alice', password: 'secret' },
    stored: await credentialsFor('secret'),
    serverBindings: EXPORTER,
    clientBindings: { 'tls-unique': utf8('twelve octet') },
  });
  assert.deepEqual(server, { kind: 'failure', reason: 'channel-binding' });
  assert.equal(messages.at(-1), 'e=unsupported-channel-binding-type');
});

test('taking -PLUS off the list on the way is noticed', async () => {
  const { server, messages } = await meet({
    client: { username: 'alice', password: 'secret' },
    stored: await credentialsFor('secret'),
    serverBindings: EXPORTER,
    clientBindings: EXPORTER,
    seenByClient: ['SCRAM-SHA-256', 'PLAIN'],
  });
  assert.ok(messages[0]!.startsWith('y,,'));
  assert.equal(messages.at(-1), 'e=server-does-support-channel-binding');
  assert.deepEqual(server, { kind: 'failure', reason: 'channel-binding' });
});

test('«y» is fine where the server has no binding to offer', async () => {
  const { server, messages } = await meet({
    client: { username: 'alice', password: 'secret' },
    stored: await credentialsFor('secret'),
    clientBindings: EXPORTER,
  });
  assert.ok(messages[0]!.startsWith('y,,'));
  assert.equal(server.kind, 'success');
});

for (const [first, mechanism, error] of [
  ['n,,n=alice,r=abc', 'SCRAM-SHA-256-PLUS', 'other-error'],
  ['y,,n=alice,r=abc', 'SCRAM-SHA-256-PLUS', 'other-error'],
  ['p=tls-exporter,,n=alice,r=abc', 'SCRAM-SHA-256', 'channel-binding-not-supported'],
  ['n,,m=x,n=alice,r=abc', 'SCRAM-SHA-256', 'extensions-not-supported'],
  ['n,,n=\u0007,r=abc', 'SCRAM-SHA-256', 'invalid-username-encoding'],
] as const) {
  test(`${JSON.stringify(first)} to ${mechanism} is answered e=${error}, then fails`, () => {
    const start = startSaslServer(mechanism, {
      offered: ['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-256'],
      bindings: EXPORTER,
      nonce: utf8('nonce of the server'),
    });
    const refused = start.next(utf8(first));
    assert.ok(refused.kind === 'challenge');
    assert.equal(latin1(refused.data), `e=${error}`);
    assert.equal(refused.next(utf8('')).kind, 'failure');
  });
}

test('changing any character of any message never ends in success on both sides', async () => {
  const stored = await credentialsFor('secret');
  const client = { username: 'alice', password: 'secret', authzid: 'bob' };
  const untouched = await meet({ client, stored });
  assert.equal(untouched.server.kind, 'success');
  await fc.assert(
    fc.asyncProperty(
      fc.nat({ max: 3 }),
      fc.nat(),
      fc.integer({ min: 33, max: 126 }),
      async (at, place, code) => {
        const original = untouched.messages[at]!;
        const offset = place % original.length;
        const altered =
          original.slice(0, offset) + String.fromCharCode(code) + original.slice(offset + 1);
        fc.pre(altered !== original);
        const result = await meet({
          client,
          stored,
          tamper: (message, number) => (number === at ? altered : message),
        });
        const clientContent = result.client.kind === 'respond' && result.client.complete;
        assert.ok(!(clientContent && result.server.kind === 'success'));
      },
    ),
    { numRuns: 100 },
  );
});

test('a proof or a signature has one spelling: bits beyond its last octet are no part of it', async () => {
  const stored = await credentialsFor('secret');
  const client = { username: 'alice', password: 'secret' };
  const untouched = await meet({ client, stored });
  for (const at of [2, 3]) {
    const original = untouched.messages[at]!;
    // 32 octets are 43 characters and a filler: of the last character two bits are not used
    const last = original.charCodeAt(original.length - 2);
    const altered = `${original.slice(0, -2)}${String.fromCharCode(last + 1)}=`;
    const octets = (message: string): Buffer => Buffer.from(message.slice(-44), 'base64');
    assert.deepEqual(octets(altered), octets(original));
    const { client: seen, server } = await meet({
      client,
      stored,
      tamper: (message, number) => (number === at ? altered : message),
    });
    const both = seen.kind === 'respond' && seen.complete && server.kind === 'success';
    assert.ok(!both, altered);
  }
});

test('a client refuses a server that asks for too few or too many iterations', async () => {
  const { keys } = await credentialsFor('secret');
  for (const iterations of [1, 4095, 1_000_001, 99_999_999]) {
    const { client } = await meet({
      client: { username: 'alice', password: 'secret' },
      stored: { salt: SALT, iterations, keys, known: true },
    });
    assert.ok(client.kind === 'failure' && client.reason === 'weak');
  }
});

test('a client refuses a nonce that does not continue its own, and a signature not of its password', async () => {
  const client = { username: 'alice', password: 'secret' };
  const stored = await credentialsFor('secret');
  const replayed = await meet({
    client,
    stored,
    tamper: (message, number) => (number === 1 ? message.replace(/^r=[^,]*/, 'r=short') : message),
  });
  assert.ok(replayed.client.kind === 'failure' && replayed.client.reason === 'malformed');
  const forged = await meet({
    client,
    stored,
    tamper: (message, number) =>
      number === 3 ? `v=${Buffer.alloc(32).toString('base64')}` : message,
  });
  assert.ok(forged.client.kind === 'failure' && forged.client.reason === 'server-not-proved');
});

test('a client refuses a nonce to which the server added nothing', async () => {
  const own = base64(utf8('nonce of the client'));
  const { client, messages } = await meet({
    client: { username: 'alice', password: 'secret' },
    stored: await credentialsFor('secret'),
    tamper: (message, number) => (number === 1 ? message.replace(/^r=[^,]*/, `r=${own}`) : message),
  });
  assert.equal(messages[0], `n,,n=alice,r=${own}`);
  assert.ok(client.kind === 'failure' && client.reason === 'malformed');
});

test('a server refuses a proof over another nonce than its own, though the password is right', async () => {
  const stored = await credentialsFor('secret');
  const salted = await saltPassword(saslprepOf('secret'), SALT, 4096);
  const end = async (nonceOf: (nonce: string) => string): Promise<string> => {
    const said: string[] = [];
    const { server } = await meet({
      client: { username: 'alice', password: 'secret' },
      stored,
      tamper: (message, number) => {
        said.push(message);
        if (number !== 2) return message;
        const [first, challenge] = [said[0]!.slice('n,,'.length), said[1]!];
        const without = `c=biws,r=${nonceOf(/^r=([^,]*)/.exec(challenge)![1]!)}`;
        const proof = clientProof(salted, utf8(`${first},${challenge},${without}`));
        return `${without},p=${base64(proof)}`;
      },
    });
    return server.kind;
  };
  assert.equal(await end((nonce) => nonce), 'success');
  assert.equal(await end((nonce) => `${nonce}x`), 'failure');
});

test('an answer to the server’s signature other than an empty one is no success', async () => {
  const stored = await credentialsFor('secret');
  const { server } = await meet({
    client: { username: 'alice', password: 'secret' },
    stored,
    tamper: (message, number) => (number === 4 ? 'x' : message),
  });
  assert.deepEqual(server, { kind: 'failure', reason: 'malformed' });
});

test('a name or password that cannot be prepared is refused before anything is sent', () => {
  const step = startSaslClient(
    'SCRAM-SHA-256',
    { username: 'alice', password: 'a\u0000b' },
    { offered: ['SCRAM-SHA-256'], bindings: {}, nonce: utf8('nonce') },
  );
  assert.ok(step.kind === 'failure' && step.reason === 'unusable-text');
});

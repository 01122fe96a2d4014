/**
 * Both of our sides of PLAIN, LOGIN and SCRAM-SHA-256 against GNU SASL's command, which speaks a mechanism over
 * its standard input and output, a line of base64 for each message. Channel bindings need a TLS connection and
 * are not part of this.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import { base64, decodeBase64, EMPTY, utf8 } from '#bytes';
import { makeScramKeys } from '#mail/accounts/scram-verifier';
import { startSaslClient } from '#protocol/sasl/client';
import type { Mechanism } from '#protocol/sasl/mechanisms';
import { saslprep } from '#protocol/sasl/saslprep';
import { saltPassword } from '#protocol/sasl/scram-keys';
import type { ScramCredentials } from '#protocol/sasl/scram-keys';
import { startSaslServer } from '#protocol/sasl/server';
import type { ServerStep } from '#protocol/sasl/server-step';
import { peer } from '../../support/peers/installed.ts';

const gsasl = peer('gsasl');
const options = { skip: gsasl.skip };

const SALT = utf8('a salt of sixteen');
const ITERATIONS = 10_000;
const NONCE = utf8('nonce of this exchange');

function start(side: '--client' | '--server', mechanism: Mechanism, ...more: string[]) {
  const args = [side, '--quiet', '--no-cb', '-m', mechanism, ...more];
  // Its own text is read in the character set of the locale.
  const env = { ...process.env, LC_ALL: 'C.UTF-8' };
  const child = spawn(gsasl.path, args, { stdio: ['pipe', 'pipe', 'ignore'], env });
  child.stdin.on('error', () => {}); // it may have gone before the last line
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const read = async (): Promise<string | undefined> => {
    const { value } = await lines.next();
    return value;
  };
  after(() => child.kill());
  const exit = once(child, 'exit').then(([code]) => code as number | null);
  return {
    read,
    async message(): Promise<Uint8Array | undefined> {
      const line = await read();
      return line === undefined ? undefined : decodeBase64(line);
    },
    send: (bytes: Uint8Array) => child.stdin.write(`${base64(bytes)}\n`),
    /** 0 where the program was content. */
    end(): Promise<number | null> {
      child.stdin.end();
      return exit;
    },
  };
}

async function credentialsFor(password: string): Promise<ScramCredentials> {
  const prepared = saslprep(password);
  assert.ok(prepared.kind === 'prepared');
  const salt = { salt: SALT, iterations: ITERATIONS };
  return { ...salt, keys: [await makeScramKeys(prepared.text, salt)], known: true };
}

/** gsasl logs in to our server side. */
async function loginWithGsasl(
  mechanism: Mechanism,
  user: string,
  password: string,
  stored: ScramCredentials,
) {
  const client = start('--client', mechanism, '-a', user, '-p', password);
  assert.equal(await client.read(), mechanism);
  const offered = ['SCRAM-SHA-256', 'PLAIN', 'LOGIN'] as const;
  let step: ServerStep = startSaslServer(mechanism, { offered, bindings: {}, nonce: NONCE });
  while (step.kind === 'challenge') {
    const message = await client.message();
    // Content with the server's signature, it has nothing more to say.
    step = step.next(message ?? EMPTY);
    if (step.kind === 'find-credentials') step = step.next(stored);
    if (step.kind === 'challenge') client.send(step.data);
  }
  // What a protocol's final reply is to it: success is an empty line, anything else the end of input.
  if (step.kind === 'success') client.send(EMPTY);
  return { step, exitCode: await client.end() };
}

/** Our client side logs in to gsasl. */
async function loginToGsasl(password: string, stored: string) {
  const salt = ['--salt', base64(SALT), '--iteration-count', String(ITERATIONS)];
  const server = start('--server', 'SCRAM-SHA-256', '-p', stored, ...salt);
  assert.equal(await server.read(), 'SCRAM-SHA-256');
  assert.equal(await server.read(), '');
  const credentials = { username: 'alice', password };
  const setting = { offered: ['SCRAM-SHA-256'], bindings: {}, nonce: NONCE };
  let step = startSaslClient('SCRAM-SHA-256', credentials, setting);
  while (step.kind === 'respond' && !step.complete) {
    server.send(step.data);
    const message = await server.message();
    if (message === undefined) break;
    step = step.next(message);
    if (step.kind !== 'derive-key') continue;
    step = step.next(await saltPassword(step.password, step.salt, step.iterations));
  }
  if (step.kind === 'respond') server.send(step.data);
  return { step, exitCode: await server.end() };
}

for (const password of ['pencil', 'Grüße, 世界 ½']) {
  test(
    `gsasl proves the password ${password} to our SCRAM server, and believes it`,
    options,
    async () => {
      const stored = await credentialsFor(password);
      const { step, exitCode } = await loginWithGsasl('SCRAM-SHA-256', 'alice', password, stored);
      assert.ok(step.kind === 'success');
      assert.equal(step.authcid, 'alice');
      assert.equal(exitCode, 0);
    },
  );

  test(
    `our SCRAM client proves the password ${password} to gsasl, and believes it`,
    options,
    async () => {
      const { step, exitCode } = await loginToGsasl(password, password);
      assert.ok(step.kind === 'respond' && step.complete);
      assert.equal(exitCode, 0);
    },
  );
}

test('a name with comma and equals sign arrives as it was', options, async () => {
  const stored = await credentialsFor('pencil');
  const { step } = await loginWithGsasl('SCRAM-SHA-256', 'a=b,c@example.test', 'pencil', stored);
  assert.ok(step.kind === 'success');
  assert.equal(step.authcid, 'a=b,c@example.test');
});

test('a wrong password fails on both sides, whoever is the server', options, async () => {
  const ours = await loginWithGsasl(
    'SCRAM-SHA-256',
    'alice',
    'wrong',
    await credentialsFor('right'),
  );
  assert.deepEqual(ours.step, { kind: 'failure', reason: 'wrong-credentials' });
  assert.notEqual(ours.exitCode, 0);
  const theirs = await loginToGsasl('wrong', 'right');
  assert.ok(!(theirs.step.kind === 'respond' && theirs.step.complete));
  assert.notEqual(theirs.exitCode, 0);
});

test('gsasl does not believe a server that lacks the ServerKey', options, async () => {
  const { keys, ...rest } = await credentialsFor('pencil');
  const stored = { ...rest, keys: [{ ...keys[0]!, serverKey: new Uint8Array(32) }] };
  const { exitCode } = await loginWithGsasl('SCRAM-SHA-256', 'alice', 'pencil', stored);
  assert.notEqual(exitCode, 0);
});

for (const mechanism of ['PLAIN', 'LOGIN'] as const) {
  test(`gsasl's ${mechanism} is read`, options, async () => {
    const { step } = await loginWithGsasl(
      mechanism,
      'alice',
      'Grüße',
      await credentialsFor('other'),
    );
    assert.deepEqual(step, {
      kind: 'check-password',
      authcid: 'alice',
      authzid: undefined,
      password: 'Grüße',
    });
  });
}

/** A message that goes in circles ends: a hundred Received fields are taken, one more is not (RFC 5321 §6.3), whoever brings it. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { connectSubmissions, login } from '../../../test/support/smtp/login.ts';
import {
  openTestStore,
  PASSWORD,
  startTestSmtp,
  type TestStore,
} from '../../../test/support/smtp/own-server.ts';
import { startReception } from '../../../test/support/smtp/reception.ts';

let at: TestStore;
before(async () => void (at = await openTestStore()));
after(() => at[Symbol.asyncDispose]());

const received = (hops: number): string[] =>
  Array.from({ length: hops }, (_, hop) => `Received: from h${hop}.example by h${hop + 1}.example`);

test('from another server', async () => {
  await using reception = await startReception(at);
  const send = (hops: number) =>
    reception.send({
      from: 'mallory@stranger.example',
      header: ['From: mallory@stranger.example', ...received(hops)],
      signedBy: 'stranger.example',
    });
  assert.match((await send(100)).reply, /^250 /);
  assert.match((await send(101)).reply, /^554 5\.4\.6 /);
});

test('from who is logged in', async () => {
  await using smtp = await startTestSmtp(at);
  await using client = await connectSubmissions(smtp.ports.submissions);
  const alice = 'alice@example.test';
  const given = { mechanism: 'PLAIN', username: alice, password: PASSWORD } as const;
  assert.match(await login(client, given), /^235 /);
  const send = async (hops: number): Promise<string> => {
    await client.ask(`MAIL FROM:<${alice}>`);
    await client.ask('RCPT TO:<bob@example.test>');
    await client.ask('DATA');
    const lines = [`From: ${alice}`, ...received(hops), '', 'Hello', '.'];
    const [reply] = await client.ask(lines.join('\r\n'));
    return reply!;
  };
  assert.match(await send(100), /^250 /);
  assert.match(await send(101), /^554 5\.4\.6 Over a hundred Received fields/);
});

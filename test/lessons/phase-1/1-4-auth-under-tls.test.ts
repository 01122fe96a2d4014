import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { base64, utf8 } from '#bytes';
import { LineSocket } from '../../support/sockets/line-socket.ts';
import { openClassroom, typeLines, type Classroom } from '../../support/lab/lesson-world.ts';
import { connectSubmissions } from '../../support/smtp/login.ts';
import { PASSWORD } from '../../support/smtp/own-server.ts';

let room: Classroom;
before(async () => {
  room = await openClassroom();
});
after(() => room[Symbol.asyncDispose]());

const AUTH = `AUTH PLAIN ${base64(utf8(`\0alice@example.test\0${PASSWORD}`))}`;

async function underStartTls(line: string): Promise<string> {
  await using client = await LineSocket.connect(room.ports.submission);
  await client.restOfReply();
  await client.ask('EHLO localhost');
  await client.ask('STARTTLS');
  await client.startTls();
  await client.ask('EHLO localhost');
  return (await client.ask(line))[0]!;
}

async function underTls(line: string): Promise<string> {
  await using client = await connectSubmissions(room.ports.submissions);
  return (await client.ask(line))[0]!;
}

const inClear = ['EHLO localhost', AUTH, 'QUIT'] as const;

test('1.4: refused in clear, taken under STARTTLS and under TLS', async () => {
  await room.start('1.4');
  assert.match((await typeLines(room.ports.submission, inClear))[2]![0]!, /^538 /);
  assert.match(await underStartTls(AUTH), /^235 /);
  assert.match(await underTls(AUTH), /^235 /);
  const verdict = await room.check('1.4');
  assert.deepEqual(verdict.seen, ['refused', 'starttls', 'implicit']);
  assert.ok(verdict.passed);
});

test('1.4: AUTH on the port for other servers, and a wrong password under TLS, are neither', async () => {
  await room.start('1.4');
  await typeLines(room.ports.smtp, inClear);
  assert.match(await underStartTls(AUTH), /^235 /);
  assert.match(
    await underTls(`AUTH PLAIN ${base64(utf8('\0alice@example.test\0guess'))}`),
    /^535 /,
  );
  assert.deepEqual((await room.check('1.4')).missing, ['refused', 'implicit']);
});

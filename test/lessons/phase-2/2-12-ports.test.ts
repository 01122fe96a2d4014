import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { LineSocket } from '../../support/sockets/line-socket.ts';
import { openClassroom, typeLines, type Classroom } from '../../support/lab/lesson-world.ts';
import { connectSubmissions } from '../../support/smtp/login.ts';

let room: Classroom;
before(async () => {
  room = await openClassroom();
});
after(() => room[Symbol.asyncDispose]());

const ENVELOPE = ['MAIL FROM:<alice@example.test>', 'RCPT TO:<bob@example.test>'];
const TABLE = {
  '25-tls': 'STARTTLS',
  '25-auth': 'never',
  '25-mail': '250',
  '587-tls': 'starttls',
  '587-auth': 'tls',
  '587-mail': '530',
  '465-tls': 'implicit',
  '465-auth': 'tls',
  '465-mail': '530',
};

/** What `smtp probe` says: EHLO, STARTTLS, EHLO, and the lines. */
async function probe(port: number, lines: readonly string[]): Promise<void> {
  await using client = await LineSocket.connect(port);
  await client.restOfReply();
  await client.ask('EHLO localhost');
  await client.ask('STARTTLS');
  await client.startTls();
  await client.ask('EHLO localhost');
  for (const line of lines) await client.ask(line);
  await client.ask('QUIT');
}

async function speakInClear(port: number): Promise<void> {
  await using client = await LineSocket.connect(port);
  client.write('EHLO localhost\r\n');
  // an alert of TLS may come, which is no line, and then the end
  await client.line().catch(() => undefined);
}

test('2.12: the three ports, and the table of them', async () => {
  await room.start('2.12');
  const { smtp, submission, submissions } = room.ports;
  await probe(smtp, ['MAIL FROM:<>', 'RCPT TO:<bob@example.test>', 'RCPT TO:<hana@bigmail.test>']);
  await probe(submission, ENVELOPE);
  {
    await using client = await connectSubmissions(submissions);
    assert.match((await client.ask(ENVELOPE[0]!))[0]!, /^530 /);
    await client.ask('QUIT');
  }
  await speakInClear(submissions);
  await room.answer('2.12', { ...TABLE, '25-auth': 'tls', '465-tls': 'starttls' });
  const guessed = await room.calls.check.run({ lesson: '2.12', lang: 'en' });
  assert.ok('missing' in guessed);
  assert.match(guessed.missing[0]!.why!, /^Not every cell/);
  assert.doesNotMatch(guessed.missing[0]!.why!, /\d/);
  assert.match(guessed.note!, /may still be wrong: 2/);
  await room.answer('2.12', TABLE);
  const verdict = await room.check('2.12');
  assert.deepEqual(verdict.missing, []);
  assert.ok(verdict.passed);
});

test('2.12: half the offers, and a table that is guessed, are named as such', async () => {
  await room.start('2.12');
  const { smtp, submission } = room.ports;
  await typeLines(smtp, ['EHLO localhost', 'QUIT']);
  await typeLines(submission, ['EHLO localhost', ENVELOPE[0]!, 'QUIT']);
  await room.answer('2.12', { ...TABLE, '25-auth': 'tls', '465-tls': 'starttls' });
  const verdict = await room.calls.check.run({ lesson: '2.12', lang: 'en' });
  assert.ok('missing' in verdict);
  assert.equal(verdict.missing.length, 8);
  assert.match(verdict.missing.at(-1)!.why!, /once every port was probed/);
});

test('2.12: an empty cell is named, and what mallory probes is not the learner’s', async () => {
  await room.start('2.12');
  await room.tools['mallory-relay'].run();
  const { '465-mail': _left, ...rest } = TABLE;
  await room.answer('2.12', rest);
  const verdict = await room.calls.check.run({ lesson: '2.12', lang: 'en' });
  assert.ok('missing' in verdict);
  assert.deepEqual(
    verdict.missing.map(({ key, why }) => [key, why]).filter(([, why]) => why !== null),
    [['matrix', 'Not filled in: 465-mail']],
  );
  assert.deepEqual(verdict.seen, []);
});

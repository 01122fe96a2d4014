import assert from 'node:assert/strict';
import { after, before, mock, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { holdTimers } from '../../support/time/held-timers.ts';
import { LineSocket } from '../../support/sockets/line-socket.ts';
import { openClassroom, typeLines, type Classroom } from '../../support/lab/lesson-world.ts';

let room: Classroom;
/** Five minutes in life; here it is over when a test says so. */
const IDLE_TIME = 60 * 60 * 1000;
const idle = holdTimers({ mock }, IDLE_TIME);
before(async () => {
  room = await openClassroom({ limits: { idleTime: IDLE_TIME } });
});
after(() => room[Symbol.asyncDispose]());

const ENVELOPE = [
  'EHLO localhost',
  'MAIL FROM:<carol@friends.test>',
  'RCPT TO:<bob@example.test>',
  'DATA',
] as const;
const CODES = { order: '503', syntax: '501', line: '500', lf: '554 5.6.0', dot: '421' } as const;

/** Sends octets as they are once the server waits for content, says no more, and answers its last word. */
async function letter(octets: string): Promise<string> {
  await using client = await LineSocket.connect(room.ports.smtp);
  await client.restOfReply();
  for (const line of ENVELOPE) await client.ask(line);
  const [served] = [...idle.sockets].slice(-1);
  const heard = served!.bytesRead + octets.length;
  client.write(octets);
  while (served!.bytesRead < heard) await turn();
  if (!octets.endsWith('\r\n.\r\n')) idle.fire();
  return (await client.restOfReply()).at(-1)!;
}

async function makeTheMistakes(): Promise<void> {
  await typeLines(room.ports.smtp, [
    'MAIL FROM:<carol@friends.test>',
    'EHLO localhost',
    'MAIL FROM:carol@friends.test',
    `NOOP ${'x'.repeat(3000)}`,
    'QUIT',
  ]);
  assert.match(await letter('Subject: bare LF\r\n\r\none\ntwo\r\n.\r\n'), /^554 5\.6\.0 /);
  assert.match(await letter('Subject: no dot\r\n\r\nI never end.\r\n'), /^421 4\.4\.2 /);
}

test('1.2: five mistakes with their five codes pass', async () => {
  await room.start('1.2');
  await makeTheMistakes();
  await room.answer('1.2', CODES);
  const verdict = await room.check('1.2');
  assert.deepEqual(verdict.missing, []);
  assert.ok(verdict.passed);
});

test('1.2: the codes alone, without the mistakes, are not enough', async () => {
  await room.start('1.2');
  await room.answer('1.2', CODES);
  const verdict = await room.check('1.2');
  assert.deepEqual(verdict.seen, ['named']);
  assert.deepEqual(verdict.missing, ['order', 'syntax', 'line', 'lf', 'dot']);
});

test('1.2: mistakes that are named wrongly are told which', async () => {
  await room.start('1.2');
  await makeTheMistakes();
  await room.answer('1.2', { ...CODES, line: '554', dot: '451' });
  const verdict = await room.calls.check.run({ lesson: '1.2', lang: 'ja' });
  assert.ok('missing' in verdict);
  assert.deepEqual(
    verdict.missing.map(({ key, why }) => [key, why]),
    [['named', '未回答、または誤り：line, dot']],
  );
});

test('1.2: a session that is silent before any letter is no missing dot', async () => {
  await room.start('1.2');
  await using client = await LineSocket.connect(room.ports.smtp);
  await client.restOfReply();
  idle.fire();
  assert.match((await client.restOfReply()).at(-1)!, /^421 /);
  assert.ok((await room.check('1.2')).missing.includes('dot'));
});

test('1.2: an answer to a question that was not asked is refused', async () => {
  await room.start('1.2');
  const answers = { lines: '500' };
  const refused = await room.calls.answer.run({ lesson: '1.2', lang: 'en', answers });
  assert.ok('kind' in refused);
  assert.equal(refused.reason, 'no-such-question');
  assert.match(refused.remedy, /order, syntax, line, lf, dot/);
});

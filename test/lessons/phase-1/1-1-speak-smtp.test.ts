import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openClassroom, typeLines, type Classroom } from '../../support/lab/lesson-world.ts';

let room: Classroom;
before(async () => {
  room = await openClassroom();
});
after(() => room[Symbol.asyncDispose]());

const LETTER = 'From: Carol <carol@friends.test>\nSubject: By hand\n\nHello Bob.\n.';
const SESSION = [
  'EHLO localhost',
  'MAIL FROM:<carol@friends.test>',
  'RCPT TO:<bob@example.test>',
  'DATA',
  LETTER,
  'QUIT',
] as const;

test('1.1: the session of the page passes, and says where it was seen', async () => {
  await room.start('1.1');
  await typeLines(room.ports.smtp, SESSION);
  const verdict = await room.calls.check.run({ lesson: '1.1', lang: 'ja' });
  assert.ok('passed' in verdict && verdict.passed);
  assert.deepEqual(
    verdict.seen.map(({ key }) => key),
    ['greeted', 'envelope', 'content', 'quit', 'stored'],
  );
  assert.match(verdict.seen[0]!.evidence.session!, /^\w{13}$/);
  assert.match(verdict.seen[4]!.evidence.message!, /^\w{13}$/);
  assert.equal(verdict.seen[4]!.evidence.at, 'bob@example.test INBOX 1');
  assert.match(verdict.caveat, /約束するものではありません/);
});

test('1.1: what was done before it was started does not count', async () => {
  await typeLines(room.ports.smtp, SESSION);
  await room.world.settle();
  await room.start('1.1');
  const verdict = await room.check('1.1');
  assert.equal(verdict.passed, false);
  assert.deepEqual(verdict.seen, []);
});

test('1.1: HELO, and a connection that is closed without QUIT, are named as missing', async () => {
  await room.start('1.1');
  await typeLines(room.ports.smtp, ['HELO localhost', ...SESSION.slice(1, -1)]);
  const verdict = await room.calls.check.run({ lesson: '1.1', lang: 'en' });
  assert.ok('passed' in verdict && !verdict.passed);
  assert.deepEqual(
    verdict.missing.map(({ key, why }) => [key, why?.slice(0, 19)]),
    [
      ['greeted', 'The client said HEL'],
      ['quit', 'The connection was '],
    ],
  );
});

test('1.1: two halves in two sessions are no whole', async () => {
  await room.start('1.1');
  await typeLines(room.ports.smtp, SESSION.slice(0, -1));
  await typeLines(room.ports.smtp, ['EHLO localhost', 'QUIT']);
  assert.deepEqual((await room.check('1.1')).missing, ['quit']);
});

test('1.1: a mailbox that refuses leaves nothing stored', async () => {
  await room.start('1.1');
  await typeLines(room.ports.smtp, [
    'EHLO localhost',
    'MAIL FROM:<carol@friends.test>',
    'RCPT TO:<nobody@example.test>',
    'QUIT',
  ]);
  assert.deepEqual((await room.check('1.1')).missing, ['envelope', 'content', 'stored']);
});

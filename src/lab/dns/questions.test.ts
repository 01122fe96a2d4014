import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PLAIN } from './wire/message.ts';
import { Questions, shortAnswer } from './questions.ts';

const question = {
  at: 0,
  from: 'a',
  to: 'b',
  transport: 'udp',
  name: 'x.test',
  type: 'A',
  result: 'NOERROR',
  authoritative: true,
  authentic: false,
  answer: '',
} as const;

test('the ring keeps the newest in order, and numbers go on', () => {
  const questions = new Questions(3);
  for (let count = 0; count < 7; count++) questions.record(question);
  assert.deepEqual(
    questions.list().map(({ number }) => number),
    [5, 6, 7],
  );
  assert.deepEqual(
    questions.list(6).map(({ number }) => number),
    [7],
  );
});

test('who subscribed hears of each question until they have heard enough', () => {
  const questions = new Questions();
  const heard: number[] = [];
  const end = questions.subscribe(({ number }) => heard.push(number));
  questions.record(question);
  questions.record(question);
  end();
  questions.record(question);
  assert.deepEqual(heard, [1, 2]);
});

test('an answer is told by its first records, bounded', () => {
  const rdata = Uint8Array.of(127, 20, 0, 1);
  const answers = Array.from({ length: 6 }, () => ({ name: 'x.test', type: 1, ttl: 1, rdata }));
  const told = shortAnswer({ ...PLAIN, id: 1, answers });
  assert.equal(told.answer, `${Array(4).fill('A 127.20.0.1').join(', ')}, and 2 more`);
  const long = { name: 'x.test', type: 16, ttl: 1, rdata: Buffer.alloc(251, 250) };
  assert.equal(shortAnswer({ ...PLAIN, id: 1, answers: [long] }).answer.length, 200);
});

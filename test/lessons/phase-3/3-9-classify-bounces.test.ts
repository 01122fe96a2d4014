import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { latin1 } from '#bytes';
import { failureInText } from '#protocol/bounce/bounce-text';
import { classifyBounce } from '#protocol/bounce/reasons';
import { findAccount } from '#store/directory/accounts';
import { listEmails, readEmail } from '#store/emails/emails';
import { allowed, openClassroom, type Classroom } from '../../support/lab/lesson-world.ts';

let room: Classroom;
before(async () => {
  room = await openClassroom();
});
after(() => room[Symbol.asyncDispose]());

/** The bounces as they stand in alice's newest letter, by number. */
async function bounces(): Promise<Map<string, string>> {
  const { pool } = room.at.store;
  const { accountId } = (await findAccount(pool, 'alice@example.test'))!;
  const [newest] = await listEmails(pool, accountId, { limit: 1 });
  const parts: Uint8Array[] = [];
  for await (const part of readEmail(pool, accountId, newest!.emailId)) parts.push(part);
  const lines = latin1(Buffer.concat(parts)).split('\r\n');
  return new Map(
    lines.flatMap((line) => {
      const [, number, text] = /^(\d+): (.*)$/.exec(line) ?? [];
      return number === undefined ? [] : [[number, text!] as const];
    }),
  );
}

/** As one who reads code, words and moment. */
async function readWell(): Promise<Record<string, string>> {
  return Object.fromEntries(
    [...(await bounces())].map(([number, text]) => [
      number,
      classifyBounce(failureInText(text)!).class,
    ]),
  );
}

test('3.9: who reads code, words and moment has twenty of twenty, given in two parts', async () => {
  await room.start('3.9');
  const answers = Object.entries(await readWell());
  assert.equal(answers.length, 20);
  await room.answer('3.9', Object.fromEntries(answers.slice(0, 11)));
  assert.deepEqual((await room.check('3.9')).seen, []);
  await room.answer('3.9', Object.fromEntries(answers.slice(11)));
  const verdict = await room.check('3.9');
  assert.ok(verdict.passed);
});

test('3.9: two mistakes are let pass, unless a reader was given up for a fault of ours', async () => {
  await room.start('3.9');
  const right = await readWell();
  const numbers = Object.keys(right);
  const dead = numbers.filter((number) => right[number] === 'hard');
  const our = numbers.find((number) => right[number] === 'ours')!;
  await room.answer('3.9', { ...right, [dead[0]!]: 'soft', [dead[1]!]: 'ours' });
  assert.ok((await room.check('3.9')).passed);
  await room.answer('3.9', { [dead[0]!]: 'hard', [dead[1]!]: 'hard', [our]: 'hard' });
  assert.deepEqual((await room.check('3.9')).missing, ['careful']);
});

test('3.9: who goes by the first figure of the code alone is told to read the words, and not how many are right', async () => {
  await room.start('3.9');
  const answers = Object.fromEntries(
    [...(await bounces())].map(([number, text]) => [
      number,
      text.startsWith('4') ? 'soft' : 'hard',
    ]),
  );
  await room.answer('3.9', answers);
  const { missing } = allowed(await room.calls.check.run({ lesson: '3.9', lang: 'en' }));
  assert.deepEqual(
    missing.map(({ key }) => key),
    ['right', 'careful'],
  );
  assert.doesNotMatch(missing[0]!.why!, /\d/);
});

test('3.9: whoever tries one sheet after the other is told kindly, and after three has twenty others', async () => {
  await room.start('3.9');
  const right = await readWell();
  const all = (word: string): Record<string, string> =>
    Object.fromEntries(Object.keys(right).map((number) => [number, word]));
  const check = async (lang: 'en' | 'ja' = 'en') =>
    allowed(await room.calls.check.run({ lesson: '3.9', lang }));
  await room.answer('3.9', all('soft'));
  assert.match((await check()).note!, /may still be wrong: 2\./);
  // to look again is no other try
  assert.match((await check('ja')).note!, /あと 2 回/);
  await room.answer('3.9', all('hard'));
  assert.match((await check()).note!, /may still be wrong: 1\./);
  // nor is an answer that is open
  await room.answer('3.9', { 1: 'bounced' });
  assert.equal((await check()).note, null);
  await room.answer('3.9', all('ours'));
  const last = await check();
  assert.match(last.note!, /^That was the third sheet/);
  assert.equal(last.anew!.questions.length, 20);
  const now = await bounces();
  assert.deepEqual(
    last.anew!.questions.map(({ text }) => text),
    [...now.values()],
  );
  assert.deepEqual((await room.check('3.9')).missing, ['answered', 'right', 'careful']);
  await room.answer('3.9', right);
  assert.equal((await room.check('3.9')).passed, false, 'the answers of before are worth nothing');
  await room.answer('3.9', await readWell());
  assert.ok((await room.check('3.9')).passed);
});

test('3.9: another word than the three is named with its number', async () => {
  await room.start('3.9');
  await room.answer('3.9', { ...(await readWell()), 7: 'bounced' });
  const { missing } = allowed(await room.calls.check.run({ lesson: '3.9', lang: 'ja' }));
  assert.match(missing[0]!.why!, /7$/);
});

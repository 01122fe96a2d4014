import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { latin1 } from '#bytes';
import { failureInText } from '#protocol/bounce/bounce-text';
import { classifyBounce } from '#protocol/bounce/reasons';
import { findAccount } from '#store/directory/accounts';
import { listEmails, readEmail } from '#store/emails';
import { allowed, openClassroom, type Classroom } from '../../support/lesson-world.ts';

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

test('3.9: another word than the three is named with its number', async () => {
  await room.start('3.9');
  await room.answer('3.9', { ...(await readWell()), 7: 'bounced' });
  const { missing } = allowed(await room.calls.check.run({ lesson: '3.9', lang: 'ja' }));
  assert.match(missing[0]!.why!, /7$/);
});

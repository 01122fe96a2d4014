import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { latin1 } from '#bytes';
import { PATH_QUESTIONS, receivedPath } from '#lab/lessons/made/received-path';
import { findAccount } from '#store/directory/accounts';
import { listEmails, readEmail } from '#store/emails/emails';
import { openClassroom, type Classroom } from '../../support/lab/lesson-world.ts';

let room: Classroom;
before(async () => {
  room = await openClassroom();
});
after(() => room[Symbol.asyncDispose]());

interface Hop {
  readonly from: string;
  readonly address: string;
  readonly by: string;
  readonly how: string;
  readonly at: number;
}

/** The newest letter of alice's, as `hikyaku mail raw` shows it. */
async function newestLetter(): Promise<string> {
  const { pool } = room.at.store;
  const { accountId } = (await findAccount(pool, 'alice@example.test'))!;
  const [newest] = await listEmails(pool, accountId, { limit: 1 });
  const parts: Uint8Array[] = [];
  for await (const part of readEmail(pool, accountId, newest!.emailId)) parts.push(part);
  return latin1(Buffer.concat(parts));
}

/** What a reader makes of the Received fields, from the bottom to the top. */
function read(letter: string): Record<string, string> {
  const unfolded = letter.split('\r\n\r\n')[0]!.replaceAll(/\r\n[ \t]+/g, ' ');
  const hops = [...unfolded.matchAll(/^Received: (.*)$/gm)]
    .map(([, field]): Hop => {
      const [, from, address] = /^from (\S+) .*?\[([\d.]+)\]/.exec(field!)!;
      const [, by, how] = / by (\S+) .*?with (\S+)/.exec(field!)!;
      return {
        from: from!,
        address: address!,
        by: by!,
        how: how!,
        at: Date.parse(field!.split(';').at(-1)!),
      };
    })
    .toReversed();
  const waits = hops
    .slice(1)
    .map(({ at }, index) => ({ at: hops[index]!, waited: at - hops[index]!.at }));
  const slowest = waits.reduce((most, wait) => (wait.waited > most.waited ? wait : most));
  return {
    client: hops[0]!.address,
    first: hops[0]!.by,
    hops: String(hops.length),
    clear: hops.slice(0, -1).find(({ how }) => how === 'ESMTP')!.by,
    slowest: slowest.at.by,
  };
}

test('1.8: who reads the fields from the bottom to the top answers five of five', async () => {
  await room.start('1.8');
  await room.answer('1.8', read(await newestLetter()));
  const verdict = await room.check('1.8');
  assert.deepEqual(verdict.seen, [...PATH_QUESTIONS]);
  assert.ok(verdict.passed);
});

test('1.8: who reads from the top, and takes local times for one zone, is not told which answers are wrong', async () => {
  await room.start('1.8');
  const right = read(await newestLetter());
  await room.answer('1.8', { ...right, first: 'mail.example.test', hops: '2' });
  const verdict = await room.check('1.8');
  assert.deepEqual(verdict.missing, [...PATH_QUESTIONS]);
  // nor in a sheet with a gap
  await room.answer('1.8', { ...right, first: 'mail.example.test', hops: ' ' });
  assert.deepEqual((await room.check('1.8')).missing, [...PATH_QUESTIONS]);
});

test('1.8: no answer, no pass; started again, the questions are others', async () => {
  await room.start('1.8');
  const before = read(await newestLetter());
  assert.deepEqual((await room.check('1.8')).seen, []);
  await room.start('1.8');
  await room.answer('1.8', before);
  assert.equal((await room.check('1.8')).passed, false);
});

test('1.8: its letter is as the questions say for any seed', () => {
  for (let seed = 0; seed < 2000; seed++) {
    const arrival = Date.UTC(2026, 10, 26, 9) + seed * 61_000;
    const { fields, answers } = receivedPath(seed * 7919, arrival);
    const own = `Received: from x (x [192.0.2.1]) by mail.example.test with ESMTP; ${new Date(arrival).toUTCString()}\r\n`;
    assert.deepEqual(read(`${own}${fields}\r\n`), { ...answers });
  }
});

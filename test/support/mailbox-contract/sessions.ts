/** The mailbox contract: several sessions of one account at once. */
import assert from 'node:assert/strict';
import { letter } from './letter.ts';
import type { Behaviours } from './behaviour.ts';
import type { Key, MailDriver, MailSession } from './driver.ts';

/** Two sessions that have both looked at INBOX with three messages in it. */
async function two(
  driver: MailDriver,
  work: (one: MailSession, other: MailSession, keys: readonly Key[]) => Promise<void>,
): Promise<void> {
  await using one = await driver.open();
  const keys: Key[] = [];
  for (const subject of ['one', 'two', 'three'])
    keys.push(await one.append('INBOX', letter({ subject })));
  await using other = await driver.open();
  for (const session of [one, other])
    assert.equal((await session.messages('INBOX')).length, keys.length);
  await work(one, other, keys);
}

/** Both sessions see the same, which is also what a new one sees. */
async function agree(driver: MailDriver, ...sessions: readonly MailSession[]): Promise<void> {
  await using witness = await driver.open();
  const seen = await witness.messages('INBOX');
  for (const session of sessions) assert.deepEqual(await session.messages('INBOX'), seen);
}

export const SESSIONS: Behaviours = {
  'a session sees what another stored, flagged and removed': (driver) =>
    two(driver, async (one, other, keys) => {
      const four = await one.append('INBOX', letter({ subject: 'four' }));
      await one.setFlags('INBOX', [keys[1]!], { add: ['$flagged', 'word'] });
      await one.expunge('INBOX', [keys[0]!]);
      const seen = await other.messages('INBOX');
      assert.deepEqual(
        seen.map(({ key, flags }) => [key, flags]),
        [
          [keys[1], ['$flagged', 'word']],
          [keys[2], []],
          [four, []],
        ],
      );
      await agree(driver, one, other);
    }),

  'a session that waits is told of a message that comes': (driver) =>
    two(driver, async (one, other) => {
      await other.watch('INBOX', 'arrival', () => one.append('INBOX', letter()));
      await agree(driver, one, other);
    }),

  'a session that waits is told of a message that is copied or moved to it': (driver) =>
    two(driver, async (one, other) => {
      await one.create('Elsewhere');
      const key = await one.append('Elsewhere', letter());
      await other.watch('INBOX', 'arrival', () => one.copy('Elsewhere', [key], 'INBOX'));
      await other.watch('INBOX', 'arrival', () => one.move('Elsewhere', [key], 'INBOX'));
      await agree(driver, one, other);
      assert.equal((await other.messages('INBOX')).length, 5);
    }),

  'a session that waits is told of flags that change': (driver) =>
    two(driver, async (one, other, keys) => {
      await other.watch('INBOX', 'flags', () =>
        one.setFlags('INBOX', [keys[2]!], { add: ['$seen'] }),
      );
      await agree(driver, one, other);
    }),

  'a session that waits is told of a message that goes': (driver) =>
    two(driver, async (one, other, keys) => {
      await one.create('Elsewhere');
      await other.watch('INBOX', 'removal', () => one.expunge('INBOX', [keys[0]!]));
      await other.watch('INBOX', 'removal', () => one.move('INBOX', [keys[2]!], 'Elsewhere'));
      await agree(driver, one, other);
    }),

  'sessions that set different flags at once lose none': (driver) =>
    two(driver, async (one, other, keys) => {
      const words = Array.from({ length: 10 }, (_, i) => `word${i}`);
      await Promise.all(
        words.map((word, i) =>
          (i % 2 === 0 ? one : other).setFlags('INBOX', keys, { add: [word] }),
        ),
      );
      for (const { flags } of await one.messages('INBOX')) assert.deepEqual(flags, words);
      await agree(driver, one, other);
    }),

  'sessions that store at once lose nothing, and every message has its own key': (driver) =>
    two(driver, async (one, other, keys) => {
      const many = (session: MailSession, name: string): Promise<Key>[] =>
        Array.from({ length: 25 }, (_, i) =>
          session.append('INBOX', letter({ subject: `${name} ${i}` })),
        );
      const made = await Promise.all([...many(one, 'one'), ...many(other, 'other')]);
      const all = (await one.messages('INBOX')).map(({ key }) => key);
      assert.equal(new Set(all).size, 53);
      assert.deepEqual(all.toSorted(), [...keys, ...made].toSorted());
      await agree(driver, one, other);
    }),

  'two sessions may remove the same message': (driver) =>
    two(driver, async (one, other, keys) => {
      await Promise.all([one.expunge('INBOX', [keys[1]!]), other.expunge('INBOX', [keys[1]!])]);
      assert.equal((await one.messages('INBOX')).length, 2);
      await agree(driver, one, other);
    }),

  'a message that one session moved, another no longer can': (driver) =>
    two(driver, async (one, other, keys) => {
      await one.create('a');
      await one.create('b');
      await one.move('INBOX', keys.slice(0, 2), 'a');
      await other.move('INBOX', keys, 'b').catch(() => {});
      const left = await one.messages('INBOX');
      assert.equal((await one.status('a')).total, 2);
      assert.equal((await one.status('b')).total, 1 - left.length);
      await agree(driver, one, other);
    }),

  'a session whose mailbox another removes can go on elsewhere, or ends': (driver) =>
    two(driver, async (one, other) => {
      await one.create('Work');
      await one.append('Work', letter());
      assert.equal((await other.messages('Work')).length, 1);
      await one.remove('Work');
      await other.messages('Work').catch(() => {});
      const seen = await other.messages('INBOX').catch(() => undefined);
      if (seen !== undefined) assert.equal(seen.length, 3);
      await using witness = await driver.open();
      assert.ok(!(await witness.mailboxes()).some(({ path }) => path === 'Work'));
    }),

  'many sessions that wait are all told': (driver) =>
    two(driver, async (one) => {
      await using stack = new AsyncDisposableStack();
      const waiting: MailSession[] = [];
      for (let i = 0; i < 20; i++) waiting.push(stack.use(await driver.open()));
      for (const session of waiting) await session.messages('INBOX');
      const stored = Promise.withResolvers<unknown>();
      const told = waiting.map((session) =>
        session.watch('INBOX', 'arrival', () => stored.promise),
      );
      stored.resolve(await one.append('INBOX', letter()));
      await Promise.all(told);
      await agree(driver, ...waiting);
    }),
};

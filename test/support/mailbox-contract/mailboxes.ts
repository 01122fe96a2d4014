/** The mailbox contract: mailboxes as a tree of names (RFC 9051 §6.3.4 to §6.3.9, §7.3.1). */
import assert from 'node:assert/strict';
import { letter } from './letter.ts';
import { refused, type Behaviours } from './behaviour.ts';
import type { MailSession } from './driver.ts';

async function paths(session: MailSession): Promise<string[]> {
  return (await session.mailboxes()).map(({ path }) => path);
}

async function usable(session: MailSession, path: string): Promise<boolean> {
  return (await session.mailboxes()).some((entry) => entry.path === path && entry.selectable);
}

async function subscribed(session: MailSession): Promise<string[]> {
  return (await session.mailboxes()).flatMap((entry) => (entry.subscribed ? [entry.path] : []));
}

export const MAILBOXES: Behaviours = {
  'INBOX is there from the beginning, in any case of letters': async (driver) => {
    await using session = await driver.open();
    assert.ok((await paths(session)).includes('INBOX'));
    await session.append('inbox', letter());
    assert.equal((await session.messages('InBox')).length, 1);
    assert.equal((await session.status('INBOX')).total, 1);
  },

  'INBOX can neither be made nor removed': async (driver) => {
    await using session = await driver.open();
    await refused(session.create('INBOX'));
    await refused(session.create('inbox'));
    await refused(session.remove('INBOX'));
    assert.ok((await paths(session)).includes('INBOX'));
  },

  'each special use has its mailbox': async (driver) => {
    await using session = await driver.open();
    const roles = (await session.mailboxes()).flatMap(({ role }) => role ?? []).toSorted();
    assert.deepEqual(roles, ['archive', 'drafts', 'junk', 'sent', 'trash']);
  },

  'a mailbox that was made is there for every session, and empty': async (driver) => {
    await using session = await driver.open();
    await using other = await driver.open();
    await session.create('Work');
    assert.ok(await usable(other, 'Work'));
    assert.equal((await other.status('Work')).total, 0);
  },

  'a mailbox can be made below one that is not there yet': async (driver) => {
    await using session = await driver.open();
    await session.create('a/b/c');
    assert.ok(await usable(session, 'a/b/c'));
    assert.deepEqual(
      (await paths(session)).filter((path) => path.startsWith('a')),
      ['a', 'a/b', 'a/b/c'],
    );
    await session.append('a/b/c', letter());
  },

  'a mailbox cannot be made twice': async (driver) => {
    await using session = await driver.open();
    await session.create('Work');
    await session.append('Work', letter());
    await refused(session.create('Work'), 'exists');
    assert.equal((await session.status('Work')).total, 1);
  },

  'names differ by the case of their letters': async (driver) => {
    await using session = await driver.open();
    await session.create('work');
    await session.create('Work');
    await session.append('Work', letter());
    assert.equal((await session.status('work')).total, 0);
  },

  'names may hold what people write': async (driver) => {
    await using session = await driver.open();
    const names = ['受信箱 2025', 'Ärger', 'Tom & Jerry', "it's", '100 # ~', '絵文字 😀', 'a.b'];
    for (const name of names) await session.create(name);
    const there = await paths(session);
    assert.deepEqual(
      names.filter((name) => !there.includes(name)),
      [],
    );
    for (const name of names) await session.append(name, letter({ subject: 'x' }));
    for (const name of names) assert.equal((await session.messages(name)).length, 1, name);
    for (const name of names) await session.remove(name);
  },

  'names may hold quotes and backslashes': async (driver) => {
    await using session = await driver.open();
    for (const name of ['say "hello"', String.raw`back\slash`]) {
      await session.create(name);
      assert.ok(await usable(session, name), name);
      await session.append(name, letter());
    }
  },

  'what is not there cannot be removed, renamed, read or written': async (driver) => {
    await using session = await driver.open();
    await refused(session.remove('nowhere'), 'missing');
    await refused(session.rename('nowhere', 'somewhere'), 'missing');
    await refused(session.append('nowhere', letter()), 'missing');
    await refused(session.messages('nowhere'));
    assert.ok(!(await paths(session)).some((path) => /where/.test(path)));
  },

  'a mailbox that was removed is gone with its messages': async (driver) => {
    await using session = await driver.open();
    await session.create('Work');
    await session.append('Work', letter());
    await session.remove('Work');
    assert.ok(!(await paths(session)).includes('Work'));
    await session.create('Work');
    assert.equal((await session.status('Work')).total, 0);
  },

  'removing a mailbox never removes those below it': async (driver) => {
    await using session = await driver.open();
    await session.create('a');
    await session.create('a/b');
    await session.append('a/b', letter());
    // RFC 9051 §6.3.5, [HASCHILDREN]: a server may refuse
    const removed = await session.remove('a').then(
      () => true,
      () => false,
    );
    assert.equal(await usable(session, 'a'), !removed);
    assert.equal((await session.status('a/b')).total, 1);
    await session.remove('a/b');
    if (!removed) await session.remove('a');
    for (const path of ['a', 'a/b']) assert.ok(!(await usable(session, path)), path);
  },

  'a renamed mailbox keeps its messages, flags and keys': async (driver) => {
    await using session = await driver.open();
    await session.create('Work');
    await session.append('Work', letter({ subject: 'one' }), { flags: ['$flagged', '$todo'] });
    await session.append('Work', letter({ subject: 'two' }));
    const before = await session.messages('Work');
    await session.rename('Work', 'Play');
    await using other = await driver.open();
    assert.deepEqual(await other.messages('Play'), before);
    assert.ok(!(await paths(other)).includes('Work'));
  },

  'a renamed mailbox takes along those below it': async (driver) => {
    await using session = await driver.open();
    for (const path of ['a', 'a/b', 'a/b/c', 'ab']) await session.create(path);
    await session.append('a/b/c', letter());
    await session.rename('a', 'x/y');
    const there = await paths(session);
    for (const path of ['x/y', 'x/y/b', 'x/y/b/c', 'ab']) assert.ok(there.includes(path), path);
    assert.ok(!there.some((path) => path.startsWith('a/') || path === 'a'));
    assert.equal((await session.status('x/y/b/c')).total, 1);
  },

  'nothing is renamed to a name that is taken': async (driver) => {
    await using session = await driver.open();
    await session.create('a');
    await session.create('b');
    await session.append('b', letter());
    await refused(session.rename('a', 'b'), 'exists');
    await refused(session.rename('a', 'INBOX'));
    assert.equal((await session.status('b')).total, 1);
    assert.ok(await usable(session, 'a'));
  },

  'renaming INBOX moves its messages and leaves it empty, with those below it': async (driver) => {
    await using session = await driver.open();
    await session.create('INBOX/below');
    await session.append('INBOX', letter({ subject: 'one' }), { flags: ['$flagged'] });
    await session.append('INBOX', letter({ subject: 'two' }));
    await session.rename('INBOX', 'Old mail');
    assert.deepEqual(
      (await session.messages('Old mail')).map(({ flags }) => flags),
      [['$flagged'], []],
    );
    assert.equal((await session.status('INBOX')).total, 0);
    assert.ok(await usable(session, 'INBOX/below'));
    await session.append('INBOX', letter());
    assert.equal((await session.messages('INBOX')).length, 1);
  },

  'a mailbox made anew under an old name has another validity': {
    needs: 'uid',
    async run(driver) {
      await using session = await driver.open();
      await session.create('Work');
      const { uidValidity } = await session.status('Work');
      await session.remove('Work');
      await session.create('Work');
      assert.ok((await session.status('Work')).uidValidity > uidValidity);
    },
  },

  'a mailbox renamed to the name of another has a validity that the name never had': {
    needs: 'uid',
    async run(driver) {
      await using session = await driver.open();
      await session.create('a');
      await session.create('b');
      const { uidValidity } = await session.status('a');
      await session.remove('a');
      await session.rename('b', 'a');
      assert.notEqual((await session.status('a')).uidValidity, uidValidity);
    },
  },

  'a subscription lasts over sessions, and ends when told': async (driver) => {
    {
      await using session = await driver.open();
      await session.create('Work');
      await session.subscribe('Work', true);
      await session.subscribe('INBOX', true);
    }
    await using session = await driver.open();
    assert.deepEqual(await subscribed(session), ['INBOX', 'Work']);
    await session.subscribe('Work', false);
    assert.deepEqual(await subscribed(session), ['INBOX']);
  },

  'a subscription outlives its mailbox': {
    needs: 'uid',
    async run(driver) {
      await using session = await driver.open();
      await session.create('Work');
      await session.subscribe('Work', true);
      await session.remove('Work');
      assert.ok(!(await usable(session, 'Work')));
      assert.deepEqual(await subscribed(session), ['Work']);
    },
  },
};

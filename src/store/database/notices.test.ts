import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { silentLog } from '#log';
import { openTestDatabase, type TestDatabase } from '../../../test/support/database/database.ts';
import { Notices, type Topic } from './notices.ts';

let database: TestDatabase;
let here: Notices;
let there: Notices;

before(async () => {
  database = await openTestDatabase({ schema: 'empty' });
  [here, there] = [0, 1].map(() => new Notices(database.connection, silentLog)) as [
    Notices,
    Notices,
  ];
  await Promise.all([here.start(), there.start()]);
});
after(async () => {
  await Promise.all([here.close(), there.close()]);
  await database.close();
});

/** Resolves with the next notice of a topic. */
function next(notices: Notices, topic: Topic): Promise<void> {
  return new Promise((resolve) => {
    const stop = notices.on(topic, () => {
      stop();
      resolve();
    });
  });
}

test('a notice is heard at once where it was said, and once in all, and by other processes too', async () => {
  let heard = 0;
  here.on('queue', () => heard++);
  const first = next(there, 'queue');
  here.say('queue');
  assert.equal(heard, 1);
  await first;
  // what the database tells of the first comes before what it tells of the second
  const second = next(here, 'queue');
  there.say('queue');
  await second;
  assert.equal(heard, 2);
});

test('a listener hears its own topic alone', async () => {
  let heard = 0;
  const stop = there.on('account:1', () => heard++);
  const other = next(there, 'account:2');
  here.say('account:2');
  await other;
  stop();
  assert.equal(heard, 0);
});

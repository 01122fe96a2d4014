import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { systemClock } from '#clock';
import { silentLog } from '#log';
import type { Pool } from '#store/database/open';
import {
  keepSessions,
  sessionsSince,
  trimSessions,
  type SmtpSessionRecord,
} from '#store/lab/lesson-sessions';
import { openTestStore, type TestStore } from '../../../../test/support/store/store.ts';
import { LessonWitness } from './session-witness.ts';

let at: TestStore;
before(async () => {
  at = await openTestStore();
});
after(() => at[Symbol.asyncDispose]());

function witness(): LessonWitness {
  return new LessonWitness({ clock: systemClock, log: silentLog });
}

function play(of: LessonWitness, id: string, lines = 1): void {
  const observer = of.began({ id, listener: 'mx', client: '192.0.2.1' })!;
  for (let i = 0; i < lines; i++) observer.said({ at: i, kind: 'received', line: 'NOOP' });
  observer.ended();
}

async function kept(): Promise<string[]> {
  return (await sessionsSince(at.store.pool, 0)).map(({ id }) => id);
}

test('Sessions wait for the database, are kept over its absence, and are written once', async () => {
  const waiting = witness();
  play(waiting, 'w1');
  await waiting.flush();
  assert.deepEqual(await kept(), []);
  const away = { query: () => Promise.reject(new Error('away')) } as unknown as Pool;
  waiting.keepIn(away);
  play(waiting, 'w2');
  await waiting.flush();
  waiting.keepIn(at.store.pool);
  await waiting.flush();
  await waiting.flush();
  assert.deepEqual(await kept(), ['w1', 'w2']);
});

test('A session that goes on is kept as far as it has come, and its end takes the place of that', async () => {
  const watching = witness();
  watching.keepIn(at.store.pool);
  const observer = watching.began({ id: 'open', listener: 'mx', client: '192.0.2.1' })!;
  observer.said({ at: 0, kind: 'received', line: 'DATA' });
  await watching.flush();
  const found = async () =>
    (await sessionsSince(at.store.pool, 0)).find(({ id }) => id === 'open')!;
  assert.deepEqual([(await found()).endedAt, (await found()).entries.length], [undefined, 1]);
  observer.said({ at: 1, kind: 'sent', line: '354 go on' });
  observer.ended();
  await watching.flush();
  assert.equal((await found()).entries.length, 2);
  assert.notEqual((await found()).endedAt, undefined);
});

test('What one session says is bounded, and so is what is kept of all', async () => {
  const bounded = witness();
  bounded.keepIn(at.store.pool);
  play(bounded, 'long', 5000);
  await bounded.flush();
  const found = (await sessionsSince(at.store.pool, 0)).find(({ id }) => id === 'long')!;
  assert.equal(found.entries.length, 500);
  await trimSessions(at.store.pool, 1);
  assert.deepEqual(await kept(), ['long']);
});

test('Whoever floods the ports takes no room from the learner', async () => {
  const { pool } = at.store;
  const session = (id: string, client: string, beganAt: number): SmtpSessionRecord => ({
    id,
    listener: 'mx',
    client,
    beganAt,
    endedAt: beganAt,
    entries: [],
  });
  const flood = Array.from({ length: 50 }, (_, n) => session(`flood-${n}`, '127.20.66.5', 10 + n));
  await keepSessions(pool, [session('by-hand', '127.0.0.1', 1), ...flood]);
  await trimSessions(pool, 10);
  const ids = await kept();
  assert.ok(ids.includes('by-hand'));
  assert.equal(ids.filter((id) => id.startsWith('flood-')).length, 10);
});

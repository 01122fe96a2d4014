import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { silentLog } from '#log';
import type { Pool } from '#store/database/open';
import { ManualClock } from '../../../test/support/time/manual-clock.ts';
import { openTestStore, type TestStore } from '../../../test/support/store/store.ts';
import { Challenges } from './challenges.ts';

let opened: TestStore;
before(async () => {
  opened = await openTestStore();
});
after(() => opened[Symbol.asyncDispose]());

const TOKEN = {
  type: 'http-01',
  name: 'a.test',
  token: 'tok-1_x',
  keyAuthorization: 'tok.k',
} as const;

interface Held {
  /** The database has answered a question. */
  readonly answered: Promise<void>;
  readonly letThrough: () => void;
}

/** Counts its questions, and holds each answer back until it is let through. */
function watched(pool: Pool): { pool: Pool; asked: () => number; hold: () => Held } {
  const ask = pool.query.bind(pool) as (...given: unknown[]) => Promise<unknown>;
  let questions = 0;
  let gate: Promise<void> | undefined;
  let answered = (): void => {};
  const query = async (...given: unknown[]): Promise<unknown> => {
    questions++;
    const answer: unknown = await ask(...given);
    answered();
    await gate;
    return answer;
  };
  const watching = new Proxy(pool, {
    get: (target, key) => (key === 'query' ? query : (Reflect.get(target, key) as unknown)),
  });
  const hold = (): Held => {
    const { promise, resolve } = Promise.withResolvers<void>();
    gate = promise;
    const first = Promise.withResolvers<void>();
    answered = first.resolve;
    const letThrough = (): void => {
      gate = undefined;
      resolve();
    };
    return { answered: first.promise, letThrough };
  };
  return { pool: watching, asked: () => questions, hold };
}

/** Nothing is ever heard by who has these. */
const SILENT = { on: () => () => {}, say: () => {} };

test('a node that heard of nothing looks once a second for all that ask, and what is no token costs nothing', async () => {
  const { pool, asked } = watched(opened.store.pool);
  const clock = new ManualClock(Date.UTC(2026, 0, 1));
  using deaf = new Challenges({ pool, notices: SILENT, clock, log: silentLog });
  const first = deaf.tokenAnswer(TOKEN.token);
  await clock.toNextSleeper();
  assert.equal(await first, undefined);
  for (const nonsense of ['', '../../etc/passwd', 'a b', 'x'.repeat(600), 'a%2fb'])
    assert.equal(await deaf.tokenAnswer(nonsense), undefined);
  assert.equal(asked(), 1);
  const many = Array.from({ length: 20 }, () => deaf.tokenAnswer(TOKEN.token));
  clock.advance(999);
  assert.equal(asked(), 1);
  clock.advance(1);
  assert.deepEqual([...new Set(await Promise.all(many))], [undefined]);
  assert.equal(asked(), 2);
});

test('an authority that is here before the notice, just after the node looked, gets the answer', async () => {
  const clock = new ManualClock(Date.UTC(2026, 0, 1));
  const { pool } = opened.store;
  using deaf = new Challenges({ pool, notices: SILENT, clock, log: silentLog });
  const before = deaf.tokenAnswer(TOKEN.token);
  await clock.toNextSleeper();
  assert.equal(await before, undefined);
  using other = new Challenges({ pool, notices: SILENT, clock, log: silentLog });
  await other.put(TOKEN);
  assert.equal(await other.tokenAnswer(TOKEN.token), 'tok.k');
  const answer = deaf.tokenAnswer(TOKEN.token);
  clock.advance(1000);
  assert.equal(await answer, 'tok.k');
  await other.remove(TOKEN);
});

test('what is put while a node looks is seen once that node hears of it', async () => {
  const clock = new ManualClock(Date.UTC(2026, 0, 1));
  const { pool, asked, hold } = watched(opened.store.pool);
  let hears = (): void => {};
  const notices = {
    on: (_topic: string, listener: () => void) => {
      hears = listener;
      return () => {};
    },
    say: () => {},
  };
  using node = new Challenges({ pool, notices, clock, log: silentLog });
  const { answered, letThrough } = hold();
  hears();
  await answered;
  using other = new Challenges({ ...opened.store, notices: SILENT, clock, log: silentLog });
  await other.put({ ...TOKEN, type: 'tls-alpn-01' });
  hears();
  letThrough();
  for (let looks = 0; node.alpnCertificate(TOKEN.name) === undefined; looks++) {
    assert.ok(looks < 2000, 'it never saw it');
    await delay(5);
  }
  assert.equal(asked(), 2);
  await other.remove({ ...TOKEN, type: 'tls-alpn-01' });
});

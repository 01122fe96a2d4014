import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { silentLog } from '#log';
import { ManualClock } from '../../../test/support/manual-clock.ts';
import { openTestStore, type TestStore } from '../../../test/support/store.ts';
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

test('a node that heard of nothing looks once a second, and what is no token costs nothing', async () => {
  const { pool } = opened.store;
  let questions = 0;
  const counting = new Proxy(pool, {
    get(target, key) {
      if (key === 'query') questions++;
      const value: unknown = Reflect.get(target, key);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  const clock = new ManualClock(Date.UTC(2026, 0, 1));
  // nothing is ever heard by this one
  const notices = { on: () => () => {}, say: () => {} };
  using deaf = new Challenges({ pool: counting, notices, clock, log: silentLog });
  assert.equal(await deaf.tokenAnswer(TOKEN.token), undefined);
  assert.equal(await deaf.tokenAnswer(TOKEN.token), undefined);
  for (const nonsense of ['', '../../etc/passwd', 'a b', 'x'.repeat(600), 'a%2fb']) {
    assert.equal(await deaf.tokenAnswer(nonsense), undefined);
  }
  assert.equal(questions, 1);
  using other = new Challenges({ pool, notices: opened.store.notices, clock, log: silentLog });
  await other.put(TOKEN);
  assert.equal(await other.tokenAnswer(TOKEN.token), 'tok.k');
  clock.advance(1500);
  assert.equal(await deaf.tokenAnswer(TOKEN.token), 'tok.k');
  await other.remove(TOKEN);
});

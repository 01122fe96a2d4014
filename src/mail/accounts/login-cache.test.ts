import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PreparedText } from '#protocol/sasl/prepared-text';
import { LoginCache } from './login-cache.ts';

/** The texts of these tests are their own prepared form. */
const prepared = (text: string) => text as PreparedText;

function cacheAt(options: { capacity?: number } = {}) {
  const time = { now: 0 };
  const cache = new LoginCache<string>({
    key: Buffer.alloc(32, 1),
    monotonic: () => time.now,
    ttlMs: 60_000,
    ...options,
  });
  const remember = (name: string, password = 'secret') =>
    cache.remember(cache.ticket(), prepared(name), prepared(password), `login of ${name}`);
  const find = (name: string, password = 'secret') =>
    cache.find(prepared(name), prepared(password));
  return { cache, time, remember, find };
}

test('the same name and password are found again, others are not', () => {
  const { remember, find } = cacheAt();
  remember('alice');
  assert.equal(find('alice'), 'login of alice');
  assert.equal(find('alice', 'other'), undefined);
  assert.equal(find('bob'), undefined);
  assert.equal(find('alices', 'ecret'), undefined);
});

test('a login is forgotten when its time is over', () => {
  const { cache, time, remember, find } = cacheAt();
  remember('alice');
  time.now = 59_999;
  assert.equal(find('alice'), 'login of alice');
  time.now = 60_000;
  assert.equal(find('alice'), undefined);
  assert.equal(cache.size, 0);
});

test('finding a login does not lengthen its time', () => {
  const { time, remember, find } = cacheAt();
  remember('alice');
  time.now = 50_000;
  find('alice');
  time.now = 60_000;
  assert.equal(find('alice'), undefined);
});

test('a change drops every login', () => {
  const { cache, remember, find } = cacheAt();
  remember('alice', 'account password');
  remember('alice', 'app password');
  remember('bob');
  cache.forgetAll();
  assert.equal(find('alice', 'account password'), undefined);
  assert.equal(find('alice', 'app password'), undefined);
  assert.equal(find('bob'), undefined);
  assert.equal(cache.size, 0);
});

test('what was verified before a change is not remembered after it', () => {
  const { cache, find } = cacheAt();
  const ticket = cache.ticket();
  cache.forgetAll();
  cache.remember(ticket, prepared('alice'), prepared('secret'), 'the old password');
  assert.equal(find('alice'), undefined);
});

test('the oldest goes when there is no room, and the expired before it', () => {
  const { cache, time, remember, find } = cacheAt({ capacity: 3 });
  for (const name of ['a', 'b', 'c', 'd']) remember(name);
  assert.equal(cache.size, 3);
  assert.equal(find('a'), undefined);
  assert.equal(find('b'), 'login of b');
  time.now = 60_000;
  remember('e');
  assert.equal(cache.size, 1);
});

test('remembering again makes a login the newest', () => {
  const { remember, find } = cacheAt({ capacity: 2 });
  remember('a');
  remember('b');
  remember('a');
  remember('c');
  assert.equal(find('a'), 'login of a');
  assert.equal(find('b'), undefined);
});

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { openTestStore, type TestStore } from '../../test/support/store/store.ts';
import { ensureTenant } from './directory/tenants.ts';
import {
  countSoftBounce,
  findSuppressed,
  forgetSuppressions,
  isSuppressed,
  listSuppressions,
  suppress,
  unsuppress,
  type NewSuppression,
} from './suppression.ts';

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 10, 24, 9);
let t: TestStore;
let tenantId: string;

before(async () => {
  t = await openTestStore();
  tenantId = await ensureTenant(t.store.pool, 'default', NOW);
});
after(() => t[Symbol.asyncDispose]());
beforeEach(() => t.store.pool.query('truncate suppressions, soft_bounces'));

function suppressed(more: Partial<NewSuppression> = {}): Promise<boolean> {
  return suppress(t.store.pool, {
    tenantId,
    stream: 'bulk',
    address: 'ann@example.org',
    reason: 'hard-bounce',
    detail: '550 5.1.1 no such user',
    at: NOW,
    until: NOW + 90 * DAY,
    messageId: '01k5s0c3rv4m7',
    ...more,
  });
}

function asked(address = 'ann@example.org', more = {}): Promise<boolean> {
  return isSuppressed(t.store.pool, { tenantId, stream: 'bulk', address, at: NOW, ...more });
}

test('an address is suppressed from then on, until its end', async () => {
  assert.equal(await asked(), false);
  assert.equal(await suppressed(), true);
  assert.equal(await asked(), true);
  assert.equal(await asked('ann@example.org', { at: NOW + 90 * DAY }), false);
  assert.equal(await asked('bob@example.org'), false);
});

test('neither case, quotes nor the form of the domain hide an address', async () => {
  await suppressed({ address: 'Ann@EXAMPLE.org' });
  await suppressed({ address: '鈴木@例え.test' });
  for (const address of ['aNN@example.ORG', '"ann"@example.org', '鈴木@xn--r8jz45g.test'])
    assert.equal(await asked(address), true, address);
});

test('what nobody can parse is compared as it is, and does no harm', async () => {
  await suppressed({ address: 'no\0 address' });
  assert.equal(await asked('no\0 address'), true);
});

test('one suppressed for one list gets other bulk mail; one for all bulk mail gets none', async () => {
  await suppressed({ stream: 'News.Example.test', reason: 'unsubscribe', until: undefined });
  assert.equal(await asked('ann@example.org', { stream: 'news.example.test' }), true);
  assert.equal(await asked('ann@example.org', { stream: 'other.example.test' }), false);
  assert.equal(await asked(), false);
  await suppressed();
  assert.equal(await asked('ann@example.org', { stream: 'other.example.test' }), true);
});

test('another tenant does not know of it, unless it holds for all', async () => {
  const other = await ensureTenant(t.store.pool, 'other', NOW);
  await suppressed();
  assert.equal(await asked('ann@example.org', { tenantId: other }), false);
  await suppressed({ tenantId: undefined });
  assert.equal(await asked('ann@example.org', { tenantId: other }), true);
  assert.equal(await asked('ann@example.org', { tenantId: undefined }), true);
});

describe('once more for the same reason', () => {
  test('keeps the beginning and the later end', async () => {
    await suppressed();
    assert.equal(await suppressed({ at: NOW + DAY, until: NOW + 2 * DAY, detail: 'again' }), false);
    const [kept] = await listSuppressions(t.store.pool, { limit: 10 });
    assert.deepEqual(
      [kept?.since.getTime(), kept?.until?.getTime(), kept?.detail],
      [NOW, NOW + 90 * DAY, 'again'],
    );
  });

  test('for good stays for good', async () => {
    await suppressed({ until: undefined });
    await suppressed();
    assert.equal(await asked('ann@example.org', { at: NOW + 9999 * DAY }), true);
  });

  test('after its end begins anew', async () => {
    await suppressed();
    assert.equal(await suppressed({ at: NOW + 100 * DAY, until: NOW + 190 * DAY }), true);
    const [kept] = await listSuppressions(t.store.pool, { limit: 10 });
    assert.equal(kept?.since.getTime(), NOW + 100 * DAY);
  });
});

test('several reasons stand side by side: the one that lasts longest is told', async () => {
  await suppressed();
  await suppressed({ reason: 'complaint', until: undefined });
  await suppressed({ reason: 'soft-bounces', until: NOW + DAY });
  const question = { tenantId, stream: 'bulk', at: NOW };
  const found = await findSuppressed(t.store.pool, question, ['Ann@example.org', 'b@c.test']);
  assert.deepEqual(
    [...found].map(([address, { reason, until }]) => [address, reason, until]),
    [['Ann@example.org', 'complaint', null]],
  );
  assert.equal((await findSuppressed(t.store.pool, question, [])).size, 0);
});

test('a list is by address, stream and reason, newest first, without what ended', async () => {
  await suppressed();
  await suppressed({ address: 'bob@example.org', at: NOW + 1, until: NOW + 2 });
  await suppressed({ address: 'cy@example.org', reason: 'manual', stream: 'news', at: NOW + 2 });
  const list = async (more: object) =>
    (await listSuppressions(t.store.pool, { limit: 10, ...more })).map(({ address }) =>
      address.slice(0, address.indexOf('@')),
    );
  assert.deepEqual(await list({}), ['cy', 'bob', 'ann']);
  assert.deepEqual(await list({ at: NOW + 5 }), ['cy', 'ann']);
  assert.deepEqual(await list({ reason: 'hard-bounce' }), ['bob', 'ann']);
  assert.deepEqual(await list({ stream: 'NEWS' }), ['cy']);
  assert.deepEqual(await list({ address: 'ANN@example.org' }), ['ann']);
  assert.deepEqual(await list({ limit: 1 }), ['cy']);
});

test('what is removed is told, for one reason or for all', async () => {
  await suppressed();
  await suppressed({ reason: 'complaint' });
  const removed = await unsuppress(t.store.pool, {
    address: 'ANN@example.org',
    reason: 'complaint',
  });
  assert.deepEqual(
    removed.map(({ reason }) => reason),
    ['complaint'],
  );
  assert.equal(await asked(), true);
  assert.equal((await unsuppress(t.store.pool, { address: 'ann@example.org' })).length, 1);
  assert.equal(await asked(), false);
});

test('days with soft bounces are counted once each, within the window', async () => {
  const count = (days: number) =>
    countSoftBounce(t.store.pool, {
      tenantId,
      address: 'ann@example.org',
      at: NOW + days * DAY,
      from: NOW + (days - 14) * DAY,
    });
  assert.equal(await count(0), 1);
  assert.equal(await count(0), 1);
  assert.equal(await count(1), 2);
  assert.equal(await count(14), 3);
  assert.equal(await count(16), 2);
});

test('days with soft bounces of one tenant suppress nothing for another', async () => {
  const other = await ensureTenant(t.store.pool, 'other', NOW);
  const count = (tenant: string, days: number) => {
    const at = NOW + days * DAY;
    const bounce = { tenantId: tenant, address: 'ann@example.org', at, from: NOW - DAY };
    return countSoftBounce(t.store.pool, bounce);
  };
  assert.deepEqual([await count(tenantId, 0), await count(tenantId, 1)], [1, 2]);
  assert.equal(await count(other, 2), 1);
});

test('what ended long ago is forgotten, and nothing else', async () => {
  await suppressed();
  await suppressed({ reason: 'complaint', until: undefined });
  await forgetSuppressions(t.store.pool, NOW + 90 * DAY);
  assert.equal((await listSuppressions(t.store.pool, { limit: 10 })).length, 2);
  await forgetSuppressions(t.store.pool, NOW + 91 * DAY);
  assert.equal((await listSuppressions(t.store.pool, { limit: 10 })).length, 1);
});

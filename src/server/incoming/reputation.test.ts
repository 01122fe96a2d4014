import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { systemClock } from '#clock';
import type { Config } from '#config';
import { silentLog } from '#log';
import { newTestGuard } from '../../../test/support/store/guard.ts';
import { openTestStore, type TestStore } from '../../../test/support/store/store.ts';
import { HALF_LIFE, NO_COUNTS } from '#mail/reputation/score';
import { countSenders, listSenders } from '#store/reputation/sender-history';
import { reputationOf } from './reputation.ts';

let at: TestStore;
before(async () => {
  at = await openTestStore();
});
after(() => at[Symbol.asyncDispose]());

function open(isKept: boolean) {
  const config = {
    'receive.reputation': isKept,
    'receive.greylist_spare': ['198.51.100.0/24', 'good.example'],
  } as unknown as Config;
  const { pool } = at.store;
  const guard = newTestGuard(at.store);
  const note = () => {};
  return reputationOf({ config, log: silentLog, clock: systemClock, pool, guard, note });
}

test('whoever is protected, spared or known for good mail need not wait for the greeting', async () => {
  const good = { kind: 'network', name: '192.0.2.1', isNew: true } as const;
  const counts = { ...NO_COUNTS, accepted: 100 };
  await countSenders(at.store.pool, [{ ...good, counts }], Date.now() - 2 * 86_400_000, HALF_LIFE);
  await using kept = open(true);
  for (const [address, isKnown] of [
    ['127.0.0.1', true],
    ['198.51.100.7', true],
    ['192.0.2.1', true],
    ['192.0.2.2', false],
  ] as const)
    assert.equal(await kept.isKnown(address), isKnown, address);
  await using off = open(false);
  assert.equal(await off.isKnown('198.51.100.7'), true);
  assert.equal(await off.isKnown('192.0.2.1'), false);
  assert.equal(off.history, undefined);
});

test('recipients that are not here are counted of the network that asked for them, and other misconduct is not', async () => {
  {
    await using kept = open(true);
    for (let i = 0; i < 3; i++) kept.conduct.noteMisconduct('203.0.113.9', 'unknown-recipient');
    kept.conduct.noteMisconduct('203.0.113.9', 'early-talker');
    kept.conduct.noteMisconduct('127.0.0.1', 'unknown-recipient');
  }
  const rows = await listSenders(at.store.pool, 10);
  const counted = rows.filter(({ counts }) => counts.unknown > 0);
  assert.deepEqual(
    counted.map(({ name, counts }) => [name, counts]),
    [['203.0.113.9', { ...NO_COUNTS, unknown: 3 }]],
  );
});

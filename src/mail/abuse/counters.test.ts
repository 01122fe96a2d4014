import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Counters } from './counters.ts';

const SLOT = 60_000;
const START = 1_700_000_040_000 - (1_700_000_040_000 % SLOT);

function counters(options: Partial<ConstructorParameters<typeof Counters>[0]> = {}): Counters {
  return new Counters({ slot: SLOT, capacity: 1000, shareFrom: 1, ...options });
}

test('what was counted fades over the window that follows its slot', () => {
  const counts = counters();
  for (let i = 0; i < 10; i++) counts.add('a', START + 1000);
  assert.equal(counts.level('a', START + SLOT - 1), 10);
  assert.ok(Math.abs(counts.level('a', START + SLOT * 1.5) - 5) < 0.01);
  assert.equal(counts.level('a', START + SLOT * 2), 0);
});

test('no more is ever counted than happened within two slots, and no less than within one', () => {
  const steps = fc.array(fc.integer({ min: 0, max: SLOT }), { maxLength: 80 });
  fc.assert(
    fc.property(steps, (gaps) => {
      const counts = counters();
      const times: number[] = [];
      let now = START;
      for (const gap of gaps) {
        now += gap;
        times.push(now);
        const level = counts.add('a', now);
        const within = (span: number) => times.filter((at) => at > now - span).length;
        assert.ok(level <= within(2 * SLOT) + 1e-9);
        const inSlot = times.filter((at) => Math.floor(at / SLOT) === Math.floor(now / SLOT));
        assert.ok(level >= inSlot.length - 1e-9);
      }
    }),
  );
});

test('a flood of keys neither grows memory nor pushes out who came often', () => {
  const counts = counters({ capacity: 500 });
  for (let i = 0; i < 40; i++) counts.add('attacker', START);
  for (let i = 0; i < 50_000; i++) counts.add(`flood ${i}`, START + i / 10);
  assert.ok(counts.size <= 500);
  assert.ok(counts.level('attacker', START + 5000) === 40);
});

test('under any mixture the strongest of many stays', () => {
  const key = fc.integer({ min: 0, max: 400 });
  fc.assert(
    fc.property(fc.array(key, { minLength: 300, maxLength: 3000 }), (keys) => {
      const counts = counters({ capacity: 64 });
      for (let i = 0; i < 30; i++) counts.add('strong', START);
      for (const one of keys) {
        counts.add(`k${one}`, START);
        assert.ok(counts.size <= 64);
      }
      assert.equal(counts.level('strong', START), 30);
    }),
    { numRuns: 30 },
  );
});

test('a round takes each change once, in order, and the rest stays for the next', () => {
  const counts = counters({ shareFrom: 2 });
  counts.add('once', START);
  for (const key of ['a', 'b', 'c']) counts.add(key, START, 2);
  const first = counts.takeChanges(2, START);
  assert.deepEqual(
    first.map(({ key, amount }) => [key, amount]),
    [
      ['a', 2],
      ['b', 2],
    ],
  );
  counts.add('a', START);
  assert.deepEqual(
    counts.takeChanges(9, START).map(({ key, amount }) => [key, amount]),
    [
      ['c', 2],
      ['a', 1],
    ],
  );
  assert.deepEqual(counts.takeChanges(9, START), []);
});

test('what others counted adds to the own, is replaced and not added again, and fades alike', () => {
  const counts = counters();
  const slot = START / SLOT;
  counts.add('a', START);
  counts.learn('a', slot, 4, START);
  counts.learn('a', slot, 6, START);
  assert.equal(counts.level('a', START), 7);
  counts.learn('a', slot - 1, 10, START + SLOT / 2);
  assert.ok(Math.abs(counts.level('a', START + SLOT / 2) - 12) < 0.01);
  counts.learn('a', slot - 5, 1000, START);
  assert.equal(counts.takeChanges(9, START).length, 1);
});

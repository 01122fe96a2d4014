import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../../../test/support/time/manual-clock.ts';
import { Breaker, type BreakerChange } from './breaker.ts';

const SECOND = 1000;

function breaker() {
  const clock = new ManualClock();
  const changes: BreakerChange[] = [];
  const made = new Breaker({
    monotonic: () => clock.monotonic(),
    failures: 3,
    firstRest: SECOND,
    longestRest: 3 * SECOND,
    changed: (change) => changes.push(change),
  });
  const fail = (times: number): void => {
    for (let i = 0; i < times; i++) made.enter()!.failed();
  };
  return { clock, changes, breaker: made, fail };
}

test('only so many failures in a row open it', () => {
  const { breaker: one, changes, fail } = breaker();
  fail(2);
  one.enter()!.succeeded();
  fail(2);
  one.enter()!.undecided();
  assert.ok(one.enter());
  assert.deepEqual(changes, []);
  fail(1);
  assert.equal(one.enter(), undefined);
  assert.deepEqual(changes, [{ kind: 'opened' }]);
});

test('after a while one asks for all, and what succeeds closes it', () => {
  const { breaker: one, changes, fail, clock } = breaker();
  fail(3);
  clock.advance(SECOND - 1);
  assert.equal(one.enter(), undefined);
  clock.advance(1);
  const probe = one.enter()!;
  assert.equal(one.enter(), undefined);
  probe.succeeded();
  assert.ok(one.enter());
  assert.deepEqual(changes, [{ kind: 'opened' }, { kind: 'closed', after: SECOND, turnedAway: 2 }]);
});

test('each probe that fails doubles the while, up to the longest, and is no change', () => {
  const { breaker: one, changes, fail, clock } = breaker();
  fail(3);
  clock.advance(SECOND);
  for (const rest of [2, 3, 3]) {
    one.enter()!.failed();
    clock.advance(rest * SECOND - 1);
    assert.equal(one.enter(), undefined, `${rest} s`);
    clock.advance(1);
  }
  one.enter()!.succeeded();
  assert.equal(changes.length, 2);
  // the next time begins anew
  fail(3);
  clock.advance(SECOND);
  assert.ok(one.enter());
});

test('a probe that was given up lets the next one ask', () => {
  const { breaker: one, fail, clock } = breaker();
  fail(3);
  clock.advance(SECOND);
  one.enter()!.undecided();
  assert.ok(one.enter());
});

test('what was asked before it opened changes nothing by failing, and closes it by succeeding', () => {
  const { breaker: one, fail, clock } = breaker();
  const [early, late] = [one.enter()!, one.enter()!];
  fail(3);
  early.failed();
  clock.advance(SECOND - 1);
  assert.equal(one.enter(), undefined);
  clock.advance(1);
  const probe = one.enter()!;
  late.succeeded();
  assert.ok(one.enter());
  probe.failed();
  assert.ok(one.enter());
});

test('a leave counts once', () => {
  const { breaker: one } = breaker();
  const leave = one.enter()!;
  for (let i = 0; i < 5; i++) leave.failed();
  assert.ok(one.enter());
});

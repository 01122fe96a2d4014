import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reactTo } from './reaction.ts';

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 10, 24, 9);
const END = Date.UTC(2026, 10, 25);

function react(slowed: number, refused: number, day = { refused, taken: 100 }, rests = 0) {
  return reactTo({ slowed, refused }, day, rests, NOW, END);
}

test('nothing against us changes nothing', () => {
  assert.deepEqual(react(0, 0), { kind: 'go-on' });
});

test('after the first word bulk mail rests for hours, after the next for the day; other mail is tried sooner', () => {
  assert.deepEqual(react(1, 0), {
    kind: 'rest',
    until: NOW + HOUR / 2,
    bulkUntil: NOW + 4 * HOUR,
  });
  assert.deepEqual(react(3, 0, { refused: 0, taken: 100 }, 1), {
    kind: 'rest',
    until: NOW + HOUR,
    bulkUntil: END,
  });
  assert.deepEqual(react(3, 0, { refused: 0, taken: 100 }, 30), {
    kind: 'rest',
    until: END,
    bulkUntil: END,
  });
});

test('no rest goes beyond the day', () => {
  const late = END - 60_000;
  const rest = reactTo({ slowed: 1, refused: 0 }, { refused: 0, taken: 9 }, 0, late, END);
  assert.deepEqual(rest, { kind: 'rest', until: END, bulkUntil: END });
});

test('refusals stop the plan once they are more than a few', () => {
  assert.deepEqual(react(0, 1), { kind: 'go-on' });
  assert.deepEqual(react(0, 1, { refused: 1, taken: 1 }), { kind: 'go-on' });
  assert.deepEqual(react(0, 1, { refused: 2, taken: 10 }), { kind: 'stop' });
  assert.deepEqual(react(0, 9, { refused: 9, taken: 100 }), { kind: 'go-on' });
  assert.deepEqual(react(0, 5, { refused: 10, taken: 100 }), { kind: 'stop' });
  // of a session that is refused nothing is taken
  assert.deepEqual(react(0, 1, { refused: 2, taken: 0 }), { kind: 'stop' });
});

test('what was refused earlier in the day stops nothing later', () => {
  assert.deepEqual(react(0, 0, { refused: 50, taken: 100 }), { kind: 'go-on' });
});

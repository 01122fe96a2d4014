import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { goThrough, readMove, type Move } from './step-keys.ts';

function terminal() {
  const raw: boolean[] = [];
  const input = Object.assign(new PassThrough(), {
    setRawMode(mode: boolean) {
      raw.push(mode);
      return input;
    },
  });
  return {
    input: input as never,
    raw,
    type: (keys: string) => input.write(keys),
    end: () => input.end(),
  };
}

test('keys say where to go, and the terminal is put back after each', async () => {
  for (const [key, move] of [
    ['\r', 'next'],
    [' ', 'next'],
    ['p', 'previous'],
    ['P', 'previous'],
    ['a', 'rest'],
    ['q', 'quit'],
    ['\x03', 'quit'],
    ['\x04', 'quit'],
  ] as const) {
    const { input, raw, type } = terminal();
    type(key);
    assert.equal(await readMove({ input }), move, JSON.stringify(key));
    assert.deepEqual(raw, [true, false]);
  }
});

test('what means nothing is passed over, arrow keys too', async () => {
  const { input, type } = terminal();
  const move = readMove({ input });
  for (const key of ['x', '\x1b[A', '\x1bp', '\xff']) {
    type(key);
    await new Promise(setImmediate);
  }
  type('a');
  assert.equal(await move, 'rest');
});

test('the end of the input ends it', async () => {
  const { input, raw, end } = terminal();
  end();
  assert.equal(await readMove({ input }), 'quit');
  assert.deepEqual(raw, [true, false]);
});

async function shown(count: number, moves: readonly Move[]): Promise<number[]> {
  const seen: number[] = [];
  let next = 0;
  await goThrough(
    count,
    (index) => seen.push(index),
    () => Promise.resolve(moves[next++] ?? 'quit'),
  );
  return seen;
}

test('one after the other, back, and all the rest', async () => {
  assert.deepEqual(await shown(3, ['next', 'next', 'next']), [0, 1, 2]);
  assert.deepEqual(await shown(3, ['previous', 'next', 'previous', 'quit']), [0, 0, 1, 0]);
  assert.deepEqual(await shown(4, ['next', 'rest']), [0, 1, 2, 3]);
  assert.deepEqual(await shown(0, []), []);
  const all: number[] = [];
  await goThrough(3, (index) => all.push(index), undefined);
  assert.deepEqual(all, [0, 1, 2]);
});

test('whatever is pressed, what is shown lies side by side and within bounds', async () => {
  const move = fc.constantFrom<Move>('next', 'previous', 'rest', 'quit');
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 9 }), fc.array(move), async (count, moves) => {
      const seen = await shown(count, moves);
      assert.equal(seen[0], 0);
      for (const [index, one] of seen.entries()) {
        assert.ok(one >= 0 && one < count);
        if (index > 0) assert.ok(Math.abs(one - seen[index - 1]!) <= 1);
      }
    }),
  );
});

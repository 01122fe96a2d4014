import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { limited } from './limited.ts';

async function* numbers(most: number | undefined, there: number): AsyncGenerator<number> {
  for (let i = 0; i < Math.min(most ?? Infinity, there); i++) yield i;
  await Promise.resolve();
}

/** How many came, what was asked for, and what was said of it. */
async function read(
  options: { json?: boolean; limit?: number },
  there: number,
): Promise<[number, number | undefined, string]> {
  let asked: number | undefined;
  const { rows, tell } = limited(options, 10, 'the newest', (limit) => {
    asked = limit;
    return numbers(limit, there);
  });
  let count = 0;
  for await (const _ of rows) count++;
  const said: string[] = [];
  const write = mock.method(process.stderr, 'write', (text: string) => said.push(text) > 0);
  tell();
  write.mock.restore();
  return [count, asked, said.join('')];
}

const more = (shown: number): string =>
  `These are the newest ${shown}; there are more, and --limit shows them.\n`;

test('people see the first and are told that there are more, and nothing where these are all', async () => {
  assert.deepEqual(await read({}, 11), [10, 11, more(10)]);
  assert.deepEqual(await read({}, 10), [10, 11, '']);
  assert.deepEqual(await read({ limit: 3 }, 11), [3, 4, more(3)]);
});

test('programs get all, or are told on standard error that what they asked for is not all', async () => {
  assert.deepEqual(await read({ json: true }, 50), [50, undefined, '']);
  assert.deepEqual(await read({ json: true, limit: 20 }, 50), [20, 21, more(20)]);
  assert.deepEqual(await read({ json: true, limit: 50 }, 50), [50, 51, '']);
});

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';

/** Fills the heap, forgets it, and ends once the memory is given back. */
const PROGRAM = `
  import { collectAtRest } from './rest.ts';
  collectAtRest(20);
  const kept = Array.from({ length: 500_000 }, (_, index) => ({ index, list: [index] }));
  const { rss } = process.memoryUsage();
  kept.length = 0;
  setInterval(() => {
    const now = process.memoryUsage().rss;
    if (now > rss - 20e6) return;
    console.log('given back');
    process.exit();
  }, 20);
`;

test('a process at rest gives back what it needed while it was busy', async () => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--expose-gc', '--input-type=module', '--eval', PROGRAM],
    { cwd: import.meta.dirname, timeout: 30_000 },
  );
  assert.equal(stdout, 'given back\n');
});

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';

/** Fills the heap, forgets it, works for so many milliseconds of every twenty, and ends once the memory is given back. */
const program = (work: number): string => `
  import { collectAtRest } from './rest.ts';
  collectAtRest(20);
  const kept = Array.from({ length: 500_000 }, (_, index) => ({ index, list: [index] }));
  const { rss } = process.memoryUsage();
  kept.length = 0;
  setInterval(() => {
    const until = performance.now() + ${work};
    while (performance.now() < until);
    const now = process.memoryUsage().rss;
    if (now > rss - 20e6) return;
    console.log('given back');
    process.exit();
  }, 20);
`;

for (const { when, work } of [
  { when: 'at rest gives back what it needed while it was busy', work: 0 },
  { when: 'that works now and then gives it back as well where it is much', work: 5 },
])
  test(`a process ${when}`, async () => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--expose-gc', '--input-type=module', '--eval', program(work)],
      { cwd: import.meta.dirname, timeout: 60_000 },
    );
    assert.equal(stdout, 'given back\n');
  });

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempDisposableSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';

/** Runs a test file of its own, whose process has so many seconds after its last test. */
function run(text: string, seconds = 1): { status: number | null; stdout: string } {
  using folder = mkdtempDisposableSync(path.join(tmpdir(), 'hikyaku-file-end-'));
  const file = path.join(folder.path, 'some.test.mjs');
  writeFileSync(file, `import { after, before, test } from 'node:test';\n${text}`);
  const { NODE_TEST_CONTEXT: _, ...inherited } = process.env;
  const env = {
    ...inherited,
    HIKYAKU_TEST_END_SECONDS: String(seconds),
    NODE_OPTIONS: `--import=${import.meta.resolve('./test-file-end.ts')}`,
  };
  const args = ['--test', '--test-reporter=tap', '--test-timeout=500', file];
  // far more than it takes: who hangs here is ended, and found out by the status
  return spawnSync(process.execPath, args, { env, encoding: 'utf8', timeout: 60_000 });
}

const OPEN = 'setInterval(() => {}, 1000);';

test('what is open after the last test is told with the name of the file', () => {
  const { status, stdout } = run(`test('well', () => {}); ${OPEN}`);
  assert.equal(status, 1);
  assert.match(stdout, /some\.test\.mjs has not ended 1 s after its last test\. Open: .*Timeout/);
  assert.match(stdout, /^not ok .*some\.test\.mjs$/m);
});

test('after a test or a hook that hangs its file comes to an end as well', () => {
  for (const text of [
    `test('stuck', () => { ${OPEN} return new Promise(() => {}); });`,
    `before(() => { ${OPEN} return new Promise(() => {}); }); test('stuck', () => {});`,
  ]) {
    const { status, stdout } = run(text);
    assert.equal(status, 1);
    assert.match(stdout, /has not ended 1 s after its last test/);
    assert.match(stdout, /^not ok 1 - stuck$/m);
  }
});

test('a file whose tests and closing take longer is not ended', () => {
  const wait = (ms: number): string => `() => new Promise((resolve) => setTimeout(resolve, ${ms}))`;
  const { status, stdout } = run(
    `test('first', () => {}); await (${wait(100)})(); test('long', { timeout: 60_000 }, ${wait(3500)});`,
    3,
  );
  assert.doesNotMatch(stdout, /has not ended/);
  assert.equal(status, 0);
});

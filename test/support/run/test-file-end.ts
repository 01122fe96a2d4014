/**
 * A test file that does not come to its end is a failure that names it, and what holds its process: `--test-timeout` ends tests, but
 * neither what is open once all of them are over nor a module that is never loaded. `--test-force-exit` would hide both.
 * The global set-up puts this file into NODE_OPTIONS; it acts in test files alone. What computes without end is left to the limit
 * of the whole run, whose SIGINT makes the runner name the file.
 */
import path from 'node:path';

/** What is still closed after the last test is closed by then. Seconds. */
const AFTER_TESTS = Number(process.env['HIKYAKU_TEST_END_SECONDS'] ?? 120);
/** Of a whole file, beside which others run. Seconds. */
const WHOLE_FILE = 30 * 60;

const file = process.argv[1] ?? '';
if (process.env['NODE_TEST_CONTEXT'] !== undefined && /\.test\.[cm]?[jt]s$/.test(file)) {
  // tests may move the time of timers
  const { setTimeout, clearTimeout } = globalThis;
  const fail = (seconds: number, since: string): void => {
    const open = process.getActiveResourcesInfo().join(', ');
    process.stderr.write(
      `${path.relative('', file)} has not ended ${seconds} s after ${since}. Open: ${open}\n`,
    );
    process.exit(1);
  };
  setTimeout(() => fail(WHOLE_FILE, 'its beginning'), WHOLE_FILE * 1000).unref();

  const { after, afterEach, beforeEach } = await import('node:test');
  let timer: NodeJS.Timeout | undefined;
  let seenTheLast = false;
  const arm = (): void => {
    clearTimeout(timer);
    if (seenTheLast)
      timer = setTimeout(() => fail(AFTER_TESTS, 'its last test'), AFTER_TESTS * 1000).unref();
  };
  after(() => {
    seenTheLast = true;
    arm();
  });
  // a module that waits between its tests comes to an end more than once
  beforeEach(() => clearTimeout(timer));
  afterEach(arm);
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfig, type Config } from '#config';
import { changesBetween, withChanges } from './reload.ts';

function configOf(flags: Readonly<Record<string, string>>): Config {
  const read = loadConfig({ mode: 'dev', flags, environment: {}, file: '/dev/null' });
  if (read.kind === 'invalid') throw new Error(read.problems[0]!.problem);
  return read.config;
}

test('the level of the log holds at once, what else changed at the next start', () => {
  const running = configOf({});
  const read = configOf({ log_level: 'debug', 'smtp.port': '2526', 'queue.lifetime': '2d' });
  assert.deepEqual(changesBetween(running, read), {
    applied: ['log_level'],
    atNextStart: ['smtp.port', 'queue.lifetime'],
  });
});

test('settings that are written in another way but mean the same did not change', () => {
  const read = configOf({ 'queue.lifetime': '120h' });
  assert.deepEqual(changesBetween(configOf({}), read), { applied: [], atNextStart: [] });
});

test('what was applied is not told again, what waits for the next start is', () => {
  const running = configOf({});
  const read = configOf({ log_level: 'debug', 'smtp.port': '2526' });
  const now = withChanges(running, read, changesBetween(running, read).applied);
  assert.deepEqual(changesBetween(now, read), { applied: [], atNextStart: ['smtp.port'] });
});

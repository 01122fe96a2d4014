import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfig } from '#config';
import { divideLimits } from './divide-limits.ts';

const flags = {
  'limits.connections': '1001',
  'queue.attempts': '1',
};
const read = loadConfig({
  mode: 'serve',
  flags: { ...flags, hostname: 'mail.example.org' },
  environment: {},
  file: '/dev/null',
});
if (read.kind === 'invalid') throw new Error(read.problems[0]!.problem);
const { config } = read;

test('limits of a process are divided, none to nothing', () => {
  const part = divideLimits(config, 4);
  assert.equal(part['limits.connections'], 251);
  assert.equal(part['limits.connections_per_address'], 25);
  assert.equal(part['queue.attempts'], 1);
  assert.equal(part['limits.message_size'], config['limits.message_size']);
});

test('rates that nodes count together are not divided once more', () => {
  const part = divideLimits(config, 4);
  for (const what of ['connections', 'messages', 'recipients'] as const) {
    const key = `abuse.${what}_a_minute` as const;
    assert.equal(part[key], config[key], key);
  }
});

test('one process has all of it', () => assert.deepEqual(divideLimits(config, 1), config));

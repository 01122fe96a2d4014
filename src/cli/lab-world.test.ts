import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfig, type Config } from '#config';
import type { Log } from '#log';
import { labAround } from './lab-world.ts';

function configOf(flags: Readonly<Record<string, string>>): Config {
  const read = loadConfig({ mode: 'dev', environment: {}, file: undefined, flags });
  assert.equal(read.kind, 'config');
  return read.kind === 'config' ? read.config : assert.fail();
}

function aroundOf(flags: Readonly<Record<string, string>>) {
  const said: string[] = [];
  const note = (event: string): void => void said.push(event);
  const log: Log = { debug: note, info: note, warn: note, error: note };
  return { said, config: labAround(configOf(flags), log).config };
}

test('one process owns the practice Internet: more workers are not started, and that is said', () => {
  const { config, said } = aroundOf({ workers: '4' });
  assert.equal(config.workers, 1);
  assert.deepEqual(said, ['lab.one-worker']);
});

test('nothing is said where one worker was wanted, and letters of alerts are sent', () => {
  const { config, said } = aroundOf({ workers: '1' });
  assert.equal(config['alerts.mail'], true);
  assert.deepEqual(said, []);
});

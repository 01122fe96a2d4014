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

test('mail is shown to no scanner on another machine, but to one in a container beside this one', () => {
  const here = { 'rspamd.url': 'http://127.0.0.1:11333', 'rspamd.learn': 'http://[::1]:11334' };
  const { config, said } = aroundOf(here);
  assert.deepEqual(
    [config['rspamd.url'], config['rspamd.learn'], said],
    [...Object.values(here), []],
  );
  assert.equal(
    aroundOf({ 'rspamd.url': 'http://rspamd:11333' }).config['rspamd.url'],
    'http://rspamd:11333',
  );
  for (const url of [
    'http://192.0.2.7:11333',
    // the same, written as a number
    'http://3221225991:11333',
    'https://rspamd.example/',
    'http://127.0.0.1.example',
  ])
    for (const key of ['rspamd.url', 'rspamd.learn'] as const) {
      const away = aroundOf({ [key]: url });
      assert.equal(away.config[key], '');
      assert.deepEqual(away.said, ['lab.without-scanner']);
    }
});

test('the doctor asks nobody outside, whatever is set', () => {
  const { config } = aroundOf({
    'doctor.public_resolver': '192.0.2.53',
    'doctor.time_server': '192.0.2.123',
    'doctor.rdap': 'https://192.0.2.1/',
    'doctor.probe': 'https://192.0.2.1/',
  });
  assert.deepEqual(config['doctor.public_resolver'], []);
  for (const key of ['doctor.time_server', 'doctor.rdap', 'doctor.probe'] as const)
    assert.equal(config[key], '');
});

test('the hook of DNS-01 runs in a network of its own, the rest of the command as it was', () => {
  assert.deepEqual(aroundOf({}).config['acme.dns_hook'], []);
  const hook = aroundOf({ 'acme.dns_hook': '/usr/local/bin/hook,--zone' }).config['acme.dns_hook'];
  assert.equal(hook[0], 'unshare');
  assert.ok(hook.includes('--net'));
  assert.deepEqual(hook.slice(-3), ['--', '/usr/local/bin/hook', '--zone']);
});

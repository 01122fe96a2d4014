/** Settings as a command line gives them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runProgram } from '../../test/support/program/run-once.ts';

const show = (...pairs: readonly string[]) =>
  runProgram(['config', 'show', ...pairs.flatMap((pair) => ['--set', pair])]);

test('a secret on the command line is warned of, with other ways to give it, and is not said again', async () => {
  for (const [pair, variable] of [
    ['database_url=postgresql://u:hidden@localhost/d', 'DATABASE_URL'],
    ['database_url=postgresql:///d?host=/run/postgresql&password=hidden', 'DATABASE_URL'],
    ['dev_password=hidden', 'HIKYAKU_DEV_PASSWORD'],
    ['rspamd.password=hidden', 'HIKYAKU_RSPAMD_PASSWORD'],
    ['acme.eab_mac_key=hidden', 'HIKYAKU_ACME_EAB_MAC_KEY'],
  ] as const) {
    const { code, stdout, stderr } = await show(pair);
    assert.equal(code, 0, pair);
    const key = pair.slice(0, pair.indexOf('='));
    assert.equal(
      stderr,
      `hikyaku: --set ${key} has a secret in it, and the list of processes (ps) shows it to every user of this machine\n` +
        `  Set ${variable}, or ${variable}_FILE to a file that holds it, or ${key} in hikyaku.toml.\n`,
    );
    assert.doesNotMatch(stdout, /hidden/);
  }
});

test('a setting without a secret in it is not warned of', async () => {
  const { stderr } = await show(
    'database_url=postgresql://u@localhost/d',
    'dev_password=',
    'smtp.port=2526',
  );
  assert.equal(stderr, '');
});

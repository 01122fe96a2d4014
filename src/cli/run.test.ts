/** The command line before any command runs: how it is parsed, and how it says that it cannot be. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VERSION } from '#mail/version';
import { runProgram } from '../../test/support/program/run-once.ts';

test('help of a noun names its verbs, whichever way it is asked for', async () => {
  for (const args of [
    ['help', 'mail'],
    ['mail', '--help'],
  ]) {
    const { code, stdout } = await runProgram(args);
    assert.equal(code, 0);
    assert.match(stdout, /^ {2}list \[options\] <account>/m, args.join(' '));
  }
});

test('the usage line is typed as it stands', async () => {
  for (const [args, usage] of [
    [[], 'bin/hikyaku [options] [command]'],
    [['mail'], 'bin/hikyaku mail [options] [command]'],
    [['mail', 'list'], 'bin/hikyaku mail list [options] <account>'],
  ] as const) {
    const { stdout } = await runProgram([...args, '--help']);
    assert.equal(stdout.split('\n')[0], `Usage: ${usage}`);
  }
});

test('the version is that of the package', async () => {
  for (const flag of ['--version', '-V']) {
    const { code, stdout } = await runProgram([flag]);
    assert.equal(code, 0);
    assert.equal(stdout, `${VERSION}\n`);
  }
});

test('a line that cannot be parsed fails as every command does: who says it, then the remedy', async () => {
  const failures: Readonly<Record<string, string>> = {
    nonsense: "hikyaku: unknown command 'nonsense'\n  bin/hikyaku --help shows what there is.\n",
    'mail lst':
      "hikyaku: unknown command 'lst'\n  Did you mean list?\n  bin/hikyaku mail --help shows what there is.\n",
    'mail list':
      "hikyaku: missing required argument 'account'\n  bin/hikyaku mail list --help shows what there is.\n",
    'queue list --sttus held':
      "hikyaku: unknown option '--sttus'\n  Did you mean --status?\n  bin/hikyaku queue list --help shows what there is.\n",
  };
  for (const [line, said] of Object.entries(failures)) {
    const { code, stdout, stderr } = await runProgram(line.split(' '));
    assert.equal(code, 2, line);
    assert.equal(stdout, '', line);
    assert.equal(stderr, said, line);
  }
});

test('settings are shown as they are written: times and sizes with their units', async () => {
  const { code, stdout } = await runProgram(['config', 'show', '--set', 'queue.lifetime=2d']);
  assert.equal(code, 0);
  assert.match(stdout, /^queue\.lifetime +2d$/m);
  assert.match(stdout, /^rspamd\.message_size +10M$/m);
  assert.match(stdout, /^smtp\.port +2525$/m);
  const { stdout: lines } = await runProgram(['config', 'show', '--json']);
  assert.match(lines, /^\{"key":"queue\.lifetime","value":432000000,/m);
});

test('what a setting is for is told in the language that is asked for', async () => {
  const docOf = async (...args: readonly string[]): Promise<unknown> => {
    const { code, stdout } = await runProgram(['config', 'show', '--json', ...args]);
    assert.equal(code, 0);
    const line = stdout.split('\n').find((one) => one.startsWith('{"key":"queue.longest_gap",'));
    return (JSON.parse(line!) as { doc: unknown }).doc;
  };
  assert.equal(await docOf(), 'The longest gap between two attempts.');
  assert.equal(await docOf('--lang', 'ja'), '試行の間隔の上限です。');
});

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

test('the version is that of the package', async () => {
  for (const flag of ['--version', '-V']) {
    const { code, stdout } = await runProgram([flag]);
    assert.equal(code, 0);
    assert.equal(stdout, `${VERSION}\n`);
  }
});

test('a line that cannot be parsed fails as every command does: who says it, then the remedy', async () => {
  const failures: Readonly<Record<string, string>> = {
    nonsense: "hikyaku: unknown command 'nonsense'\n  hikyaku --help shows what there is.\n",
    'mail lst':
      "hikyaku: unknown command 'lst'\n  Did you mean list?\n  hikyaku mail --help shows what there is.\n",
    'mail list':
      "hikyaku: missing required argument 'account'\n  hikyaku mail list --help shows what there is.\n",
    'queue list --sttus held':
      "hikyaku: unknown option '--sttus'\n  Did you mean --status?\n  hikyaku queue list --help shows what there is.\n",
  };
  for (const [line, said] of Object.entries(failures)) {
    const { code, stdout, stderr } = await runProgram(line.split(' '));
    assert.equal(code, 2, line);
    assert.equal(stdout, '', line);
    assert.equal(stderr, said, line);
  }
});

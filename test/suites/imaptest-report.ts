/** Runs all scripts of ImapTest as tests of node:test: on our server, and on Dovecot to prove the interpreter. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ImapAccount } from '../support/imap/account.ts';
import { runScript } from './imaptest-run.ts';
import { CASES, imaptestCases } from './imaptest-suite.ts';

export interface Expected {
  /** Script → the capabilities that the server lacks for it. */
  readonly skips: Readonly<Record<string, string>>;
  /** Script → why the server answers otherwise on purpose, and the lines of the commands where it does. */
  readonly deviations: Readonly<Record<string, { why: string; lines: readonly number[] }>>;
}

/** Call at the top level of a test file. @param account asked for when a test runs */
export function imaptestSuite(account: () => ImapAccount, expected: Expected): void {
  const cases = imaptestCases();
  const seen: Record<string, string> = {};

  describe('the scripts of ImapTest', () => {
    for (const { name, script, messages } of cases) {
      test(name, async (context) => {
        const outcome = await runScript(script, messages, account());
        if (outcome.kind === 'skipped') {
          seen[name] = outcome.reason;
          context.skip(outcome.reason);
          return;
        }
        const failures = outcome.kind === 'failed' ? outcome.failures : [];
        const { why, lines } = expected.deviations[name] ?? { why: '', lines: [] };
        if (why !== '') context.diagnostic(`deviates in ${lines.length} places: ${why}`);
        const told = failures.map(({ line, text }) => `line ${line}, ${text}`).join('\n');
        assert.deepEqual(new Set(failures.map(({ line }) => line)), new Set(lines), told);
      });
    }
  });

  test(`of ${CASES} scripts, ${Object.keys(expected.skips).length} are skipped, for these capabilities`, () => {
    assert.equal(cases.length, CASES);
    assert.deepEqual(seen, expected.skips);
  });
}

/**
 * What every mailbox of ours promises, whichever protocol it is reached by: each behaviour is a sentence and a
 * function of a `MailDriver`. Run on our server by every protocol that it speaks, and by IMAP on Dovecot, to show that
 * the promises are those of the field.
 */
import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import type { Behaviour, Behaviours } from './behaviour.ts';
import type { MailDriver } from './driver.ts';
import { CHANGES } from './changes.ts';
import { MAILBOXES } from './mailboxes.ts';
import { MESSAGES } from './messages.ts';
import { SEARCH } from './search.ts';
import { SESSIONS } from './sessions.ts';
import { SORT } from './sort.ts';

const GROUPS: Readonly<Record<string, Behaviours>> = {
  mailboxes: MAILBOXES,
  messages: MESSAGES,
  'several sessions': SESSIONS,
  changes: CHANGES,
  search: SEARCH,
  'sort and threads': SORT,
};

/** How many there are, held against what a test file says, so that none is lost. */
export const BEHAVIOURS = Object.values(GROUPS).flatMap((group) => Object.keys(group)).length;

export interface Lacks {
  /** Behaviour → in what the server differs. It is run all the same, and has to fail. */
  readonly [behaviour: string]: string;
}

/** Call at the top level of a test file. @param driver asked for when a test runs */
export function mailboxContract(driver: () => MailDriver, lacks: Lacks = {}): void {
  for (const [group, behaviours] of Object.entries(GROUPS))
    describe(group, () => {
      for (const [name, behaviour] of Object.entries(behaviours))
        test(name, (context) => check(context, driver(), behaviour, lacks[name]));
    });

  test('whatever is named as lacking is a behaviour', () => {
    const names = new Set(Object.values(GROUPS).flatMap((group) => Object.keys(group)));
    assert.deepEqual(
      Object.keys(lacks).filter((name) => !names.has(name)),
      [],
    );
  });
}

async function check(
  context: TestContext,
  driver: MailDriver,
  behaviour: Behaviour,
  lacking: string | undefined,
): Promise<void> {
  const { needs, run } =
    typeof behaviour === 'function' ? { needs: undefined, run: behaviour } : behaviour;
  const there =
    needs === 'limited' ? driver.openLimited !== undefined : !needs || driver.features.has(needs);
  if (!there) {
    context.skip(`the protocol has no ${needs}`);
    return;
  }
  await driver.reset();
  if (lacking === undefined) {
    await run(driver);
    return;
  }
  await assert.rejects(run(driver), `it does what it is said to lack: ${lacking}`);
  context.skip(lacking);
}

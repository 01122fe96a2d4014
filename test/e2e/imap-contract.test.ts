/** The mailbox contract on our server, by IMAP. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { addAccount } from '#mail/accounts/administer';
import { letter } from '../support/imap-letter.ts';
import { imapMailDriver } from '../support/imap-mailbox-driver.ts';
import { BEHAVIOURS, mailboxContract } from '../support/mailbox-contract.ts';
import { startTestImap, type TestImap } from '../support/own-imap.ts';
import { openTestStore, PASSWORD, type TestStore } from '../support/smtp-server.ts';

/** Local part → octets that the account may store. */
const QUOTAS = { wide: 2 ** 30, small: 500_000 };

let at: TestStore;
let imap: TestImap;
before(async () => {
  at = await openTestStore();
  for (const [localPart, quota] of Object.entries(QUOTAS))
    await addAccount(at.administer, { localPart, domain: 'example.test' }, PASSWORD, quota);
  imap = await startTestImap(at);
});
after(async () => {
  await imap[Symbol.asyncDispose]();
  await at[Symbol.asyncDispose]();
});

mailboxContract(() => imapMailDriver(imap.account('wide'), imap.account('small')));

test('messages that two sessions move at once are in one place each', async () => {
  const driver = imapMailDriver(imap.account('wide'));
  await driver.reset();
  await using one = await driver.open();
  await using other = await driver.open();
  for (const path of ['a', 'b']) await one.create(path);
  const keys: string[] = [];
  for (let i = 0; i < 20; i++) keys.push(await one.append('INBOX', letter()));
  for (const session of [one, other]) await session.messages('INBOX');
  await Promise.allSettled([one.move('INBOX', keys, 'a'), other.move('INBOX', keys, 'b')]);
  const totals: number[] = [];
  for (const path of ['INBOX', 'a', 'b']) totals.push((await one.status(path)).total);
  assert.equal(totals[0]! + totals[1]! + totals[2]!, 20, totals.join(' + '));
});

test('the contract has its behaviours', () => assert.equal(BEHAVIOURS, 81));

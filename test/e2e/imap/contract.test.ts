/** The mailbox contract on our server, by IMAP. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addAccount } from '#mail/accounts/administer';
import { letter } from '../../support/mailbox-contract/letter.ts';
import { imapMailDriver } from '../../support/mailbox-contract/imap-driver.ts';
import { BEHAVIOURS, mailboxContract } from '../../support/mailbox-contract/contract.ts';
import { ownImap } from '../../support/imap/own-server.ts';
import { PASSWORD } from '../../support/smtp/own-server.ts';

/** Local part → octets that the account may store. */
const QUOTAS = { wide: 2 ** 30, small: 500_000 };

const own = ownImap({}, async (at) => {
  for (const [localPart, quota] of Object.entries(QUOTAS))
    await addAccount(at.administer, { localPart, domain: 'example.test' }, PASSWORD, quota);
});

mailboxContract(() => imapMailDriver(own.imap.account('wide'), own.imap.account('small')));

test('messages that two sessions move at once are in one place each', async () => {
  const driver = imapMailDriver(own.imap.account('wide'));
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

/** The mailbox contract by IMAP against Dovecot: what it promises is what the field does, but for what is named here. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { dovecotPeer, startDovecot, type Dovecot } from '../../support/peers/dovecot.ts';
import { imapMailDriver } from '../../support/mailbox-contract/imap-driver.ts';
import {
  BEHAVIOURS,
  mailboxContract,
  type Lacks,
} from '../../support/mailbox-contract/contract.ts';

const LACKS: Lacks = {
  'renaming INBOX moves its messages and leaves it empty, with those below it':
    "Dovecot's INBOX cannot be renamed where folders are nested",
  'a message with bare line feeds is read as it was stored':
    'Dovecot makes CRLF of every line feed',
};

const { skip } = dovecotPeer();
/** Where the machine has no more inotify to give, it looks for changes this often. */
const POLL = { mailbox_idle_check_interval: '1s' };

describe('Dovecot', { skip }, () => {
  let dovecot: Dovecot;
  let small: Dovecot;
  before(async () => {
    dovecot = await startDovecot({ settings: POLL });
    small = await startDovecot({ quota: 500_000 });
  });
  after(async () => {
    await dovecot[Symbol.asyncDispose]();
    await small[Symbol.asyncDispose]();
  });

  mailboxContract(() => imapMailDriver(dovecot.account('alice'), small.account('alice')), LACKS);
});

test('the contract has its behaviours, of which Dovecot lacks some', () => {
  assert.equal(BEHAVIOURS, 81);
  assert.equal(Object.keys(LACKS).length, 2);
});

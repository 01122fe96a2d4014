/** Real mail clients against Dovecot: they are set up right, and what they are expected to do is what they do. */
import { after, before, describe } from 'node:test';
import { dovecotPeer, startDovecot, type Dovecot } from '../../support/peers/dovecot.ts';
import { realClients } from '../../support/imap/real-clients/all.ts';

const { skip } = dovecotPeer();
/** Where the machine has no more inotify to give, it looks for changes this often. */
const POLL = { mailbox_idle_check_interval: '1s' };

describe('Dovecot', { skip }, () => {
  let dovecot: Dovecot;
  before(async () => (dovecot = await startDovecot({ settings: POLL })));
  after(() => dovecot[Symbol.asyncDispose]());

  realClients(() => dovecot.account('alice'));
});

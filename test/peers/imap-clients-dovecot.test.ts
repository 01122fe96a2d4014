/** Real mail clients against Dovecot: they are set up right, and what they are expected to do is what they do. */
import { after, before, describe } from 'node:test';
import { dovecotPeer, startDovecot, type Dovecot } from '../support/dovecot.ts';
import { realClients } from '../support/imap-real-clients.ts';

const { skip } = dovecotPeer();

describe('Dovecot', { skip }, () => {
  let dovecot: Dovecot;
  before(async () => (dovecot = await startDovecot()));
  after(() => dovecot[Symbol.asyncDispose]());

  realClients(() => dovecot.account('alice'));
});

/** The protocol suite against Dovecot: our reading of the RFCs is the field's, but for what is named here. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { dovecotPeer, startDovecot, type Dovecot } from '../../support/peers/dovecot.ts';
import { imapProtocol, PROTOCOL_CASES } from '../../support/imap/protocol/suite.ts';

const { skip } = dovecotPeer();
/** Where the machine has no more inotify to give, it looks for changes this often. */
const POLL = { mailbox_idle_check_interval: '1s' };

describe('Dovecot', { skip }, () => {
  let dovecot: Dovecot;
  before(async () => (dovecot = await startDovecot({ settings: POLL })));
  after(() => dovecot[Symbol.asyncDispose]());

  imapProtocol((tls) => dovecot.account('alice', tls), {
    settle: () => delay(1100),
    skips: {
      APPENDLIMIT: 1,
      'CREATE-SPECIAL-USE': 1,
      IMAP4REV2: 5,
      OBJECTID: 2,
      PARTIAL: 2,
      REPLACE: 2,
      UIDBATCHES: 2,
      UIDONLY: 2,
      UNAUTHENTICATE: 1,
      'UTF8=ACCEPT': 3,
    },
    lacks: {
      'SELECT and STATUS of what is not there say so': 'Dovecot says it in words only (RFC 5530)',
      'STORE into an examined mailbox is refused': 'Dovecot says OK and ignores it',
      'SELECT tells the highest modseq, with CONDSTORE or without':
        'Dovecot counts modseqs only from the first use of CONDSTORE on (RFC 7162 §3.1.2)',
      'once all is told the highest modseq is':
        'Dovecot tells what was kept back without it (RFC 7162 §6)',
      'NOTIFY tells who watches a name that its mailbox has another now':
        'Dovecot tells nothing then (RFC 5465 §5.4)',
      'NOTIFY tells of a mailbox that is removed whether its name stays subscribed':
        'Dovecot leaves it out',
      'NOTIFY tells of the parent of a mailbox that is made or removed':
        'Dovecot tells of the mailbox alone (RFC 5465 §5.4)',
      'NOTIFY refuses flags or messages that come without those that go':
        'Dovecot takes them (RFC 5465 §5)',
      'NOTIFY names the events that there are to who asks for another':
        'Dovecot says BAD (RFC 5465 §5)',
    },
  });
});

test('the suite has its cases', () => assert.equal(PROTOCOL_CASES, 183));

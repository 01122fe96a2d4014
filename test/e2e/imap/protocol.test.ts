/** IMAP as a client sees it, extension by extension, on our server. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addAccount } from '#mail/accounts/administer';
import { imapProtocol, PROTOCOL_CASES } from '../../support/imap/protocol/suite.ts';
import { ownImap } from '../../support/imap/own-server.ts';
import { PASSWORD } from '../../support/smtp/own-server.ts';

const own = ownImap({}, async (at) => {
  const carol = { localPart: 'carol', domain: 'example.test' };
  await addAccount(at.administer, carol, PASSWORD, 2 ** 30);
});

imapProtocol((tls) => own.imap.account('carol', tls), { skips: {}, lacks: {} });

test('the suite has its cases', () => assert.equal(PROTOCOL_CASES, 183));

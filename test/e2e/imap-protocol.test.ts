/** IMAP as a client sees it, extension by extension, on our server. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { addAccount } from '#mail/accounts/administer';
import { imapProtocol, PROTOCOL_CASES } from '../support/imap-protocol-suite.ts';
import { startTestImap, type TestImap } from '../support/own-imap.ts';
import { openTestStore, PASSWORD, type TestStore } from '../support/smtp-server.ts';

let at: TestStore;
let imap: TestImap;
before(async () => {
  at = await openTestStore();
  const carol = { localPart: 'carol', domain: 'example.test' };
  await addAccount(at.administer, carol, PASSWORD, 2 ** 30);
  imap = await startTestImap(at);
});
after(async () => {
  await imap[Symbol.asyncDispose]();
  await at[Symbol.asyncDispose]();
});

imapProtocol((tls) => imap.account('carol', tls), { skips: {}, lacks: {} });

test('the suite has its cases', () => assert.equal(PROTOCOL_CASES, 174));

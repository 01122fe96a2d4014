import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mailbox, mailOf } from '../../../test/support/smtp/client.ts';
import { mailCommand, rcptCommand } from './commands.ts';

test('local parts are quoted only where they must be', () => {
  assert.equal(rcptCommand({ mailbox: mailbox('a b@peer.test') }, {}), 'RCPT TO:<"a b"@peer.test>');
  assert.equal(rcptCommand({ mailbox: mailbox('a.b@peer.test') }, {}), 'RCPT TO:<a.b@peer.test>');
});

test('a value that would start a second command is never sent', () => {
  const evil = mailOf('', undefined, { envid: 'x\r\nRCPT TO:<all@peer.test>' });
  assert.throws(() => mailCommand(evil, false, { dsn: true }), /control character/);
  const orcpt = { mailbox: mailbox('a@peer.test'), orcpt: 'rfc822;a\nDATA' };
  assert.throws(() => rcptCommand(orcpt, { dsn: true }), /control character/);
});

test('an empty NOTIFY is left out', () => {
  const recipient = { mailbox: mailbox('a@peer.test'), notify: [] };
  assert.equal(rcptCommand(recipient, { dsn: true }), 'RCPT TO:<a@peer.test>');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { formatMailbox, mailboxKey, needsSmtputf8 } from './mailbox.ts';
import { parseMailbox } from './path.ts';

const at = (localPart: string, domain = 'example.test') => ({ localPart, domain });

test('a local part is quoted only where it is no dot-string', () => {
  assert.equal(formatMailbox(at('first.last+tag')), 'first.last+tag@example.test');
  assert.equal(formatMailbox(at('two words')), '"two words"@example.test');
  assert.equal(formatMailbox(at('a..b')), '"a..b"@example.test');
  assert.equal(formatMailbox(at('.a')), '".a"@example.test');
  assert.equal(formatMailbox(at('')), '""@example.test');
  assert.equal(formatMailbox(at('a"b\\c@d')), '"a\\"b\\\\c@d"@example.test');
  assert.equal(formatMailbox(at('用户')), '用户@example.test');
});

test('postmaster without a domain is written without an @', () => {
  assert.equal(formatMailbox(at('postmaster', '')), 'postmaster');
});

test('no control character of a header address gets into a formatted mailbox', () => {
  assert.equal(formatMailbox(at('a\r\nRCPT TO:<b')), '"a\ufffd\ufffdRCPT TO:<b"@example.test');
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (localPart) => {
      assert.doesNotMatch(formatMailbox(at(localPart)), /[\x00-\x1f\x7f-\x9f]/);
    }),
  );
});

test('the key joins spellings of one mailbox and keeps different ones apart', () => {
  assert.equal(mailboxKey(at('Alice')), mailboxKey(at('aLICE')));
  assert.equal(mailboxKey(at('caf\u00e9')), mailboxKey(at('CAFE\u0301')));
  assert.notEqual(mailboxKey(at('alice')), mailboxKey(at('alice', 'example.com')));
  assert.notEqual(mailboxKey(at('a.b')), mailboxKey(at('ab')));
});

test('the key of a key is the key', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (localPart) => {
      const key = mailboxKey(at(localPart));
      const again = mailboxKey(at(key.slice(0, key.lastIndexOf('@'))));
      assert.equal(again, key);
    }),
  );
});

test('only a local part outside ASCII needs SMTPUTF8', () => {
  assert.equal(needsSmtputf8(parseMailbox('user@例え.テスト')!), false);
  assert.equal(needsSmtputf8(parseMailbox('用户@example.test')!), true);
});

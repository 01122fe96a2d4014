import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { latin1, utf8 } from '#bytes';
import { parseMailbox } from '#protocol/address/path';
import { fieldsNamed, splitHeader } from '#protocol/message/header/fields';
import { fixHeader, type HeaderFix } from './fix-header.ts';

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);

function fixed(text: string): HeaderFix & { readonly text: string } {
  const bytes = utf8(text);
  const fix = fixHeader(splitHeader(bytes), {
    author: parseMailbox('alice@example.test')!,
    hostname: 'mail.example.test',
    now: NOW,
    random: (octets) => new Uint8Array(octets),
  });
  return { ...fix, text: fix.added + shown(bytes, fix) };
}

/** What others see of a message. */
function shown(bytes: Uint8Array, { hidden }: HeaderFix): string {
  let text = '';
  let from = 0;
  for (let i = 0; i < hidden.length; i += 2) {
    text += latin1(bytes.subarray(from, hidden[i]));
    from = hidden[i + 1]!;
  }
  return text + latin1(bytes.subarray(from));
}

const WHOLE =
  'From: alice@example.test\r\nDate: Thu, 1 Jan 2026 00:00:00 +0000\r\nMessage-ID: <1@x.test>\r\n';

test('a header that has everything is left as it is', () => {
  const { text, added, addedNames, hiddenNames } = fixed(`${WHOLE}\r\nBcc: a body\r\n`);
  assert.equal(text, `${WHOLE}\r\nBcc: a body\r\n`);
  assert.deepEqual([added, addedNames, hiddenNames], ['', [], []]);
});

test('what is missing is added before the header, each with its line end', () => {
  const { added, addedNames, addedMessageId } = fixed('Subject: x\r\n\r\nhi\r\n');
  assert.deepEqual(addedNames, ['From', 'Date', 'Message-ID']);
  assert.ok(added.endsWith(`Message-ID: ${addedMessageId}\r\n`));
  assert.equal(fixed(`${WHOLE}\r\n`).addedMessageId, undefined);
  assert.match(
    added,
    /^From: alice@example\.test\r\nDate: Fri, 2 Jan 2026 03:04:05 \+0000\r\nMessage-ID: <[^<>@\s]+@example\.test>\r\n$/,
  );
});

test('each of them alone is seen to be missing, whatever the case of the others', () => {
  for (const name of ['From', 'Date', 'Message-ID']) {
    const rest = WHOLE.split('\r\n').filter((line) => line !== '' && !line.startsWith(`${name}:`));
    const { addedNames } = fixed(`${rest.join('\r\n').toUpperCase()}\r\n\r\n`);
    assert.deepEqual(addedNames, [name]);
  }
});

test('blind recipients are hidden in every form, and nothing else', () => {
  const secrets = [
    'Bcc: secret@example.test\r\n',
    'BCC: secret@example.test,\r\n\tsecret@other.test,\r\n secret@third.test\r\n',
    'bcc : secret@example.test\r\n',
    'Bcc:\r\n',
    'Resent-Bcc: secret@example.test\r\n',
    'resent-BCC:\r\n secret@example.test\r\n',
    'Return-Path: <secret@example.test>\r\n',
  ];
  for (const secret of secrets) {
    for (const message of [
      `${secret}${WHOLE}\r\nhi\r\n`,
      `${WHOLE}${secret}\r\nhi\r\n`,
      `${WHOLE}${secret}X-Bcc: kept\r\n${secret}\r\nhi\r\n`,
    ]) {
      const { text, hiddenNames } = fixed(message);
      assert.equal(text, message.replaceAll(secret, ''));
      assert.ok(hiddenNames.length > 0, message);
    }
  }
});

test('a body without a header gets one, and the empty line that parts them', () => {
  const { text } = fixed('no header here\r\n');
  const header = splitHeader(utf8(text));
  assert.equal(latin1(utf8(text).subarray(header.bodyStart)), 'no header here\r\n');
  assert.equal(header.defects.length, 0);
});

test('whatever the fields: no blind recipient is left, the rest is there octet for octet, the three fields stand once', () => {
  const name = fc.constantFrom(
    'Bcc',
    'bCC ',
    'Resent-Bcc',
    'Subject',
    'X-Bcc',
    'Date',
    'To',
    'Bccx',
  );
  const field = fc
    .tuple(name, fc.stringMatching(/^[ -~]{0,20}$/), fc.boolean())
    .map(([one, value, folded]) => ({
      name: one,
      text: `${one}:${folded ? '\r\n ' : ' '}${value}\r\n`,
    }));
  fc.assert(
    fc.property(fc.array(field, { maxLength: 8 }), (fields) => {
      const body = '\r\nBcc: in the body\r\n';
      const { text, added } = fixed(fields.map((one) => one.text).join('') + body);
      const kept = fields.filter((one) => !/^(resent-)?bcc *$/i.test(one.name));
      assert.equal(text, added + kept.map((one) => one.text).join('') + body);
      const header = splitHeader(utf8(text));
      for (const once of ['From', 'Message-ID']) {
        assert.equal(fieldsNamed(header, once).length, 1);
      }
      assert.ok(fieldsNamed(header, 'Date').length > 0);
      assert.equal(fieldsNamed(header, 'Bcc').length, 0);
    }),
  );
});

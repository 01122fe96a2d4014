/** Whatever somebody types into the form, the letter has the fields that it should have and no other. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeEncodedWords } from '#protocol/message/header/encoded-word';
import { fieldValue, splitHeader } from '#protocol/message/header/fields';
import { parseStructure } from '#protocol/message/body/parse-structure';
import { partText } from '#protocol/message/body/part-text';
import { contactLetter, encodedText, newsletterId, newsletterLetter } from './letters.ts';

const typed = fc.string({ unit: 'binary', maxLength: 200 });

test('A form of any text makes a letter of seven bits with the fields of the app alone', () => {
  fc.assert(
    fc.property(typed, typed, (name, message) => {
      const form = { name, email: 'hanako@peer.test', message };
      const letter = contactLetter(form, 'alice@example.test', 'bob@example.test');
      assert.ok(letter.every((octet) => octet < 0x80));
      const { fields, defects } = splitHeader(letter);
      assert.deepEqual(defects, []);
      assert.deepEqual(
        fields.map((field) => field.name),
        ['From', 'To', 'Subject', 'MIME-Version', 'Content-Type', 'Content-Transfer-Encoding'],
      );
      assert.ok(
        Buffer.from(letter)
          .toString('latin1')
          .split('\r\n')
          .every((line) => line.length <= 998),
      );
    }),
  );
});

test('Encoded text is read back', () => {
  for (const text of [
    'News of the lanterns',
    '提灯の店より、秋のお知らせです。今年も新しい提灯がそろいました',
    '=?utf-8?B?eA==?=',
  ]) {
    const read = decodeEncodedWords(encodedText(text).replaceAll('\r\n ', ' '));
    assert.equal(read, text);
  }
});

test('A newsletter says which letter it is, and its text comes whole', () => {
  const messageId = newsletterId('ab12', 7);
  const text = '秋です。\nAutumn.';
  const given = { messageId, date: Date.UTC(2026, 10, 26, 9), subject: '提灯', text };
  const letter = newsletterLetter(given, 'alice@example.test', 'reader@example.test');
  const { fields } = splitHeader(letter);
  const field = fields.find(({ name }) => name === 'Message-ID')!;
  assert.equal(fieldValue(letter, field).trim(), '<newsletter-ab12-7@app.test>');
  assert.equal(partText(letter, parseStructure(letter).part, 1000), text.replaceAll('\n', '\r\n'));
});

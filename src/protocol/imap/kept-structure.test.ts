import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fromLatin1, utf8 } from '#bytes';
import { parseStructure } from '#protocol/message/body/parse-structure';
import { formatStructure, StructureDamaged } from '#protocol/message/body/stored-structure';
import { formatBodyStructure } from './body-structure.ts';
import { formatEnvelope } from './envelope.ts';
import { formatKept, keptStructure, keptWords } from './kept-structure.ts';

const MULTIPART = [
  'From: "A (b)" <a@example.test>',
  'Subject: brackets ) and ( here',
  'Content-Type: multipart/mixed; boundary=x',
  '',
  '--x',
  '',
  'text',
  '--x',
  'Content-Type: message/rfc822',
  '',
  'Subject: inner',
  '',
  'body',
  '--x--',
  '',
].join('\r\n');

test('the words of plain messages are kept beside their structure', () => {
  const structure = parseStructure(fromLatin1(MULTIPART));
  const text = utf8(formatKept(structure));
  assert.deepEqual(keptWords(text), {
    envelope: formatEnvelope(structure.envelope, false),
    bodyStructure: formatBodyStructure(structure.part, false),
  });
  assert.deepEqual(keptStructure(text), structure);
});

test('words that depend on the client are not kept', () => {
  const structure = parseStructure(fromLatin1('Subject: gr\xc3\xbc\xc3\x9fe\r\n\r\nx\r\n'));
  const text = utf8(formatKept(structure));
  assert.deepEqual(text, utf8(formatStructure(structure)));
  assert.equal(keptWords(text), undefined);
  assert.deepEqual(keptStructure(text), structure);
});

test('whatever the subject says, words and structure come back as they were', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string(), (subject, name) => {
      const bytes = Buffer.from(
        `Subject: ${subject}\r\nFrom: ${name} <a@b.example>\r\n\r\nx\r\n`,
        'utf8',
      );
      const structure = parseStructure(bytes);
      const text = utf8(formatKept(structure));
      assert.deepEqual(keptStructure(text), structure);
      const words = keptWords(text);
      if (words === undefined) return;
      for (const inUtf8 of [false, true]) {
        assert.equal(words.envelope, formatEnvelope(structure.envelope, inUtf8));
        assert.equal(words.bodyStructure, formatBodyStructure(structure.part, inUtf8));
      }
    }),
  );
});

test('damaged text is told as such', () => {
  for (const text of ['', '(', '()\n()', '()\n()\n', '()\n()\n[2]', 'x'])
    assert.throws(() => keptStructure(utf8(text)), StructureDamaged);
  assert.throws(() => keptStructure(fromLatin1('[1,"\xff"]')), StructureDamaged);
});

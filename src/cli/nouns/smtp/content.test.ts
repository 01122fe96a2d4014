import assert from 'node:assert/strict';
import { test } from 'node:test';
import { latin1, utf8 } from '#bytes';
import { crlf, makeMessage } from './content.ts';

test('every line end becomes CRLF', () => {
  assert.equal(latin1(crlf(utf8('a\nb\r\nc\rd'))), 'a\r\nb\r\nc\r\nd');
});

test('a made message has what RFC 5322 asks for, and says what its body is', () => {
  const text = Buffer.from(
    makeMessage({
      from: 'alice@a.test',
      to: ['bob@b.test', 'carol@c.test'],
      subject: '試し',
      body: '日本',
      now: Date.UTC(2026, 10, 24),
      unique: 'abc',
      host: 'probe.test',
    }),
  ).toString();
  assert.match(text, /^Date: Tue, 24 Nov 2026 00:00:00 \+0000\r\nFrom: <alice@a.test>\r\n/);
  assert.match(text, /\r\nTo: <bob@b.test>, <carol@c.test>\r\nSubject: =\?utf-8\?/i);
  assert.match(text, /\r\nMessage-ID: <abc@probe.test>\r\n/);
  assert.match(text, /\r\nContent-Transfer-Encoding: 8bit\r\n\r\n日本\r\n$/);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DialogueRecorder, formatEntry, redactCommand, SECRET } from './dialogue.ts';

test('entries carry whole milliseconds since the connection was opened, and survive JSON', () => {
  const recorder = new DialogueRecorder(1000.4);
  recorder.received(1003.1, '220 mx.example');
  recorder.sent(1010.9, 'EHLO a.example');
  recorder.tls(1020, {
    version: 'TLSv1.3',
    cipher: 'TLS_AES_256_GCM_SHA384',
    peer: { kind: 'unverified', name: 'mx.example', reason: 'self-signed certificate' },
  });
  recorder.content(1030, 'sent', 4096);
  const entries = recorder.entries();
  assert.deepEqual(
    entries.map((entry) => entry.at),
    [3, 11, 20, 30],
  );
  assert.deepEqual(JSON.parse(JSON.stringify(entries)), entries);
  assert.deepEqual(
    entries.map((entry) => formatEntry(entry, 'client')),
    [
      'S: 220 mx.example',
      'C: EHLO a.example',
      '-- TLSv1.3 TLS_AES_256_GCM_SHA384, certificate not verified for mx.example: self-signed certificate',
      'C: <4,096 octets>',
    ],
  );
});

test('the server reads the same entries from its own side', () => {
  assert.equal(formatEntry({ at: 0, kind: 'received', line: 'QUIT' }, 'server'), 'C: QUIT');
  assert.equal(formatEntry({ at: 0, kind: 'sent', line: '221 bye' }, 'server'), 'S: 221 bye');
  assert.equal(
    formatEntry({ at: 0, kind: 'content', direction: 'received', octets: 1234567 }, 'server'),
    'C: <1,234,567 octets>',
  );
});

test('what is over the limits is counted, and nothing after the first drop is kept', () => {
  const recorder = new DialogueRecorder(0, { entries: 3, characters: 20, line: 10 });
  recorder.sent(1, 'x'.repeat(15));
  recorder.received(2, 'y'.repeat(15));
  recorder.received(3, 'z');
  assert.deepEqual(recorder.entries(), [
    { at: 1, kind: 'sent', line: 'xxxxxxxxxx<5 more>' },
    { at: 3, kind: 'dropped', entries: 2, characters: 16 },
  ]);
});

test('drops and handshakes without a certificate are told in words', () => {
  assert.equal(
    formatEntry({ at: 0, kind: 'dropped', entries: 2000, characters: 10 }, 'client'),
    '-- 2,000 more entries (10 characters) not kept',
  );
  const tls = { version: 'TLSv1.2', cipher: 'X', peer: { kind: 'not-asked' } } as const;
  assert.equal(
    formatEntry({ at: 0, kind: 'tls', ...tls }, 'server'),
    '-- TLSv1.2 X, no certificate asked for',
  );
});

test('an observer is shown what the limits drop', () => {
  const seen: string[] = [];
  const recorder = new DialogueRecorder(0, { entries: 1, characters: 100, line: 100 }, (entry) =>
    seen.push(entry.kind),
  );
  recorder.sent(0, 'a');
  recorder.received(0, 'b');
  assert.deepEqual(seen, ['sent', 'received']);
});

test('the initial response of AUTH is removed, the mechanism is kept, other commands are untouched', () => {
  assert.equal(redactCommand('AUTH PLAIN AGFsaWNlAHNlY3JldA=='), `AUTH PLAIN ${SECRET}`);
  assert.equal(redactCommand('auth scram-sha-256\tbiws'), `auth scram-sha-256\t${SECRET}`);
  assert.equal(redactCommand('AUTH LOGIN'), 'AUTH LOGIN');
  assert.equal(
    redactCommand('MAIL FROM:<auth plain x@b.example>'),
    'MAIL FROM:<auth plain x@b.example>',
  );
});

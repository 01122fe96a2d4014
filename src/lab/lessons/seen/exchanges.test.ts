import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DialogueEntry } from '#protocol/smtp/dialogue';
import { exchangesOf, takenId } from './exchanges.ts';

function said(...lines: readonly string[]): DialogueEntry[] {
  return lines.map((line) =>
    line.startsWith('*')
      ? { at: 0, kind: 'content', direction: 'received', octets: Number(line.slice(1)) }
      : line === 'TLS'
        ? { at: 0, kind: 'tls', version: 'TLSv1.3', cipher: 'X', peer: { kind: 'not-asked' } }
        : { at: 0, kind: line.startsWith('>') ? 'sent' : 'received', line: line.slice(1) },
  );
}

function exchanges(...lines: readonly string[]) {
  const record = { id: 'a', listener: 'mx', client: '127.0.0.1', beganAt: 0, endedAt: 0 };
  return exchangesOf({ ...record, entries: said(...lines) });
}

test('Commands meet their replies, of several lines too, and know whether TLS was on', () => {
  const [greeting, ehlo, startTls, again] = exchanges(
    '>220 here',
    '<ehlo me',
    '>250-mail',
    '>250 STARTTLS',
    '<STARTTLS',
    '>220 2.0.0 go',
    'TLS',
    '<EHLO me',
    '>250 mail',
  );
  assert.deepEqual([greeting!.verb, greeting!.code], ['', 220]);
  assert.deepEqual([ehlo!.verb, ehlo!.code, ehlo!.reply.length], ['EHLO', 250, 2]);
  assert.deepEqual([startTls!.enhanced, startTls!.underTls], ['2.0.0', false]);
  assert.equal(again!.underTls, true);
});

test('Content, a reply that nobody asked for, and a last command without an answer stand alone', () => {
  const [data, idle] = exchanges('<DATA', '>354 go on', '>421 4.4.2 Nothing came');
  assert.equal(data!.code, 354);
  assert.deepEqual([idle!.verb, idle!.code, idle!.enhanced], ['', 421, '4.4.2']);
  const [content] = exchanges('*20', '>250 2.6.0 06ysj1qjw0400 stored');
  assert.equal(takenId(content!), '06ysj1qjw0400');
  const [lost] = exchanges('<NOOP');
  assert.equal(lost!.code, undefined);
});

test('Only content that was taken has an id', () => {
  assert.equal(takenId(exchanges('*20', '>451 4.3.0 later')[0]!), undefined);
  assert.equal(takenId(exchanges('<NOOP', '>250 2.6.0 06ysj1qjw0400 stored')[0]!), undefined);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { DialogueEntry } from '#protocol/smtp/dialogue';
import { turnsOf } from './turns.ts';

let at = 0;
const C = (line: string): DialogueEntry => ({ at: at++, kind: 'sent', line });
const S = (line: string): DialogueEntry => ({ at: at++, kind: 'received', line });
const content: DialogueEntry = { at: 9, kind: 'content', direction: 'sent', octets: 12 };
const note: DialogueEntry = { at: 0, kind: 'note', text: 'connected' };
const tls: DialogueEntry = {
  at: 3,
  kind: 'tls',
  version: 'TLSv1.3',
  cipher: 'TLS_AES_256_GCM_SHA384',
  peer: { kind: 'not-asked' },
};

test('a turn is what the client said and what it was answered', () => {
  const turns = turnsOf(
    [
      note,
      S('220 mx ESMTP'),
      C('EHLO me'),
      S('250-mx'),
      S('250 STARTTLS'),
      C('STARTTLS'),
      S('220 go'),
      tls,
      C('ehlo me'),
      S('250 mx'),
      C('MAIL FROM:<a@b.test>'),
      C('RCPT TO:<c@d.test>'),
      C('BDAT 12 LAST'),
      content,
      S('250 ok'),
      S('550 5.1.1 no'),
      S('554 5.5.1 no'),
    ],
    'client',
  );
  assert.deepEqual(
    turns.map(({ said, refused, client, server }) => [
      said.join(' '),
      refused,
      client.length,
      server.length,
    ]),
    [
      ['greeting', false, 1, 1],
      ['EHLO', false, 1, 2],
      ['STARTTLS', false, 1, 1],
      ['tls', false, 1, 0],
      ['EHLO', false, 1, 1],
      ['MAIL RCPT BDAT content', true, 4, 3],
    ],
  );
});

test('the same dialogue reads the same from either side', () => {
  const turned = (entry: DialogueEntry): DialogueEntry => {
    if (entry.kind === 'sent') return { ...entry, kind: 'received' };
    return entry.kind === 'received' ? { ...entry, kind: 'sent' } : entry;
  };
  const dialogue = [S('220 mx'), C('HELO me'), S('250 mx'), C('QUIT'), S('221 bye')];
  const shape = (turns: ReturnType<typeof turnsOf>) => turns.map(({ said }) => said);
  assert.deepEqual(
    shape(turnsOf(dialogue.map(turned), 'server')),
    shape(turnsOf(dialogue, 'client')),
  );
});

test('nothing that was said is lost, doubled or moved', () => {
  const entry = fc.oneof(
    fc.string({ maxLength: 20 }).map(C),
    fc.string({ maxLength: 20 }).map(S),
    fc.constantFrom(content, note, tls),
  );
  fc.assert(
    fc.property(fc.array(entry), fc.constantFrom('client', 'server'), (entries, side) => {
      const turns = turnsOf(entries, side);
      assert.deepEqual(
        turns.flatMap(({ client, server }) => client.concat(server)),
        entries,
      );
    }),
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { DialogueEntry } from '#protocol/smtp/dialogue';
import type { Step } from './step.ts';
import { transmissionSteps } from './transmission.ts';

function step(text: string): Step {
  return { at: 0, kind: 'dns', from: 'mx', text, lines: [], why: [] };
}

const C = (line: string): DialogueEntry => ({ at: 1, kind: 'sent', line });
const S = (line: string): DialogueEntry => ({ at: 1, kind: 'received', line });
const CONTENT: DialogueEntry = { at: 2, kind: 'content', direction: 'sent', octets: 3 };
const OPENING = [S('220 mx'), C('EHLO me'), S('250 mx')];

function told(entries: readonly DialogueEntry[]): string[] {
  const steps = transmissionSteps(
    {
      client: 'me',
      server: 'mx',
      side: 'client',
      beganAt: 0,
      endedAt: 10,
      entries,
      early: [step('SPF?')],
      late: [step('DKIM?')],
      verdict: [step('rules')],
    },
    'en',
  );
  return steps.map(({ kind, text, lines }) =>
    kind === 'dialogue'
      ? lines.flatMap((line) => (line.kind === 'wire' ? [line.text] : [])).join(' / ')
      : text,
  );
}

test('what the server found out stands before the reply that needed it', () => {
  assert.deepEqual(
    told([
      ...OPENING,
      C('MAIL FROM:<a@b.test>'),
      S('250 ok'),
      C('RCPT TO:<c@d.test>'),
      S('250 ok'),
      C('DATA'),
      S('354 go'),
      CONTENT,
      S('250 stored'),
    ]),
    [
      'S: 220 mx',
      'C: EHLO me / S: 250 mx',
      'C: MAIL FROM:<a@b.test>',
      'SPF?',
      'S: 250 ok',
      'C: RCPT TO:<c@d.test> / S: 250 ok',
      'C: DATA / S: 354 go',
      'C: <3 octets>',
      'DKIM?',
      'rules',
      'S: 250 stored',
    ],
  );
});

test('a recipient that is refused is judged before its reply', () => {
  assert.deepEqual(
    told([
      ...OPENING,
      C('MAIL FROM:<a@b.test>'),
      S('250 ok'),
      C('RCPT TO:<c@d.test>'),
      S('550 5.1.1 no'),
      C('QUIT'),
      S('221 bye'),
    ]).slice(2),
    [
      'C: MAIL FROM:<a@b.test>',
      'SPF?',
      'S: 250 ok',
      'C: RCPT TO:<c@d.test>',
      'DKIM?',
      'rules',
      'S: 550 5.1.1 no',
      'C: QUIT / S: 221 bye',
    ],
  );
});

test('commands that were sent together are answered together', () => {
  assert.deepEqual(
    told([
      ...OPENING,
      C('MAIL FROM:<a@b.test>'),
      C('RCPT TO:<c@d.test>'),
      C('BDAT 3 LAST'),
      CONTENT,
      S('250 ok'),
      S('250 ok'),
      S('550 5.7.26 no'),
    ]).slice(2),
    [
      'C: MAIL FROM:<a@b.test> / C: RCPT TO:<c@d.test> / C: BDAT 3 LAST / C: <3 octets>',
      'SPF?',
      'DKIM?',
      'rules',
      'S: 250 ok / S: 250 ok / S: 550 5.7.26 no',
    ],
  );
});

test('without a dialogue what the server did is told all the same', () => {
  assert.deepEqual(told([]), ['SPF?', 'DKIM?', 'rules']);
});

test('whatever was said, every line and every step is there once, lines in their order', () => {
  const entry = fc.oneof(
    fc.constantFrom('MAIL FROM:<a@b.test>', 'RCPT TO:<c@d.test>', 'DATA', 'QUIT', 'x').map(C),
    fc.constantFrom('220 mx', '250 ok', '354 go', '450 later', '550 no').map(S),
    fc.constant(CONTENT),
  );
  fc.assert(
    fc.property(fc.array(entry), (entries) => {
      const all = told(entries).flatMap((text) => text.split(' / '));
      const ours = ['SPF?', 'DKIM?', 'rules'];
      assert.deepEqual(all.filter((text) => ours.includes(text)).toSorted(), ours.toSorted());
      assert.deepEqual(
        all.filter((text) => !ours.includes(text)),
        entries.map((one) => {
          if (!('line' in one)) return 'C: <3 octets>';
          return `${one.kind === 'sent' ? 'C' : 'S'}: ${one.line}`;
        }),
      );
    }),
  );
});

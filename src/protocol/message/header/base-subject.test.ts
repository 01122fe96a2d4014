import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { computedFor } from '../../../../test/support/time/cpu-time.ts';
import { baseSubject } from './base-subject.ts';

for (const [subject, base] of [
  ['Hello', 'Hello'],
  ['Re: Hello', 'Hello'],
  ['RE : re: Fwd: FW: Hello', 'Hello'],
  ['Re[2]: Hello', 'Hello'],
  ['re [list] : Hello', 'Hello'],
  ['[list] Re: [list] Hello', 'Hello'],
  ['[a] [b] Re: Hello (fwd) (FWD) ', 'Hello'],
  ['[a] Hello [b]', 'Hello [b]'],
  ['[only]', '[only]'],
  ['[a] [only]', '[only]'],
  ['Re: [only]', '[only]'],
  ['[fwd: Hello]', 'Hello'],
  ['Re: [FWD: [fwd: re: Hello (fwd)] ]', 'Hello'],
  ['[fwd: Hello', '[fwd: Hello'],
  ['Re: ', ''],
  ['', ''],
  ['  ', ''],
  ['(fwd)', ''],
  ['Regarding: x', 'Regarding: x'],
  ['Forward: x', 'Forward: x'],
  ['re x', 're x'],
  ['a\t b\r\n  c', 'a b c'],
  ['[a[b] c', '[a[b] c'],
  ['Re: 返信', '返信'],
] as const)
  test(`${JSON.stringify(subject)} has the base ${JSON.stringify(base)}`, () => {
    assert.equal(baseSubject(subject), base);
  });

/** The steps of RFC 5256 §2.1 one by one, as slow as they are written. */
function literally(subject: string): string {
  let text = subject.replaceAll(/[ \t\r\n]+/g, ' ');
  for (;;) {
    while (/(?:\(fwd\)| )$/i.test(text)) text = text.replace(/(?:\(fwd\)| )$/i, '');
    for (let before = ''; before !== text;) {
      before = text;
      text = text.replace(/^(?:(?:\[[^[\]]*\] *)*(?:re|fwd?) *(?:\[[^[\]]*\] *)?:| )/i, '');
      if (before !== text) continue;
      const bare = text.replace(/^\[[^[\]]*\] */, '');
      if (bare !== '') text = bare;
    }
    const inner = /^\[fwd:(.*)\]$/is.exec(text)?.[1];
    if (inner === undefined) return text;
    text = inner;
  }
}

test('the result is that of the procedure of the RFC, taken literally', () => {
  const part = fc.constantFrom(
    're',
    'fw',
    'fwd',
    ':',
    ' ',
    '[',
    ']',
    '[a]',
    '[fwd:',
    '(fwd)',
    'x',
    'Re: ',
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 14 }), (parts) => {
      assert.equal(baseSubject(parts.join('')), literally(parts.join('')));
    }),
    { numRuns: 5000 },
  );
});

test('time stays linear on hostile subjects', () => {
  const started = computedFor();
  for (const part of ['[a]', '[', '[fwd:', 're:', 're[a]', ' ', '(fwd)', '[a] re:', '[]re'])
    baseSubject(part.repeat(100_000));
  baseSubject(`${'[fwd:'.repeat(50_000)}x${']'.repeat(50_000)}`);
  baseSubject(`${'[fwd: [a] '.repeat(50_000)}x${' (fwd)]'.repeat(50_000)}`);
  assert.ok(computedFor() - started < 5_000);
});

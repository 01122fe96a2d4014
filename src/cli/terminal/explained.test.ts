import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explainedLines, type Explained } from './explained.ts';

const EXPLAINED: Explained = {
  title: 'SPF of example.org',
  result: 'pass: all is well.',
  well: true,
  steps: [
    { text: 'The first step.', rfc: 'RFC 7208 §4.4' },
    {
      text: 'One that lies within it, and is longer than a line may be.',
      rfc: 'RFC 7208 §5.2',
      depth: 1,
    },
    { text: 'A step without a rule.' },
  ],
};

test('a result comes first, then numbered steps, each with its section', () => {
  assert.deepEqual(explainedLines(EXPLAINED, 60), [
    'SPF of example.org',
    'pass: all is well.',
    '',
    '1. The first step. [RFC 7208 §4.4]',
    '2.   One that lies within it, and is longer than a line may',
    '     be. [RFC 7208 §5.2]',
    '3. A step without a rule.',
  ]);
});

test('numbers of two digits stand in a column', () => {
  const steps = Array.from({ length: 10 }, () => ({ text: 'x' }));
  const lines = explainedLines({ ...EXPLAINED, steps }, 60);
  assert.deepEqual([lines.at(3), lines.at(-1)], [' 1. x', '10. x']);
});

test('no text can act on the terminal or forge a step, however deep and long', () => {
  const steps = [
    { text: 'x\n2. forged \u001b[2J', rfc: 'RFC 1\u009b', depth: 9999 },
    { text: 'y'.repeat(100_000) },
  ];
  const lines = explainedLines({ ...EXPLAINED, title: 'a\rb', steps }, 80);
  for (const line of lines) {
    assert.doesNotMatch(line, /[\x00-\x1f\x7f-\x9f]/);
    assert.ok(line.length < 5000);
  }
  assert.equal(lines.filter((line) => line.startsWith('2. ')).length, 1);
});

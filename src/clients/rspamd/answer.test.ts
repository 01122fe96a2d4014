import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { utf8 } from '#bytes';
import { readJudged, readLearned } from './answer.ts';
import type { Answered } from './exchange.ts';

function answered(body: unknown, status = 200): Answered {
  return {
    kind: 'answered',
    status,
    reason: 'Reason',
    body: utf8(typeof body === 'string' ? body : JSON.stringify(body)),
  };
}

const ANSWER = {
  is_skipped: false,
  score: 7.504,
  required_score: 15.0,
  action: 'add header',
  symbols: {
    MILD: { name: 'MILD', score: 0.1, metric_score: 0.1 },
    GOOD: { name: 'GOOD', score: -2.5, description: 'It is known' },
    BAD: { name: 'BAD', score: 9.9, description: 'It is not', options: ['x'] },
  },
  messages: {},
};

test('the action, the score and the symbols that weigh most come out', () => {
  assert.deepEqual(readJudged(answered(ANSWER)), {
    kind: 'judged',
    action: 'add header',
    said: 'add header',
    score: 7.5,
    required: 15,
    symbols: [
      { name: 'BAD', score: 9.9, about: 'It is not' },
      { name: 'GOOD', score: -2.5, about: 'It is known' },
      { name: 'MILD', score: 0.1, about: undefined },
    ],
    more: 0,
    message: undefined,
  });
});

test('an action that somebody set up keeps its name', () => {
  const read = readJudged(answered({ ...ANSWER, action: 'to the shelf' }));
  assert.ok(read.kind === 'judged');
  assert.equal(read.action, 'other');
  assert.equal(read.said, 'to the shelf');
});

test('of a thousand symbols, and of long words, only some is kept', () => {
  const symbols = Object.fromEntries(
    Array.from({ length: 1000 }, (_, n) => [
      `${'S'.repeat(5000)}${n}`,
      { score: n, description: 'd'.repeat(5000) },
    ]),
  );
  const messages = { smtp_message: 'm'.repeat(5000) };
  const read = readJudged(answered({ ...ANSWER, symbols, messages }));
  assert.ok(read.kind === 'judged');
  assert.equal(read.symbols.length, 15);
  assert.equal(read.more, 985);
  assert.ok(JSON.stringify(read).length < 6000);
});

test('what is none of its answers is garbage, and never throws', () => {
  for (const body of [
    '',
    'pong',
    '[]',
    '{}',
    '{"action":1}',
    { ...ANSWER, score: 'high' },
    '['.repeat(200_000),
  ])
    assert.equal(readJudged(answered(body)).kind, 'failed');
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      readJudged(answered({ ...ANSWER, symbols: value as object }));
      readJudged(answered(value));
      readLearned(answered(value));
    }),
  );
});

test('an error is told with its words: of the password, of the message, or of itself', () => {
  const causes = [401, 403, 400, 413, 404, 500, 503].map((status) => {
    const read = readJudged(answered({ error: 'no' }, status));
    return read.kind === 'failed' ? `${read.cause}: ${read.text}` : read.kind;
  });
  assert.deepEqual(causes, [
    'password: 401 no',
    'password: 403 no',
    'message: 400 no',
    'message: 413 no',
    'status: 404 no',
    'status: 500 no',
    'status: 503 no',
  ]);
});

test('an error without words is told by its reason phrase', () => {
  assert.deepEqual(readLearned(answered('', 204)), {
    kind: 'failed',
    cause: 'message',
    text: '204 Reason',
  });
});

test('what was learned, and what it knew already', () => {
  assert.deepEqual(readLearned(answered({ success: true })), { kind: 'learned' });
  assert.deepEqual(readLearned(answered({ error: 'already learned' }, 208)), { kind: 'known' });
  assert.equal(readLearned(answered({ success: false })).kind, 'failed');
});

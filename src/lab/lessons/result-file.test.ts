import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readResult, signResult, type SignedResult } from './result-file.ts';

const SECRET = new Uint8Array(32).fill(7);
const AT = '2026-11-26T12:00:00.000Z';

function result(): SignedResult {
  return signResult(SECRET, {
    learner: '花子',
    at: AT,
    of: 37,
    lessons: [
      { lesson: '1.1', state: 'passed', hints: 1, passedAt: AT },
      { lesson: '1.2', state: 'started', hints: 3, passedAt: null },
    ],
  });
}

test('A result that was signed is read again, in whichever order its fields come', () => {
  const { signature, ...rest } = result();
  assert.deepEqual(readResult(JSON.stringify({ signature, ...rest })), rest);
  assert.equal(signResult(new Uint8Array(32), rest).key === rest.key, false);
});

test('A result that was changed, by whatever field, is refused', () => {
  const good = result();
  const [first, second] = good.lessons;
  const changed: object[] = [
    { ...good, learner: '太郎' },
    { ...good, at: '2026-11-25T12:00:00.000Z' },
    { ...good, of: 1 },
    { ...good, lessons: [first, { ...second, state: 'passed', passedAt: AT }] },
    { ...good, lessons: [first, { ...second, hints: 0 }] },
    { ...good, key: signResult(new Uint8Array(32), good).key },
    { ...good, signature: `A${good.signature.slice(1)}` },
  ];
  for (const one of changed) assert.equal(readResult(JSON.stringify(one)), undefined);
});

test('What is no result file is refused: other JSON, other text, a name that moves the cursor', () => {
  for (const text of ['', '{', 'null', '[]', '{"format":"hikyaku-lab-progress-1"}'])
    assert.equal(readResult(text), undefined);
  const named = signResult(SECRET, { ...result(), learner: 'a\u001b[2J' });
  assert.equal(readResult(JSON.stringify(named)), undefined);
});

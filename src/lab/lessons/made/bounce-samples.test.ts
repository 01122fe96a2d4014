import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failureInText } from '#protocol/bounce/bounce-text';
import { classifyBounce } from '#protocol/bounce/reasons';
import { BOUNCE_SAMPLES, drawBounces, SAMPLES } from './bounce-samples.ts';

for (const { class: expected, text } of BOUNCE_SAMPLES) {
  test(`${expected}: ${text}`, () => {
    const failure = failureInText(text);
    assert.ok(failure, 'it names a code or a reason');
    assert.equal(classifyBounce(failure).class, expected);
  });
}

test('There are 48 of them, one line of ASCII each, no two alike', () => {
  assert.equal(BOUNCE_SAMPLES.length, 48);
  assert.equal(new Set(BOUNCE_SAMPLES.map(({ text }) => text)).size, 48);
  for (const { text } of BOUNCE_SAMPLES) assert.match(text, /^[ -~]{10,300}$/);
});

test('A draw has twenty different ones, four of each class at least, and is the same for the same seed', () => {
  const draws = new Set<string>();
  for (let seed = 0; seed < 500; seed++) {
    const drawn = drawBounces(seed * 7919);
    assert.equal(new Set(drawn).size, SAMPLES);
    for (const one of ['hard', 'soft', 'ours'])
      assert.ok(drawn.filter((sample) => sample.class === one).length >= 4);
    draws.add(drawn.map((sample) => sample.class).join());
  }
  assert.ok(draws.size > 490);
  assert.deepEqual(drawBounces(7), drawBounces(7));
});

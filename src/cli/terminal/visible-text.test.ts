import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { utf8 } from '#bytes';
import { visibleText } from './visible-text.ts';

async function shown(chunks: readonly Uint8Array[]): Promise<string> {
  async function* all(): AsyncGenerator<Uint8Array> {
    yield* chunks;
  }
  let text = '';
  for await (const part of visibleText(all())) text += part;
  return text;
}

test('line ends and tabs act, every other control character is shown', async () => {
  assert.equal(
    await shown([utf8('a\tb\r\nc\x1b[31m\rd\x07é日\u009b')]),
    'a\tb\n' + String.raw`c\x1b[31m\x0dd\x07é日\x9b`,
  );
});

test('how the octets are cut into chunks makes no difference', async () => {
  const text = 'a\r\nb\rc\r\n日本\x1b\r';
  const octets = utf8(text);
  const whole = await shown([octets]);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: octets.length })), async (places) => {
      const cuts = [0, ...places.sort((a, b) => a - b), octets.length];
      const chunks = cuts.slice(1).map((end, i) => octets.subarray(cuts[i], end));
      assert.equal(await shown(chunks), whole);
    }),
    { numRuns: 100 },
  );
});

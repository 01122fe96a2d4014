import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeCharset } from '#protocol/message/header/encoded-word';
import { encodeIso2022Jp } from './iso-2022-jp.ts';
import { encodeShiftJis } from './shift-jis.ts';

test('whatever JIS X 0208 knows comes back as it was', () => {
  const row = fc.integer({ min: 0x21, max: 0x7e });
  fc.assert(
    fc.property(fc.array(fc.tuple(row, row), { minLength: 1 }), (cells) => {
      const octets = [0x1b, 0x24, 0x42, ...cells.flat(), 0x1b, 0x28, 0x42];
      const text = decodeCharset(Uint8Array.from(octets), 'iso-2022-jp') ?? '';
      if (encodeIso2022Jp(text) === undefined) return;
      assert.equal(decodeCharset(encodeShiftJis(text)!, 'shift_jis'), text);
    }),
    { numRuns: 500 },
  );
});

test('letters are where the standard has them, and ASCII is left as it is', () => {
  assert.deepEqual([...encodeShiftJis('a表示熙')!], [0x61, 0x95, 0x5c, 0x8e, 0xa6, 0xea, 0xa4]);
});

test('what JIS X 0208 does not know is said, not lost', () => {
  assert.equal(encodeShiftJis('a😀'), undefined);
  assert.equal(encodeShiftJis('한'), undefined);
});

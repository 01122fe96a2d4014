import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeCharset } from '#protocol/message/header/encoded-word';
import { encodeIso2022Jp } from './iso-2022-jp.ts';

test('kana, kanji and ASCII come back as they were, and the text ends in ASCII', () => {
  const characters = fc.constantFrom(
    ...Array.from('ありがとうございます。無事に届きました!カタカナ漢字 Re: A~z9'),
  );
  fc.assert(
    fc.property(
      fc.array(characters).map((list) => list.join('')),
      (text) => {
        const octets = encodeIso2022Jp(text)!;
        assert.equal(decodeCharset(octets, 'iso-2022-jp'), text);
        assert.ok(octets.every((octet) => octet < 0x80));
        const escapes = [
          ...Buffer.from(octets)
            .toString('latin1')
            .matchAll(/\x1b../g),
        ];
        assert.notEqual(escapes.at(-1)?.[0], '\x1b$B');
      },
    ),
  );
});

test('the first letters are where the standard has them', () => {
  assert.deepEqual(
    [...encodeIso2022Jp('あ亜')!],
    [0x1b, 0x24, 0x42, 0x24, 0x22, 0x30, 0x21, 0x1b, 0x28, 0x42],
  );
});

test('what JIS X 0208 does not know is said, not lost', () => {
  assert.equal(encodeIso2022Jp('a😀'), undefined);
  assert.equal(encodeIso2022Jp('한'), undefined);
});

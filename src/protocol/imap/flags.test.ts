import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Decoder } from './decoder.ts';
import {
  decodeFlagList,
  decodeFlags,
  FLAG_BITS,
  flagBit,
  formatFlags,
  MAX_KEYWORD,
  MAX_KEYWORDS,
  SYSTEM_FLAGS,
} from './flags.ts';

const list = (text: string) => decodeFlagList(new Decoder(text, { utf8: false }));

describe('flags of IMAP', () => {
  it('are bits where they are of the system, in any case of letters, and keywords otherwise', () => {
    assert.deepEqual(list('(\\Seen \\DRAFT $Forwarded \\seen)'), {
      bits: FLAG_BITS.seen | FLAG_BITS.draft,
      keywords: ['$Forwarded'],
    });
    assert.deepEqual(list('()'), { bits: 0, keywords: [] });
  });

  it('are passed over where only the server sets them', () =>
    assert.deepEqual(list('(\\Recent \\Answered)'), { bits: FLAG_BITS.answered, keywords: [] }));

  it('keep the first spelling of a keyword', () =>
    assert.deepEqual(list('(Work wORK)').keywords, ['Work']));

  it('stand without parentheses in STORE', () => {
    const decoder = new Decoder('\\Flagged Work', { utf8: false });
    assert.deepEqual(decodeFlags(decoder), { bits: FLAG_BITS.flagged, keywords: ['Work'] });
  });

  const refused: [string, RegExp][] = [
    ['(\\Wrong)', /no system flag/],
    ['(\\*)', /atom/],
    ['(a"b)', /"\)"/],
    ['(\u00fc)', /atom/],
    [`(${'k'.repeat(MAX_KEYWORD + 1)})`, /100 octets/],
    [`(${Array.from({ length: MAX_KEYWORDS + 1 }, (_, i) => `k${i}`).join(' ')})`, /64 keywords/],
  ];
  for (const [text, reason] of refused)
    it(`refuse ${text.slice(0, 20)}`, () => assert.throws(() => list(text), reason));

  it('are read again as they were written', () => {
    const keywords = fc.uniqueArray(fc.stringMatching(/^[$A-Za-z0-9_.+-]{1,20}$/), {
      maxLength: 10,
      selector: (keyword) => keyword.toLowerCase(),
    });
    fc.assert(
      fc.property(fc.nat(31), keywords, (bits, words) => {
        assert.deepEqual(list(formatFlags(bits, words)), { bits, keywords: words });
      }),
    );
  });

  it('have one bit each', () => {
    const bits = SYSTEM_FLAGS.map((name) => flagBit(name));
    assert.equal(
      bits.reduce((all, bit) => all | bit, 0),
      31,
    );
    assert.equal(flagBit('\\Nothing'), 0);
  });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { computedFor } from '../../../test/support/time/cpu-time.ts';
import { element, formatXml, readTexts, withAttributes } from './xml.ts';

test('what is written is read back, whatever the text is', () => {
  const text = fc
    .string({ unit: 'grapheme', maxLength: 60 })
    .filter((one) => /^[^\x00-\x1f\ufffe\uffff]*$/.test(one));
  fc.assert(
    fc.property(text, text, (value, attribute) => {
      const xml = formatXml(
        element('root', withAttributes(element('one', value), { a: attribute }), element('empty')),
      );
      assert.equal(readTexts(xml)?.get('one'), value.trim());
    }),
    { numRuns: 300 },
  );
});

test('nothing written can leave its place', () => {
  const xml = formatXml(withAttributes(element('a', '<b>&"\'\u0000'), { x: '"><b y="' }));
  assert.equal(
    xml,
    '<?xml version="1.0" encoding="utf-8"?>\n<a x="&quot;&gt;&lt;b y=&quot;">&lt;b&gt;&amp;&quot;&apos;\ufffd</a>\n',
  );
});

test('the request of Outlook is read, by local names, the first of each', () => {
  const texts = readTexts(
    '\ufeff<?xml version="1.0" encoding="utf-8"?>\r\n<x:Autodiscover xmlns:x="http://a/?b=c&amp;d"><Request>' +
      "<EMailAddress lang='en'> a&amp;b@example.org </EMailAddress><EMailAddress>other</EMailAddress><None/></Request></x:Autodiscover> ",
  );
  assert.deepEqual([...texts!], [['EMailAddress', 'a&b@example.org']]);
});

for (const [what, xml] of [
  ['nothing', ''],
  ['text alone', 'hello'],
  ['a document type', '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'],
  ['an entity of its own', '<a>&b;</a>'],
  ['an entity without its end', '<a>a & b</a>'],
  ['a number for a character', '<a>&#65;</a>'],
  ['CDATA', '<a><![CDATA[b]]></a>'],
  ['a comment', '<a><!-- b --></a>'],
  ['an instruction', '<a><?b c?></a>'],
  ['an element without its end', '<a><b></b>'],
  ['ends that cross', '<a><b></a></b>'],
  ['a second root', '<a></a><b></b>'],
  ['text behind the root', '<a></a>b'],
  ['an end with attributes', '<a></a b="c">'],
  ['an attribute without quotes', '<a b=c></a>'],
  ['< in an attribute', '<a b="<"></a>'],
  ['too deep', '<a>'.repeat(17) + '</a>'.repeat(17)],
  ['too many', `<a>${'<b></b>'.repeat(200)}</a>`],
] as const)
  test(`refused: ${what}`, () => assert.equal(readTexts(xml), undefined));

test('time is linear in what a stranger sends', () => {
  for (const piece of ['<a ', '<', '&', '<a b="', 'a', ' ', '<a>', '</a>', '<?xml ']) {
    const start = computedFor();
    readTexts(piece.repeat(200_000 / piece.length));
    readTexts(`<a>${piece.repeat(200_000 / piece.length)}`);
    assert.ok(computedFor() - start < 2000, piece);
  }
});

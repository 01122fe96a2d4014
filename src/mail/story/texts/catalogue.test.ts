import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CATALOGUE } from './catalogue.ts';
import { placeholdersOf, type Phrase } from '#mail/story/phrase';

const PHRASES: readonly (readonly [name: string, phrase: Phrase])[] = Object.entries(
  CATALOGUE,
).flatMap(([part, phrases]) =>
  Object.entries(phrases as Readonly<Record<string, Phrase>>).map(
    ([key, phrase]) => [`${part}.${key}`, phrase] as const,
  ),
);

test('every text is there in both languages, and the two differ', () => {
  assert.ok(PHRASES.length > 150);
  for (const [name, { en, ja }] of PHRASES) {
    assert.notEqual(en.trim(), '', name);
    assert.notEqual(ja.trim(), '', name);
    assert.notEqual(en, ja, name);
  }
});

test('both languages of a text have the same placeholders', () => {
  for (const [name, { en, ja }] of PHRASES) {
    assert.deepEqual(placeholdersOf(ja), placeholdersOf(en), name);
  }
});

/** A rule of our own is where it was decided, or the setting that chooses it. */
const SOURCE =
  /^(?:RFC \d{4}(?: §\d+(?:\.\d+)*)?|docs\/decisions\/\d{4}|docs\/settings\.md [a-z_.]+)$/;

test('every RFC is named with its number, and a section unless the whole is meant; a rule of our own by its decision or setting', () => {
  const sources = PHRASES.flatMap(([name, { rfc }]) => (rfc === undefined ? [] : [{ name, rfc }]));
  assert.ok(sources.length > 150);
  for (const { name, rfc } of sources) assert.match(rfc, SOURCE, name);
});

test('English is in ASCII but for quotation marks, Japanese has full-width punctuation', () => {
  for (const [name, { en, ja }] of PHRASES) {
    assert.match(en, /^[ -~’“”]*$/, name);
    assert.doesNotMatch(
      ja,
      /[\u3040-\u30ff\u4e00-\u9fff][,.:;()?!]|[,;()?!][\u3040-\u30ff\u4e00-\u9fff]/,
      name,
    );
  }
});

test('what an event says as a whole sentence ends as one in each language', () => {
  for (const [name, { en, ja }] of PHRASES) {
    if (!/^(event|variant|step)\./.test(name) || name === 'event.notice.withheld') continue;
    assert.match(en, /\.$/, name);
    assert.match(ja, /。$/, name);
    assert.match(ja, /(ます|です|ません|でした|ました|せん)([（：][^（）]*）?)?。$/, name);
  }
});

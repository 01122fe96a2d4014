import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeholdersOf, type Phrase } from '#mail/story/phrase';
import { ACME_TEXTS } from './acme-texts.ts';
import * as HTTP_TEXTS from './http/texts.ts';
import * as IMAP_TEXTS from './imap/texts.ts';
import * as TEXTS from './texts.ts';

const PHRASES = Object.entries({ ...TEXTS, ...IMAP_TEXTS, ...HTTP_TEXTS, ACME_TEXTS }).flatMap(
  ([part, phrases]) =>
    Object.entries(phrases as Readonly<Record<string, Phrase>>).map(
      ([key, phrase]) => [`${part}.${key}`, phrase] as const,
    ),
);

test('every text is there in both languages with the same placeholders', () => {
  assert.ok(PHRASES.length > 50);
  for (const [name, { en, ja }] of PHRASES) {
    assert.notEqual(en.trim(), '', name);
    assert.notEqual(ja.trim(), '', name);
    assert.notEqual(en, ja, name);
    assert.deepEqual(placeholdersOf(ja), placeholdersOf(en), name);
  }
});

test('every RFC is named with its number, and a section unless the whole is meant', () => {
  for (const [name, { rfc }] of PHRASES) {
    if (rfc !== undefined) assert.match(rfc, /^RFC \d{4}( §\d+(\.\d+)*)?$/, name);
  }
});

test('every purpose and every turn is explained by a whole sentence', () => {
  const explained = PHRASES.filter(([name]) =>
    /^(PURPOSE|TURN|ACME|IMAP)_|^LETTER_WHYS|^HTTP_(PURPOSES|ANSWERS)/.test(name),
  );
  assert.equal(explained.length, 128);
  for (const [name, { en, ja }] of explained) {
    assert.match(en, /\.$/, name);
    assert.match(ja, /。$/, name);
  }
});

test('English is in ASCII, Japanese has full-width punctuation', () => {
  for (const [name, { en, ja }] of PHRASES) {
    assert.match(en, /^[ -~’“”]*$/, name);
    assert.doesNotMatch(
      ja,
      /[\u3040-\u30ff\u4e00-\u9fff][,.:;()?!]|[,;()?!][\u3040-\u30ff\u4e00-\u9fff]/,
      name,
    );
  }
});

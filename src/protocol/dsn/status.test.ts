import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LANGUAGES } from './language.ts';
import { statusWords } from './status.ts';
import { STATUS_WORDS, SUBJECT_WORDS } from './status-words.ts';

test('a known code has its own words, the same for class 4 and 5', () => {
  assert.match(statusWords('5.1.1', 'en').meaning, /no mailbox with this name/);
  assert.deepEqual(statusWords('4.1.1', 'en'), statusWords('5.1.1', 'en'));
  assert.match(statusWords('5.1.1', 'ja').meaning, /メールボックス/);
  assert.equal(statusWords('5.6.7', 'en').rfc, 'RFC 6531 §3.5');
});

test('an unknown detail has the words of its subject, an unknown subject those of none', () => {
  assert.deepEqual(statusWords('5.7.999', 'en').meaning, SUBJECT_WORDS[7]?.en[0]);
  assert.deepEqual(statusWords('5.42.1', 'ja').meaning, SUBJECT_WORDS[0]?.ja[0]);
  assert.deepEqual(statusWords('nonsense', 'en').meaning, SUBJECT_WORDS[0]?.en[0]);
  assert.deepEqual(statusWords('', 'en').meaning, SUBJECT_WORDS[0]?.en[0]);
});

test('every entry is a sentence in each language, under a key that can be asked for', () => {
  for (const [key, words] of [...Object.entries(STATUS_WORDS), ...Object.entries(SUBJECT_WORDS)]) {
    assert.match(key, /^\d+(\.\d+)?$/);
    assert.match(words.rfc, /^RFC \d{4} §\d+(\.\d+)*$/);
    for (const language of LANGUAGES) {
      for (const sentence of words[language]) {
        assert.match(sentence, language === 'ja' ? /。$/ : /^[A-Z][ -~]*\.$/);
      }
    }
  }
});

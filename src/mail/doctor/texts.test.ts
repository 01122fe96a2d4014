import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeholdersOf, type Phrase } from '#mail/story/phrase';
import { commandsIn, faultOf } from '../../../test/support/program/command-line.ts';
import { FAMILIES } from './check.ts';
import { CHECK_IDS, CHECKS } from './checks.ts';
import { TEXTS } from './texts.ts';
import { COMMON } from './texts/any-check.ts';
import type { FindingText } from './texts/entry.ts';
import { FAMILY_WORDS, STATUS_WORDS, WORDS } from './texts/frame.ts';

const KNOWN = ['domain', 'hostname'];

function* phrases(): Generator<readonly [name: string, phrase: Phrase]> {
  for (const [name, phrase] of Object.entries({ ...WORDS, ...STATUS_WORDS, ...FAMILY_WORDS }))
    yield [name, phrase];
  yield* ofFindings('common', COMMON);
  for (const id of CHECK_IDS) {
    const { title, why, expected, remedy, findings } = TEXTS[id];
    yield* Object.entries({ title, why, expected, remedy }).map(
      ([key, phrase]) => [`${id}.${key}`, phrase] as const,
    );
    yield* ofFindings(id, findings);
  }
}

function* ofFindings(
  of: string,
  findings: Readonly<Record<string, FindingText>>,
): Generator<readonly [string, Phrase]> {
  for (const [key, text] of Object.entries(findings)) {
    yield [`${of}.${key}`, text];
    if (text.remedy) yield [`${of}.${key}.remedy`, text.remedy];
  }
}

const PHRASES = [...phrases()];

test('every text of the doctor is there in both languages with the same placeholders', () => {
  assert.ok(PHRASES.length > 480, String(PHRASES.length));
  for (const [name, { en, ja }] of PHRASES) {
    assert.notEqual(en.trim(), '', name);
    assert.notEqual(ja.trim(), '', name);
    assert.deepEqual(placeholdersOf(ja), placeholdersOf(en), name);
  }
});

test('English is in ASCII but for quotation marks, Japanese has full-width punctuation', () => {
  for (const [name, { en, ja }] of PHRASES) {
    assert.match(en, /^[ -~’“”…]*$/, name);
    assert.doesNotMatch(
      ja,
      /[\u3040-\u30ff\u4e00-\u9fff][,.:;()?!]|[,;()?!][\u3040-\u30ff\u4e00-\u9fff]/,
      name,
    );
  }
});

test('what a check says of itself needs no value that it does not have', () => {
  for (const id of CHECK_IDS) {
    const { title, why, expected, remedy, findings } = TEXTS[id];
    for (const phrase of [title, why]) assert.deepEqual(placeholdersOf(phrase.en), [], id);
    const shown = Object.values(findings as Readonly<Record<string, FindingText>>)
      .filter(({ status }) => status === 'warn' || status === 'fail')
      .map(({ en }) => placeholdersOf(en));
    const [first = [], ...rest] = shown;
    const always = first.filter((name) => rest.every((names) => names.includes(name)));
    const given = new Set([...KNOWN, ...always]);
    for (const phrase of [expected, remedy])
      for (const name of placeholdersOf(phrase.en)) assert.ok(given.has(name), `${id} ${name}`);
  }
});

test('the table has the 57 ids of the contract in its order, and every family', () => {
  const counts = {
    H: 8,
    N: 6,
    D: 6,
    I: 3,
    X: 3,
    S: 3,
    K: 4,
    M: 4,
    T: 5,
    P: 3,
    A: 1,
    R: 4,
    L: 3,
    C: 2,
    B: 2,
  };
  const ids = Object.entries(counts).flatMap(([letter, count]) =>
    Array.from({ length: count }, (_, index) => `${letter}${index + 1}`),
  );
  assert.deepEqual(CHECK_IDS, ids);
  assert.deepEqual(Object.keys(TEXTS), ids);
  assert.deepEqual([...new Set(CHECK_IDS.map((id) => CHECKS[id].family))], [...FAMILIES]);
});

test('each command line that a text names is one, with its verb, arguments and options', async () => {
  const faults: string[] = [];
  let named = 0;
  for (const [name, phrase] of PHRASES)
    for (const text of [phrase.en, phrase.ja])
      for (const line of commandsIn(text)) {
        const fault = await faultOf(line);
        if (fault !== undefined) faults.push(`${name}: ${line}: ${fault}`);
        named++;
      }
  assert.deepEqual(faults, []);
  assert.ok(named > 80, String(named));
});

test('both languages name the same command lines', () => {
  for (const [name, { en, ja }] of PHRASES)
    assert.deepEqual(commandsIn(ja).toSorted(), commandsIn(en).toSorted(), name);
});

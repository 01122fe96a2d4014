import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { actsOf, type Letter } from './acts.ts';
import { findPerson, type Crowd, type Person, type Temper } from './person.ts';

const TEMPERS: readonly Temper[] = ['friend', 'reader', 'busy', 'grumbler', 'saver'];
const CROWD: Crowd = {
  prefix: 'reader',
  count: 300,
  asked: true,
  language: 'en',
  tempers: { reader: 6, busy: 3, saver: 1 },
};
const LETTER: Letter = {
  domain: 'bigmail.test',
  sender: 'example.test',
  folder: 'inbox',
  isList: true,
  isAutomatic: false,
  asksToConfirm: false,
  before: 0,
  own: 0,
  day: 20_000,
};

const person = (temper: Temper, asked = true): Person => ({
  name: 'hana',
  shown: 'Hana',
  temper,
  asked,
  language: 'en',
});

/** How many of so many letters to a crowd are complained of. */
function complaints(crowd: Crowd, letters: number, letter: Partial<Letter> = {}): number {
  const one = findPerson([], [crowd], `${crowd.prefix}0001`)!;
  let count = 0;
  for (let before = 0; before < letters; before++)
    if (actsOf(1, one, { ...LETTER, ...letter, before }).some(({ kind }) => kind === 'complain'))
      count++;
  return count;
}

test('the same seed and the same letter give the same acts, in whatever order they are asked for', () => {
  const letter = fc.record({
    domain: fc.constant('bigmail.test'),
    sender: fc.constantFrom('a.test', 'b.test'),
    folder: fc.constantFrom('inbox' as const, 'spam' as const),
    isList: fc.boolean(),
    isAutomatic: fc.boolean(),
    asksToConfirm: fc.boolean(),
    before: fc.nat(50),
    own: fc.nat(5),
    day: fc.nat(40_000),
  });
  fc.assert(
    fc.property(
      fc.nat(),
      fc.constantFrom(...TEMPERS),
      fc.array(letter),
      (seed, temper, letters) => {
        const one = person(temper);
        const acts = letters.map((each) => actsOf(seed, one, each));
        const again = letters.toReversed().map((each) => actsOf(seed, one, each));
        assert.deepEqual(again.toReversed(), acts);
      },
    ),
  );
});

test('another seed gives other people', () => {
  const one = findPerson([], [CROWD], 'reader0001')!;
  const acts = (seed: number) =>
    Array.from({ length: 50 }, (_, before) => actsOf(seed, one, { ...LETTER, before }));
  assert.notDeepEqual(acts(1), acts(2));
});

test('every reader of a crowd is alike: it only counts how many came before', () => {
  const [one, other] = ['reader0001', 'reader0299'].map((name) => findPerson([], [CROWD], name)!);
  for (let before = 0; before < 200; before++) {
    const letter = { ...LETTER, before };
    assert.deepEqual(actsOf(7, one!, letter), actsOf(7, other!, letter));
  }
});

test('who asked for mail complains less than one in a thousand; who did not, far above the line', () => {
  assert.ok(complaints(CROWD, 10_000) < 10);
  const guests: Crowd = { ...CROWD, asked: false, tempers: { reader: 2, busy: 6, grumbler: 2 } };
  assert.ok(complaints(guests, 1000) > 100);
});

test('nobody complains of what lies in the spam folder, and only some look there', () => {
  for (const temper of TEMPERS)
    for (let before = 0; before < 100; before++) {
      const acts = actsOf(1, person(temper), { ...LETTER, folder: 'spam', before });
      const does = (kind: string) => acts.some((act) => act.kind === kind);
      assert.ok(!does('complain'));
      if (temper !== 'saver') assert.ok(!does('rescue'));
    }
});

test('only friends answer, only letters, never a machine, and not for ever', () => {
  const answers = (one: Person, letter: Partial<Letter>) =>
    actsOf(1, one, { ...LETTER, isList: false, ...letter }).some(({ kind }) => kind === 'reply');
  assert.ok(answers(person('friend'), {}));
  assert.ok(!answers(person('friend'), { isList: true }));
  assert.ok(!answers(person('friend'), { isAutomatic: true }));
  assert.ok(!answers(person('friend'), { own: 3 }));
  assert.ok(!answers(person('reader'), {}));
});

test('people are found by their names, without case and beside a tag; numbers beyond the crowd are nobody', () => {
  const people = [person('friend')];
  const find = (name: string) => findPerson(people, [CROWD], name)?.name;
  assert.deepEqual(
    ['HANA', 'hana+shop', 'reader0300', 'reader0301', 'reader0000', 'reader1', 'nobody'].map(find),
    ['hana', 'hana', 'reader0300', undefined, undefined, undefined, undefined],
  );
});

test('who asked for a list confirms it when one letter asks; who did not is silent, and complains of nothing', () => {
  for (const temper of TEMPERS) {
    const letter = { ...LETTER, isList: false, asksToConfirm: true };
    const kinds = actsOf(7, person(temper), letter).map(({ kind }) => kind);
    assert.deepEqual(kinds, ['open', 'reply']);
    assert.deepEqual(actsOf(7, person(temper, false), letter), []);
    // in the spam folder nobody finds it
    const lost = actsOf(7, person(temper), { ...letter, folder: 'spam' });
    assert.ok(lost.every(({ kind }) => kind !== 'reply'));
  }
});

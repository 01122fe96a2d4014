import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  compareNames,
  decodeName,
  encodeName,
  isWithin,
  labelsOf,
  nameOf,
  parseName,
  upTo,
} from './name.ts';

/** Labels of any octets. */
const labels = fc.array(
  fc.string({
    unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
    minLength: 1,
    maxLength: 20,
  }),
  { maxLength: 8 },
);

test('a name of any octets comes back from the wire and from its text', () => {
  fc.assert(
    fc.property(labels, (given) => {
      const name = nameOf(given);
      const octets = encodeName(name);
      assert.deepEqual(decodeName(octets, 0), { name, end: octets.length });
      assert.equal(parseName(`${name}.`), name);
    }),
  );
});

test('the canonical order is that of the example in RFC 4034 §6.1', () => {
  const ordered = [
    'example',
    'a.example',
    'yljkjljk.a.example',
    'Z.a.example',
    'zABC.a.EXAMPLE',
    'z.example',
    String.raw`\001.z.example`,
    '*.z.example',
    String.raw`\200.z.example`,
  ];
  const names = ordered.map((text) => parseName(text)!);
  assert.deepEqual(names.toReversed().sort(compareNames), names);
});

test('the canonical order is total, and a name comes before everything below it', () => {
  fc.assert(
    fc.property(labels, labels, labels, (a, b, c) => {
      const [one, two, three] = [a, b, c].map(nameOf) as [string, string, string];
      assert.equal(Math.sign(compareNames(one, two)) + Math.sign(compareNames(two, one)), 0);
      if (compareNames(one, two) <= 0 && compareNames(two, three) <= 0)
        assert.ok(compareNames(one, three) <= 0);
      if (a.length > 0) assert.ok(compareNames(upTo(one, '').at(-2)!, one) <= 0);
    }),
  );
});

test('a dot within a label is no separator', () => {
  const name = parseName(String.raw`a\.b.test`)!;
  assert.deepEqual(labelsOf(name), ['a.b', 'test']);
  assert.equal(isWithin(name, 'b.test'), false);
});

test('names are completed by the origin unless a dot ends them', () => {
  assert.equal(parseName('www', 'example.test'), 'www.example.test');
  assert.equal(parseName('www.example.test.', 'example.test'), 'www.example.test');
  assert.equal(parseName('@', 'example.test'), 'example.test');
  assert.equal(parseName('.'), '');
});

for (const text of [
  '',
  'a..b',
  '.a',
  `${'a'.repeat(64)}.test`,
  Array(65).fill('abc').join('.'),
  'a b',
  'é.test',
  String.raw`a\256`,
  'a\\',
]) {
  test(`«${text.slice(0, 20)}» is no name`, () => {
    assert.equal(parseName(text), undefined);
  });
}

test('pointers that go in a circle, forwards or out of the packet are not followed', () => {
  for (const octets of [
    [0xc0, 0],
    [1, 97, 0xc0, 0],
    [0xc0, 2, 0],
    [0xc0],
    [5, 97],
    [0x40, 0],
    [],
  ]) {
    assert.equal(decodeName(Uint8Array.from(octets), 0), undefined);
  }
});

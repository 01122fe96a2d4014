import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { base64, concat, fromLatin1, latin1 } from '#bytes';
import { computedFor } from '../../../../test/support/time/cpu-time.ts';
import { bodyDecoder, decodeBody } from './decode-body.ts';

const decode = (text: string, encoding: string) => latin1(decodeBody(fromLatin1(text), encoding)!);

for (const [text, expected] of [
  ['', ''],
  ['YWJj', 'abc'],
  ['YWI=', 'ab'],
  ['YQ==', 'a'],
  ['YW\r\nJj\r\n', 'abc'],
  // Lenient: no padding, foreign characters, text after the padding.
  ['YWI', 'ab'],
  ['YQ', 'a'],
  ['Y', ''],
  ['Y!W-J_j', 'abc'],
  ['YQ==YmM=', 'a'],
  ['YWI=\r\n-- \r\nfooter', 'ab'],
  ['====YWJj=YQ', 'abca'],
] as const)
  test(`base64 of ${JSON.stringify(text)}`, () => {
    assert.equal(decode(text, 'base64'), expected);
  });

for (const [text, expected] of [
  ['a=20b=3D', 'a b='],
  ['=e3=E3', '\xe3\xe3'],
  ['a=\r\nb=\nc', 'abc'],
  ['a= \t\r\nb', 'ab'],
  ['a \t\r\nb\n', 'a\r\nb\n'],
  ['a b  c ', 'a b  c'],
  // Lenient: what encodes nothing stands for itself.
  ['a=b', 'a=b'],
  ['a=zz =4', 'a=zz =4'],
  ['a==20', 'a= '],
  ['a= b', 'a= b'],
  ['=4x', '=4x'],
  ['a=', 'a'],
  ['a=\r', 'a'],
  ['a=\rb', 'ab'],
  ['\xe9\0', '\xe9\0'],
] as const)
  test(`quoted-printable of ${JSON.stringify(text)}`, () => {
    assert.equal(decode(text, 'quoted-printable'), expected);
  });

test('7bit, 8bit and binary are as they stand', () => {
  for (const encoding of ['7bit', '8bit', 'binary'])
    assert.equal(decode('a=3D \r\n', encoding), 'a=3D \r\n');
});

test('an encoding that nobody knows is told', () => {
  assert.deepEqual(bodyDecoder('x-uuencode'), { kind: 'unknown-encoding', encoding: 'x-uuencode' });
  assert.equal(decodeBody(fromLatin1('a'), 'x-uuencode'), undefined);
});

test('octets encoded in base64 are decoded, however lines are broken', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 200 }),
      fc.integer({ min: 1, max: 80 }),
      (octets, width) => {
        const text = base64(octets).replaceAll(new RegExp(`.{${width}}`, 'g'), '$&\r\n');
        assert.deepEqual(Buffer.from(decodeBody(fromLatin1(text), 'base64')!), Buffer.from(octets));
      },
    ),
  );
});

test('cutting a body into pieces changes nothing', () => {
  const text = fc
    .array(
      fc.constantFrom(
        '=',
        '=3D',
        '=4',
        'a',
        ' ',
        '\t',
        '\r',
        '\n',
        '\r\n',
        ' '.repeat(1_200),
        'YWJj',
        '/',
      ),
    )
    .map((pieces) => fromLatin1(pieces.join('')));
  fc.assert(
    fc.property(
      fc.constantFrom('base64', 'quoted-printable', '8bit'),
      text,
      fc.array(fc.nat(3_000)),
      (encoding, body, cuts) => {
        const found = bodyDecoder(encoding);
        assert.ok(found.kind === 'decoder');
        const pieces: Uint8Array[] = [];
        let at = 0;
        for (const cut of cuts.sort((a, b) => a - b)) {
          pieces.push(found.decoder.push(body.subarray(at, cut)));
          at = Math.max(at, Math.min(cut, body.length));
        }
        pieces.push(found.decoder.push(body.subarray(at)), found.decoder.end());
        assert.equal(latin1(concat(pieces)), latin1(decodeBody(body, encoding)!));
      },
    ),
    { numRuns: 1_000 },
  );
});

test('hostile bodies take linear time and no more memory than they have', () => {
  const start = computedFor();
  for (const piece of ['=', ' ', '= ', '=\r', '=4', 'a', '\n'])
    for (const encoding of ['base64', 'quoted-printable']) {
      const body = fromLatin1(piece.repeat(4_000_000 / piece.length));
      assert.ok(decodeBody(body, encoding)!.length <= body.length);
    }
  assert.ok(computedFor() - start < 5_000);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { concat, fromLatin1, latin1, utf8 } from '#bytes';
import { computedFor } from '../../../../test/support/time/cpu-time.ts';
import { fieldOctets, fieldsNamed, fieldValue, splitHeader } from './fields.ts';

const split = (text: string) => {
  const bytes = utf8(text);
  const header = splitHeader(bytes);
  return {
    ...header,
    body: latin1(bytes.subarray(header.bodyStart)),
    pairs: header.fields.map((field) => [field.name, fieldValue(bytes, field)]),
  };
};

test('fields keep their exact offsets, folded lines included', () => {
  const { fields, bodyStart } = split('Subject: a\r\n b\r\nTo:c\r\n\r\nbody');
  assert.deepEqual(fields, [
    { name: 'Subject', start: 0, valueStart: 8, end: 16 },
    { name: 'To', start: 16, valueStart: 19, end: 22 },
  ]);
  assert.equal(bodyStart, 24);
});

test('a value is unfolded and trimmed, its inner white space kept', () => {
  assert.deepEqual(split('A: x\r\n\ty \r\n  z \r\nB:\r\n C\r\nD:\r\n\r\n').pairs, [
    ['A', 'x\ty   z'],
    ['B', 'C'],
    ['D', ''],
  ]);
});

test('a value is UTF-8 where that is well-formed, else one character per octet', () => {
  assert.deepEqual(split('A: 日本\r\n\r\n').pairs, [['A', '日本']]);
  const bytes = fromLatin1('A: caf\xe9\r\n\r\n');
  assert.equal(fieldValue(bytes, splitHeader(bytes).fields[0]!), 'café');
});

test('the first empty line ends the header, whatever follows', () => {
  const { pairs, body, defects } = split('A: 1\r\n\r\nB: 2\r\n\r\nrest');
  assert.deepEqual(pairs, [['A', '1']]);
  assert.equal(body, 'B: 2\r\n\r\nrest');
  assert.deepEqual(defects, []);
});

test('a line of white space continues the field before it', () => {
  assert.deepEqual(split('A: 1\r\n \r\nB: 2\r\n\r\n').pairs, [
    ['A', '1'],
    ['B', '2'],
  ]);
});

test('lines that end with LF alone are read alike', () => {
  const { pairs, body } = split('A: 1\n 2\nB: 3\n\nbody\n');
  assert.deepEqual(pairs, [
    ['A', '1 2'],
    ['B', '3'],
  ]);
  assert.equal(body, 'body\n');
});

test('white space before the colon is no part of the name', () => {
  assert.deepEqual(split('Subject \t: x\r\n\r\n').pairs, [['Subject', 'x']]);
});

test('a message may be a header alone, or a body alone', () => {
  assert.deepEqual(split('A: 1\r\n').pairs, [['A', '1']]);
  assert.deepEqual(split('A: 1').pairs, [['A', '1']]);
  assert.equal(split('A: 1').bodyStart, 4);
  assert.deepEqual(split('\r\nbody').pairs, []);
  assert.equal(split('\r\nbody').body, 'body');
  assert.deepEqual(split(''), { fields: [], bodyStart: 0, defects: [], body: '', pairs: [] });
});

for (const line of ['no field', 'a b: c', ': empty', 'é: x', 'a\0: x', ' orphan', 'From x: y'])
  test(`the body starts at a line that is no field: ${JSON.stringify(line)}`, () => {
    const header = line.startsWith(' ') ? '' : 'A: 1\r\n';
    const { pairs, body, defects } = split(`${header}${line}\r\nB: 2\r\n\r\nrest`);
    assert.deepEqual(pairs, header === '' ? [] : [['A', '1']]);
    assert.equal(body, latin1(utf8(`${line}\r\nB: 2\r\n\r\nrest`)));
    assert.deepEqual(defects, [{ kind: 'not-a-field', offset: header.length }]);
  });

test('an mbox line before the first field is stepped over and told', () => {
  for (const mark of ['From a@b.test Tue Nov 24 02:51:44 2026', '>From a@b.test']) {
    const { pairs, defects } = split(`${mark}\r\nA: 1\r\n\r\n`);
    assert.deepEqual(pairs, [['A', '1']]);
    assert.deepEqual(defects, [{ kind: 'mbox-line', offset: 0 }]);
  }
  assert.deepEqual(split('From : a@b.test\r\n\r\n').pairs, [['From', 'a@b.test']]);
});

test('a header of nothing but fields is cut off', () => {
  const { fields, defects, bodyStart } = split('a:\r\n'.repeat(6_000));
  assert.equal(fields.length, 5_000);
  assert.deepEqual(defects, [{ kind: 'too-many-fields', offset: 20_000 }]);
  assert.equal(bodyStart, 20_000);
});

test('fields are found by name in any case, in their order', () => {
  const bytes = utf8('To: 1\r\nCC: 2\r\ntO: 3\r\nToo: 4\r\n\r\n');
  const values = fieldsNamed(splitHeader(bytes), 'TO').map((field) => fieldValue(bytes, field));
  assert.deepEqual(values, ['1', '3']);
});

test('whatever the octets, the fields lie end to end and the rest is body', () => {
  const near = fc
    .array(
      fc.constantFrom('A: 1', 'Bc:', ' d', '\t', '\r\n', '\n', '\r', ':', '\0', 'é', 'From '),
      {
        maxLength: 30,
      },
    )
    .map((parts) => utf8(parts.join('')));
  fc.assert(
    fc.property(fc.oneof(near, fc.uint8Array({ maxLength: 40 })), (bytes) => {
      const { fields, bodyStart, defects } = splitHeader(bytes);
      let at = defects[0]?.kind === 'mbox-line' ? (fields[0]?.start ?? bodyStart) : 0;
      for (const field of fields) {
        assert.equal(field.start, at);
        assert.match(field.name, /^[!-9;-~]+$/);
        assert.equal(bytes[field.valueStart - 1], 0x3a);
        assert.ok(field.end >= field.valueStart);
        assert.doesNotMatch(fieldValue(bytes, field), /[\r\n]/);
        at = field.end;
      }
      assert.ok(bodyStart >= at && bodyStart - at <= 2 && bodyStart <= bytes.length);
      assert.equal(bodyStart, splitHeader(concat([bytes, utf8('')])).bodyStart);
    }),
    { numRuns: 1000 },
  );
});

test('fields written one after the other are read back', () => {
  const field = fc.record({
    name: fc.stringMatching(/^[!-9;-~]{1,12}$/),
    value: fc.stringMatching(/^([!-~]([ -~]{0,20}[!-~])?)?$/),
  });
  fc.assert(
    fc.property(fc.array(field, { maxLength: 8 }), (fields) => {
      const text = fields.map(({ name, value }) => `${name}: ${value}\r\n`).join('');
      const { pairs, body } = split(`${text}\r\nbody`);
      assert.deepEqual(
        pairs,
        fields.map(({ name, value }) => [name, value]),
      );
      assert.equal(body, 'body');
    }),
  );
});

test('the octets of a value are unfolded and trimmed, without what no string of IMAP can hold', () => {
  const octets = (text: string, limit?: number) => {
    const bytes = fromLatin1(text);
    return fieldOctets(bytes, splitHeader(bytes).fields[0]!, limit);
  };
  assert.equal(octets('A: \t x\r\n\ty\n z \r\n \r\n\r\n'), 'x\ty z');
  assert.equal(octets('A: \xc3\xa9\x01\0\r!\r\n\r\n'), '\xc3\xa9\x01  !');
  assert.equal(octets('A: abcdef\r\n\r\n', 4), 'abc');
  assert.equal(octets('A:\r\n\r\n'), '');
  const start = computedFor();
  octets(`A: x${' '.repeat(1e6)}y${' \r'.repeat(1e6)}\r\n\r\n`);
  assert.ok(computedFor() - start < 1_000);
});

test('a header can be told to end at a line that starts with a hyphen', () => {
  const bytes = utf8('A: 1\r\n-B: 2\r\n--b\r\nC: 3\r\n\r\n');
  const asked: number[] = [];
  const header = splitHeader(bytes, (at) => asked.push(at) === 2);
  assert.deepEqual(asked, [6, 13]);
  assert.equal(header.bodyStart, 13);
  assert.deepEqual(header.defects, []);
});

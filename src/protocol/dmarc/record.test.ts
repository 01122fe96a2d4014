import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isDmarcRecord, parseRecord, type DmarcRecord } from './record.ts';

function read(text: string): DmarcRecord {
  const record = parseRecord(text);
  assert.ok(record, text);
  return record;
}

function remarks(text: string): string[] {
  return read(text).remarks.map(({ kind, tag }) => `${kind} ${tag}`.trimEnd());
}

test('a full record of RFC 9989 is read', () => {
  const record = read(
    'v=DMARC1; p=reject; sp=quarantine; np=none; adkim=s; aspf=s; psd=n; t=y; fo=1:d:s; ' +
      'rua=mailto:a@example.org,https://reports.example/x; ruf=mailto:f@example.org',
  );
  assert.deepEqual(record, {
    p: 'reject',
    sp: 'quarantine',
    np: 'none',
    adkim: 's',
    aspf: 's',
    psd: 'n',
    t: 'y',
    rua: [
      { uri: 'mailto:a@example.org', scheme: 'mailto' },
      { uri: 'https://reports.example/x', scheme: 'https' },
    ],
    ruf: [{ uri: 'mailto:f@example.org', scheme: 'mailto' }],
    fo: ['1', 'd', 's'],
    invalid: [],
    remarks: [],
  });
});

test('only the version as the first tag, to the letter, makes a record', () => {
  for (const text of [
    'v=DMARC1',
    'v=DMARC1;',
    'v = DMARC1 ; p=none',
    'V=DMARC1;p=none',
    ' v=DMARC1; p=none',
  ])
    assert.ok(isDmarcRecord(text), text);
  for (const text of [
    '',
    'v=',
    'v=dmarc1; p=none',
    'v=DMARC2; p=none',
    'v=DMARC12',
    'v=DMARC1 p=none',
    'p=none; v=DMARC1',
    '; v=DMARC1',
    'v="DMARC1"; p=none',
    'v=DMARC1\u0000; p=none',
    'x v=DMARC1; p=none',
  ]) {
    assert.equal(parseRecord(text), undefined, text);
  }
});

test('an absent tag has its default', () => {
  const { p, sp, np, adkim, aspf, psd, t, rua, ruf, fo } = read('v=DMARC1');
  assert.deepEqual(
    { p, sp, np, adkim, aspf, psd, t, rua, ruf, fo },
    {
      p: undefined,
      sp: undefined,
      np: undefined,
      adkim: 'r',
      aspf: 'r',
      psd: 'u',
      t: 'n',
      rua: [],
      ruf: [],
      fo: ['0'],
    },
  );
});

test('tags of RFC 7489 and unknown ones mean nothing, and are remarked on', () => {
  const text = 'v=DMARC1; p=reject; pct=0; rf=afrf; ri=86400; future=1; x-y=z';
  assert.equal(read(text).p, 'reject');
  assert.deepEqual(remarks(text), [
    'removed pct',
    'removed rf',
    'removed ri',
    'unknown future',
    'unknown x-y',
  ]);
});

test('an invalid value falls back to the default of its tag alone', () => {
  const record = read('v=DMARC1; p=reject; adkim=x; aspf=strict; psd=maybe; t=1; fo=2; ruf=f');
  assert.deepEqual(
    [record.p, record.adkim, record.aspf, record.psd, record.t, record.fo],
    ['reject', 'r', 'r', 'u', 'n', ['0']],
  );
  assert.deepEqual(record.invalid, ['adkim', 'aspf', 'psd', 't', 'ruf']);
});

test('values without case are read in any, names too but with a remark', () => {
  assert.equal(read('v=DMARC1; p=REJECT').p, 'reject');
  assert.equal(read('v=DMARC1; P=reject').p, 'reject');
  assert.deepEqual(remarks('v=DMARC1; P=reject'), ['upper-case P']);
});

test('a tag that stands twice has no value, wherever and however often', () => {
  for (const text of [
    'v=DMARC1; p=none; p=reject',
    'v=DMARC1; p=reject; p=reject',
    'v=DMARC1; p=reject; sp=none; P=reject; p=none',
  ]) {
    assert.equal(read(text).p, undefined, text);
    assert.deepEqual(read(text).invalid, ['p']);
  }
});

test('text without an equals sign is stepped over', () => {
  assert.equal(read('v=DMARC1; reject; p=quarantine; =x; ;;').p, 'quarantine');
  assert.deepEqual(remarks('v=DMARC1; reject; p=quarantine; =x; ;;'), ['no-tag', 'no-tag']);
});

test('sizes of reports are dropped, and what is no URI is left out', () => {
  const { rua } = read(
    'v=DMARC1; p=none; rua=mailto:a@x.example!10m , mailto:b@x.example!999999999999999999999,' +
      'c@x.example,mailto:d@x.example!10p,mailto:e f@x.example,mailto:g%2ch@x.example',
  );
  assert.deepEqual(
    rua.map(({ uri }) => uri),
    ['mailto:a@x.example', 'mailto:b@x.example', 'mailto:g%2ch@x.example'],
  );
});

test('fo: each option once, 0 and 1 never together, and nothing without ruf', () => {
  assert.deepEqual(read('v=DMARC1; fo=d:0:s; ruf=mailto:a@b.example').fo, ['d', '0', 's']);
  for (const bad of ['0:1', 'd:d', '01', '', '1:']) {
    assert.deepEqual(read(`v=DMARC1; fo=${bad}; ruf=mailto:a@b.example`).fo, ['0'], bad);
  }
  assert.deepEqual(remarks('v=DMARC1; p=none; fo=1'), ['fo-without-ruf fo']);
});

test('a hostile record costs its length and leaves little behind', () => {
  const record = read(`v=DMARC1; ${'p=none;'.repeat(9000)}`);
  assert.equal(record.remarks.length, 30);
  assert.ok(read(`v=DMARC1; rua=${'mailto:a@b.example,'.repeat(3000)}`).rua.length <= 20);
  const long = read(`v=DMARC1; ${'x'.repeat(60_000)}=${'y'.repeat(60_000)}`);
  assert.ok(long.remarks.every(({ tag, value }) => tag.length <= 80 && value.length <= 80));
});

test('no text throws, and a policy is one of three or none', () => {
  const piece = fc.constantFrom(
    'p=',
    'sp=',
    'np=',
    'none',
    'reject',
    ';',
    ' ',
    '\t',
    '=',
    'v=DMARC1',
    'psd=y',
    't=y',
    'rua=',
    'mailto:a@b.c',
    '!',
    ',',
    '%',
    '\u0000',
    '\u00ff',
  );
  fc.assert(
    fc.property(
      fc.array(fc.oneof(piece, fc.string({ maxLength: 3 })), { maxLength: 30 }),
      (parts) => {
        const record = parseRecord(`v=DMARC1;${parts.join('')}`);
        if (!record) return false;
        return [record.p, record.sp, record.np].every(
          (policy) => policy === undefined || ['none', 'quarantine', 'reject'].includes(policy),
        );
      },
    ),
  );
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { EMPTY, fromLatin1, latin1 } from '#bytes';
import { formatSignature } from './format-signature.ts';
import { parseSignature, type Signature } from './signature.ts';

const TAGS: Record<string, string> = {
  v: '1',
  a: 'rsa-sha256',
  d: 'example.test',
  s: 'sel',
  h: 'From',
  bh: 'YQ==',
  b: 'Yg==',
};

/** A field value with some tags changed; undefined takes a tag away. */
function text(changes: Record<string, string | undefined> = {}): string {
  return Object.entries({ ...TAGS, ...changes })
    .flatMap(([name, value]) => (value === undefined ? [] : `${name}=${value}`))
    .join('; ');
}

function read(changes: Record<string, string | undefined> = {}): Signature {
  const parsed = parseSignature(text(changes));
  assert.equal(parsed.kind, 'signature', JSON.stringify(parsed));
  return (parsed as { signature: Signature }).signature;
}

function fault(changes: Record<string, string | undefined>): [string, string | undefined] {
  const parsed = parseSignature(text(changes));
  assert.ok(parsed.kind === 'error', text(changes));
  return [parsed.reason, parsed.tag];
}

const label = fc
  .stringMatching(/^[a-z0-9](?:[a-z0-9-]{0,20}[a-z0-9])?$/)
  .filter((name) => !name.startsWith('xn--') && name.slice(2, 4) !== '--');
const domain = fc
  .array(label, { minLength: 2, maxLength: 5 })
  .map((labels) => `${labels.join('.')}.test`);
const fieldName = fc.stringMatching(/^[\x21-\x39\x3c-\x7e]{1,30}$/);
const octets = (maxLength: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: 1, maxLength }).map((bytes) => Buffer.from(bytes));
const canonicalization = fc.constantFrom('simple' as const, 'relaxed' as const);
const seconds = fc.integer({ min: 0, max: 999_999_999_998 });

const plain = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> =>
  fc.record(model, { noNullPrototype: true }) as fc.Arbitrary<T>;

const signature: fc.Arbitrary<Signature> = fc
  .record(
    {
      algorithm: fc.constantFrom('rsa-sha256', 'ed25519-sha256', 'rsa-sha1'),
      signature: octets(512),
      bodyHash: octets(32),
      canonicalization: plain({ header: canonicalization, body: canonicalization }),
      domain,
      selector: label,
      signedFields: fc.array(fieldName).map((names) => ['From'].concat(names)),
      localPart: fc.string({ unit: 'grapheme', maxLength: 20 }),
      under: fc.option(label),
      bodyLength: fc.maxSafeNat(),
      timestamp: seconds,
      lifetime: fc.integer({ min: 1, max: 1e9 }),
      copiedFields: fc.array(
        plain({ name: fieldName.filter((name) => !name.includes('|')), value: octets(40) }),
        { minLength: 1, maxLength: 3 },
      ),
    },
    {
      noNullPrototype: true,
      requiredKeys: [
        'algorithm',
        'signature',
        'bodyHash',
        'canonicalization',
        'domain',
        'selector',
        'signedFields',
        'localPart',
        'under',
      ],
    },
  )
  .map(({ localPart, under, lifetime, ...rest }) => {
    const { domain, timestamp = 0 } = rest;
    const identity = { localPart, domain: under === null ? domain : `${under}.${domain}` };
    const expiration = Math.min(timestamp + (lifetime ?? 0), 999_999_999_999);
    return Object.assign(rest, { identity }, lifetime === undefined ? {} : { expiration });
  });

describe('DKIM-Signature', () => {
  test('parse(format(signature)) = signature', () => {
    fc.assert(
      fc.property(signature, (value) => {
        const field = latin1(formatSignature(value));
        const parsed = parseSignature(field.slice('DKIM-Signature:'.length));
        assert.deepEqual(parsed.kind === 'signature' ? parsed.signature : parsed, value);
      }),
      { numRuns: 300 },
    );
  });

  test('lines stay under 78 columns, unless one word alone is longer', () => {
    fc.assert(
      fc.property(signature, (value) => {
        const lines = latin1(formatSignature(value)).split('\r\n');
        assert.equal(lines.pop(), '');
        for (const line of lines) assert.ok(line.length < 78 || !/ /.test(line.slice(1)), line);
        assert.ok(lines.slice(1).every((line) => /^ \S/.test(line)));
      }),
    );
  });

  test('before the value of b= nothing depends on the signature', () => {
    fc.assert(
      fc.property(signature, (value) => {
        const unsigned = latin1(formatSignature({ ...value, signature: EMPTY }));
        assert.ok(unsigned.endsWith(' b=\r\n'));
        const signed = latin1(formatSignature(value));
        assert.ok(signed.startsWith(unsigned.slice(0, -2)));
      }),
    );
  });

  test('defaults: simple/simple, i= at d=, nothing else', () => {
    assert.deepEqual(read(), {
      algorithm: 'rsa-sha256',
      signature: Buffer.from('b'),
      bodyHash: Buffer.from('a'),
      canonicalization: { header: 'simple', body: 'simple' },
      domain: 'example.test',
      selector: 'sel',
      signedFields: ['From'],
      identity: { localPart: '', domain: 'example.test' },
    });
    assert.deepEqual(read({ c: 'relaxed' }).canonicalization, {
      header: 'relaxed',
      body: 'simple',
    });
  });

  test('every required tag is missed', () => {
    for (const tag of ['v', 'a', 'b', 'bh', 'd', 'h', 's']) {
      assert.deepEqual(fault({ [tag]: undefined }), ['missing-tag', tag]);
    }
  });

  test('each tag is checked', () => {
    assert.deepEqual(fault({ v: '2' }), ['unsupported-version', 'v']);
    assert.deepEqual(fault({ a: 'rsa-md5' }), ['unsupported-algorithm', 'a']);
    assert.deepEqual(fault({ b: '' }), ['malformed-tag', 'b']);
    assert.deepEqual(fault({ bh: '%%%%' }), ['malformed-tag', 'bh']);
    assert.deepEqual(fault({ c: 'relaxed/nowsp' }), ['unsupported-canonicalization', 'c']);
    assert.deepEqual(fault({ d: 'example..test' }), ['malformed-tag', 'd']);
    assert.deepEqual(fault({ s: 'a b' }), ['malformed-tag', 's']);
    assert.deepEqual(fault({ h: 'From::To' }), ['malformed-tag', 'h']);
    assert.deepEqual(fault({ h: 'To:Subject' }), ['from-not-signed', 'h']);
    assert.deepEqual(fault({ q: 'dns/other' }), ['unsupported-query-method', 'q']);
    assert.deepEqual(fault({ l: '1x' }), ['malformed-tag', 'l']);
    assert.deepEqual(fault({ l: '9'.repeat(77) }), ['malformed-tag', 'l']);
    assert.deepEqual(fault({ t: '-1' }), ['malformed-tag', 't']);
    assert.deepEqual(fault({ x: '9'.repeat(13) }), ['malformed-tag', 'x']);
    assert.deepEqual(fault({ t: '5', x: '5' }), ['malformed-tag', 'x']);
    assert.deepEqual(fault({ z: 'From' }), ['malformed-tag', 'z']);
    assert.deepEqual(fault({ z: 'From:=zz' }), ['malformed-tag', 'z']);
    assert.deepEqual(fault({ d: 'a;d=b' }), ['malformed-tag-list', undefined]);
  });

  test('i= must lie at or under d=, label by label', () => {
    assert.deepEqual(read({ i: 'joe@mail.Example.test' }).identity, {
      localPart: 'joe',
      domain: 'mail.example.test',
    });
    assert.deepEqual(fault({ i: '@notexample.test' }), ['domain-mismatch', 'i']);
    assert.deepEqual(fault({ i: '@test' }), ['domain-mismatch', 'i']);
    assert.deepEqual(fault({ i: 'example.test' }), ['malformed-tag', 'i']);
    assert.deepEqual(fault({ i: 'a=4@example.test' }), ['malformed-tag', 'i']);
  });

  test('an l= beyond any message is capped, not refused', () => {
    assert.equal(read({ l: '9'.repeat(76) }).bodyLength, Number.MAX_SAFE_INTEGER);
  });

  test('unknown tags and unknown query methods beside dns/txt are ignored', () => {
    assert.equal(read({ q: 'x/y : dns/txt', zz: 'whatever' }).domain, 'example.test');
  });

  test('a selector may have underscores and several labels', () => {
    assert.equal(read({ s: 'S1_2048.Mail' }).selector, 's1_2048.mail');
  });

  test('U-labels are read as A-labels (RFC 8616)', () => {
    const utf8 = latin1(Buffer.from('bücher.test'));
    assert.equal(read({ d: utf8, i: `@${utf8}` }).domain, 'xn--bcher-kva.test');
  });

  test('d= is a domain name as mail has them, of two labels at least, in any case', () => {
    assert.equal(read({ d: 'Mail.EXAMPLE.Test' }).domain, 'mail.example.test');
    assert.equal(read({ d: '\r\n\texample.test\r\n ' }).domain, 'example.test');
    assert.equal(read({ d: 'XN--BCHER-KVA.test' }).domain, 'xn--bcher-kva.test');
    for (const domain of [
      '',
      'test',
      'example.test.',
      '.example.test',
      'example..test',
      '-example.test',
      'under_score.test',
      'exa mple.test',
      'exa\r\n mple.test',
      'exam%70le.test',
      'example.test/x',
      'user@example.test',
      '[192.0.2.1]',
      '*.test',
      `${'a'.repeat(64)}.test`,
      `${'a.'.repeat(130)}test`,
      latin1(Buffer.from('exa\u202emple.test')),
      '\xff.test',
    ]) {
      assert.deepEqual(fault({ d: domain }), ['malformed-tag', 'd'], domain);
    }
    assert.deepEqual(fault({ d: 'example.test\0' }), ['malformed-tag-list', undefined]);
  });

  test('d= and s= are told even if another tag is at fault', () => {
    const parsed = parseSignature(text({ v: '2' }));
    assert.ok(parsed.kind === 'error');
    assert.deepEqual([parsed.domain, parsed.selector], ['example.test', 'sel']);
  });

  test('any text is read without a throw', () => {
    const tag = fc.tuple(
      fc.constantFrom('v', 'a', 'b', 'bh', 'c', 'd', 'h', 'i', 'l', 'q', 's', 't', 'x', 'z'),
      fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(...Object.values(TAGS))),
    );
    fc.assert(
      fc.property(fc.array(tag), (tags) => {
        parseSignature(
          text(Object.fromEntries(tags.map(([name, value]) => [name, latin1(fromLatin1(value))]))),
        );
      }),
    );
  });
});

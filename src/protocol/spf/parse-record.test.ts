import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { formatRecord, type RecordTerms } from './format-record.ts';
import { parseIp } from '#protocol/address/ip-address';
import { MACRO_LETTERS, parseMacroString, type MacroPart } from './macro-string.ts';
import { parseRecord } from './parse-record.ts';
import type { SpfRecord } from './record.ts';

function recordOf(text: string): SpfRecord {
  const parsed = parseRecord(text);
  assert.ok(parsed.kind === 'record', JSON.stringify(parsed));
  return parsed.record;
}

/** The problem and where it is. */
function problemOf(term: string): string {
  const parsed = parseRecord(`v=spf1 a ${term} -all`);
  if (parsed.kind === 'record') return 'none';
  assert.deepEqual([parsed.text, parsed.position], [term, 9]);
  return parsed.problem;
}

describe('reading a record', () => {
  test('every term has its place, its qualifier and its argument', () => {
    const text = 'V=SPF1  +A:x.example/24//64  ~IP6:2001:DB8::/32 ptr -All Exp=e.example  ';
    const { directives, exp, redirect } = recordOf(text);
    assert.deepEqual(
      directives.map(({ name, qualifier, position, text: term }) => [
        name,
        qualifier,
        position,
        term,
      ]),
      [
        ['a', '+', 8, '+A:x.example/24//64'],
        ['ip6', '~', 29, '~IP6:2001:DB8::/32'],
        ['ptr', '+', 48, 'ptr'],
        ['all', '-', 52, '-All'],
      ],
    );
    const [a, ip6] = directives;
    assert.deepEqual(a?.name === 'a' && a.prefixLength, { 4: 24, 6: 64 });
    assert.deepEqual(ip6?.name === 'ip6' && [ip6.network, ip6.prefixLength], [
      parseIp('2001:db8::'),
      32,
    ]);
    assert.equal(exp?.position, 57);
    assert.equal(redirect, undefined);
  });

  test('the version alone is a record', () => {
    assert.deepEqual(recordOf('v=spf1').directives, []);
    assert.deepEqual(recordOf('v=spf1   ').directives, []);
  });

  const wrong: readonly (readonly [problem: string, ...terms: readonly string[]])[] = [
    ['no-such-mechanism', 'foo', 'ipv4:192.0.2.1', '+v', 'a.b', 'all-'],
    ['malformed-term', '=x', ':x', '-', '1up=x', 'ip4/24', 'include/24', 'exists/'],
    ['argument-missing', 'include', 'include:', 'exists', 'a:', 'mx:/24', 'ptr:', 'ip4', 'ip6:'],
    ['argument-missing', 'redirect=', 'exp='],
    ['argument-not-allowed', 'all:x', 'all/24', 'all:'],
    [
      'malformed-domain',
      'a:museum',
      'a:museum.',
      'a:x.-y',
      'a:x.y-',
      'a:x.12',
      'a:x..',
      'exp=-all',
    ],
    ['malformed-domain', 'mx:x.example:25', 'a:%{d}x', 'exists:%%x'],
    ['address-for-domain', 'a:192.0.2.1', 'include:192.0.2.1', 'exists:192.0.2.1'],
    ['malformed-macro', 'a:%{x}.y', 'a:%{d', 'a:%(d)', 'a:x.y%', 'a:%{d0}', 'a:%{d-r}', 'x=%'],
    ['macro-only-in-explanation', 'a:%{c}', 'exp=%{r}.example', 'redirect=%{T}'],
    ['malformed-address', 'ip4:192.0.2', 'ip4:192.0.2.01', 'ip4:2001:db8::1', 'ip6:192.0.2.1'],
    ['malformed-address', 'ip6:1:2:3:4:5:6:7', 'ip6:1::2::3', 'ip6:12345::', 'ip6:fe80::1%eth0'],
    ['malformed-prefix-length', 'ip4:192.0.2.1/33', 'ip4:192.0.2.1/', 'ip4:192.0.2.1/024'],
    [
      'malformed-prefix-length',
      'ip4:192.0.2.1//24',
      'ip6:::/129',
      'a/33',
      'a//129',
      'mx/',
      'a/24/64',
    ],
    ['qualified-modifier', '-redirect=x.example', '+exp=x.example', '?foo=bar'],
    ['not-ascii', 'a:x\u00e4.example', '\u00e4', 'a:x\t.example', 'x=\u00a0'],
  ];
  for (const [problem, ...terms] of wrong)
    test(`${problem}: ${terms.map((term) => JSON.stringify(term)).join(' ')}`, () => {
      for (const term of terms) assert.equal(problemOf(term), problem, term);
    });

  test('redirect and exp may stand once each', () => {
    for (const name of ['redirect', 'exp']) {
      const parsed = parseRecord(`v=spf1 ${name}=x.example -all ${name}=x.example`);
      assert.deepEqual(parsed, {
        kind: 'malformed',
        problem: 'modifier-twice',
        text: `${name}=x.example`,
        position: 13 + `${name}=x.example`.length,
      });
    }
  });

  test('an unknown modifier is kept, and changes nothing', () => {
    const { unknownModifiers } = recordOf('v=spf1 include=x.example Ra.1-_=%{c}/x= -all');
    assert.deepEqual(
      unknownModifiers.map(({ name }) => name),
      ['include', 'ra.1-_'],
    );
  });

  test('one with many faults stops at the first, and any text is read', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        const parsed = parseRecord(`v=spf1 ${text}`);
        if (parsed.kind === 'malformed')
          assert.equal(`v=spf1 ${text}`.substr(parsed.position, parsed.text.length), parsed.text);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a record that is written is read back', () => {
  const record = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
    fc.record(model, { noNullPrototype: true });
  const label = fc.stringMatching(/^[a-z0-9_]{1,8}$/);
  const macro: fc.Arbitrary<MacroPart> = record({
    kind: fc.constant('macro' as const),
    letter: fc.constantFrom(...MACRO_LETTERS.filter((letter) => !'crt'.includes(letter))),
    isEscaped: fc.boolean(),
    keep: fc.option(fc.integer({ min: 1, max: 200 }), { nil: undefined }),
    isReversed: fc.boolean(),
    delimiters: fc.stringMatching(/^[-.+,/_=]{0,3}$/),
  });
  const part = fc.oneof(
    macro,
    fc.constantFrom('%', '_', '-').map((which): MacroPart => ({ kind: 'escape', which })),
  );
  const literal = (text: string): MacroPart => ({ kind: 'literal', text });
  const domain = fc.oneof(
    label.map((first) => [literal(`${first}.example`)]),
    fc
      .tuple(fc.array(part, { maxLength: 3 }), label)
      .map(([parts, name]) => parts.concat(literal(`.${name}.example`))),
    fc.tuple(label, part).map(([name, last]) => [literal(`${name}.`), last]),
  );
  const prefixLength = record({ 4: fc.nat({ max: 32 }), 6: fc.nat({ max: 128 }) });
  const network4 = {
    network: fc.ipV4().map((text) => parseIp(text)!),
    prefixLength: fc.nat({ max: 32 }),
  };
  const network6 = {
    network: fc.ipV6().map((text) => parseIp(text)!),
    prefixLength: fc.nat({ max: 128 }),
  };
  const optional = fc.option(domain, { nil: undefined });
  const mechanism = fc.oneof(
    fc.constant({ name: 'all' as const }),
    record({ name: fc.constantFrom('include' as const, 'exists' as const), domain }),
    record({
      name: fc.constantFrom('a' as const, 'mx' as const),
      domain: optional,
      prefixLength,
    }),
    record({ name: fc.constant('ptr' as const), domain: optional }),
    record({ name: fc.constant('ip4' as const), ...network4 }),
    record({ name: fc.constant('ip6' as const), ...network6 }),
  );
  const directive = fc
    .tuple(fc.constantFrom('+' as const, '-' as const, '~' as const, '?' as const), mechanism)
    .map(([qualifier, rest]) => Object.assign({ qualifier }, rest));
  const modifier = fc.option(record({ domain }), { nil: undefined });
  const terms = record({
    directives: fc.array(directive, { maxLength: 8 }),
    redirect: modifier,
    exp: modifier,
    unknownModifiers: fc.array(
      record({ name: fc.stringMatching(/^x[a-z0-9._-]{0,5}$/), value: domain }),
      { maxLength: 2 },
    ),
  }) as fc.Arbitrary<RecordTerms>;

  /** Without where it stands. */
  function termsOf({ directives, redirect, exp, unknownModifiers }: SpfRecord): unknown {
    const bare = ({
      text: _text,
      position: _position,
      ...rest
    }: {
      text: string;
      position: number;
    }) => rest;
    return {
      directives: directives.map(bare),
      redirect: redirect && bare(redirect),
      exp: exp && bare(exp),
      unknownModifiers: unknownModifiers.map(bare),
    };
  }

  test('whatever its terms are', () => {
    const property = fc.property(terms, (given) => {
      const text = formatRecord(given);
      assert.deepEqual(termsOf(recordOf(text)), given, text);
    });
    fc.assert(property, { numRuns: 2000 });
  });

  test('the macros c, r and t are read where explanations have them', () => {
    const parsed = parseMacroString('Mail from %{c} at %{t}, says %{R}: 100%%', true);
    assert.equal(parsed.kind, 'macro-string');
    assert.equal(parseMacroString('two words').kind, 'malformed');
  });
});

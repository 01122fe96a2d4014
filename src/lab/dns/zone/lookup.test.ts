/** Answers of zones as data: the example of RFC 4592, delegations, glue, negative answers, and that NSEC shows each of them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  allowsWildcard,
  deniesName,
  deniesSecurity,
  deniesType,
  readDenial,
} from '#lab/dns/dnssec/denial';
import { makeKey } from '#lab/dns/dnssec/key';
import { mustRead } from '#lab/dns/records';
import { isWithin, labelsOf, parseName } from '#lab/dns/wire/name';
import { formatRdata } from '#lab/dns/wire/rdata';
import { TYPE, typeName } from '#lab/dns/wire/record-types';
import { keyOf, soaSet } from '#lab/dns/zones';
import { lookUp } from './lookup.ts';
import type { Item, ZoneAnswer } from './lookup.ts';
import { parseZone } from './parse-zone.ts';
import { buildZone } from './zone.ts';
import type { Zone } from './zone.ts';

function zoneOf(apex: string, text: string, signed = false): Zone {
  const records = parseZone(text, apex);
  assert.ok(!('kind' in records), JSON.stringify(records));
  const keys = signed ? [keyOf(makeKey())] : [];
  const sets = [soaSet(apex, 'ns.test', 1, 3_600), ...mustRead(apex, records)];
  return buildZone(apex, sets, { published: keys, signers: keys });
}

function told({ rcode, authoritative, answers, authorities, additionals }: ZoneAnswer): unknown {
  const lines = (items: readonly Item[]) =>
    items
      .filter(({ proof }) => proof !== true)
      .flatMap(({ set, owner }) =>
        set.rdatas.map(
          (rdata) =>
            `${owner ?? set.name} ${typeName(set.type)}${set.type === TYPE.SOA ? '' : ` ${formatRdata(set.type, rdata)}`}`,
        ),
      );
  return [
    rcode === 3 ? 'NXDOMAIN' : authoritative ? 'AA' : 'referral',
    lines(answers),
    lines(authorities),
    lines(additionals),
  ];
}

// RFC 4592 §2.2.1, with documentation addresses.
const RFC_4592 = `
  @ 3600 NS ns.example.com.
  @ 3600 NS ns.example.net.
  *.example. 3600 TXT "this is a wildcard"
  *.example. 3600 MX 10 host1.example.
  sub.*.example. 3600 TXT "this is not a wildcard"
  host1.example. 3600 A 192.0.2.1
  _ssh._tcp.host1.example. 3600 SRV 0 0 22 host1.example.
  _ssh._tcp.host2.example. 3600 SRV 0 0 22 host2.example.
  subdel.example. 3600 NS ns.example.com.
  subdel.example. 3600 NS ns.example.net.
`.replaceAll(/^ {2}/gm, '');

for (const [name, type, expected] of [
  [
    'host3.example',
    TYPE.MX,
    ['AA', ['host3.example MX 10 host1.example.'], [], ['host1.example A 192.0.2.1']],
  ],
  ['host3.example', TYPE.A, ['AA', [], ['example SOA'], []]],
  ['foo.bar.example', TYPE.TXT, ['AA', ['foo.bar.example TXT "this is a wildcard"'], [], []]],
  ['host1.example', TYPE.MX, ['AA', [], ['example SOA'], []]],
  ['sub.*.example', TYPE.MX, ['AA', [], ['example SOA'], []]],
  ['_telnet._tcp.host1.example', TYPE.SRV, ['NXDOMAIN', [], ['example SOA'], []]],
  [
    'host.subdel.example',
    TYPE.A,
    [
      'referral',
      [],
      ['subdel.example NS ns.example.com.', 'subdel.example NS ns.example.net.'],
      [],
    ],
  ],
  ['ghost.*.example', TYPE.MX, ['NXDOMAIN', [], ['example SOA'], []]],
] as const) {
  test(`RFC 4592 §2.2.1: ${name} ${typeName(type)}`, () => {
    for (const signed of [false, true]) {
      assert.deepEqual(told(lookUp(zoneOf('example', RFC_4592, signed), name, type)), expected);
    }
  });
}

const ZONE = `
$TTL 300
@ NS ns1
@ MX 10 mail
ns1 A 192.0.2.53
mail A 192.0.2.25
www CNAME mail
away CNAME elsewhere.test.
ring1 CNAME ring2
ring2 CNAME ring1
a.deep.tree TXT "x"
sub NS ns.sub
ns.sub A 192.0.2.99
safe NS ns1
safe DS 1 13 2 ${'00'.repeat(32)}
*.w CNAME mail
`;

for (const [name, type, expected] of [
  [
    'zone.test',
    TYPE.MX,
    ['AA', ['zone.test MX 10 mail.zone.test.'], [], ['mail.zone.test A 192.0.2.25']],
  ],
  [
    'www.zone.test',
    TYPE.A,
    ['AA', ['www.zone.test CNAME mail.zone.test.', 'mail.zone.test A 192.0.2.25'], [], []],
  ],
  ['www.zone.test', TYPE.CNAME, ['AA', ['www.zone.test CNAME mail.zone.test.'], [], []]],
  [
    'www.zone.test',
    TYPE.MX,
    ['AA', ['www.zone.test CNAME mail.zone.test.'], ['zone.test SOA'], []],
  ],
  [
    'x.w.zone.test',
    TYPE.A,
    ['AA', ['x.w.zone.test CNAME mail.zone.test.', 'mail.zone.test A 192.0.2.25'], [], []],
  ],
  ['away.zone.test', TYPE.A, ['AA', ['away.zone.test CNAME elsewhere.test.'], [], []]],
  [
    'ring1.zone.test',
    TYPE.A,
    [
      'AA',
      ['ring1.zone.test CNAME ring2.zone.test.', 'ring2.zone.test CNAME ring1.zone.test.'],
      [],
      [],
    ],
  ],
  ['deep.tree.zone.test', TYPE.A, ['AA', [], ['zone.test SOA'], []]],
  ['none.zone.test', TYPE.A, ['NXDOMAIN', [], ['zone.test SOA'], []]],
  ['x.mail.zone.test', TYPE.A, ['NXDOMAIN', [], ['zone.test SOA'], []]],
  [
    'x.sub.zone.test',
    TYPE.A,
    ['referral', [], ['sub.zone.test NS ns.sub.zone.test.'], ['ns.sub.zone.test A 192.0.2.99']],
  ],
  [
    'ns.sub.zone.test',
    TYPE.A,
    ['referral', [], ['sub.zone.test NS ns.sub.zone.test.'], ['ns.sub.zone.test A 192.0.2.99']],
  ],
  ['sub.zone.test', TYPE.DS, ['AA', [], ['zone.test SOA'], []]],
  ['safe.zone.test', TYPE.DS, ['AA', [`safe.zone.test DS 1 13 2 ${'00'.repeat(32)}`], [], []]],
] as const) {
  test(`${name} ${typeName(type)} is answered alike by a signed and an unsigned zone`, () => {
    for (const signed of [false, true]) {
      assert.deepEqual(told(lookUp(zoneOf('zone.test', ZONE, signed), name, type)), expected);
    }
  });
}

test('the NSEC records that a signed zone sends show what its answer says, for any name and type', () => {
  const zone = zoneOf('zone.test', ZONE.replace('@ NS ns1', '@ NS ns1\n*.tree TXT "t"'), true);
  const label = fc.constantFrom(
    'a',
    'deep',
    'tree',
    'mail',
    'sub',
    'safe',
    'w',
    'ns',
    'zz',
    '*',
    'www',
  );
  const type = fc.constantFrom(TYPE.A, TYPE.TXT, TYPE.DS, TYPE.CAA);
  fc.assert(
    fc.property(fc.array(label, { maxLength: 3 }), type, (labels, asked) => {
      // A zone says nothing of its own DS.
      fc.pre(labels.length > 0 || asked !== TYPE.DS);
      const name = [...labels, 'zone', 'test'].join('.');
      const answer = lookUp(zone, name, asked);
      const denials = answer.authorities
        .filter(({ set }) => set.type === TYPE.NSEC)
        .map(({ set }) => readDenial(set.name, set.rdatas[0]!)!);
      const last = answer.answers.at(-1);
      const wild = answer.answers.find(({ owner }) => owner !== undefined);
      const alias =
        last?.set.type === TYPE.CNAME
          ? parseName(formatRdata(TYPE.CNAME, last.set.rdatas[0]!))!
          : name;
      if (wild !== undefined) {
        assert.ok(allowsWildcard(denials, wild.owner!, labelsOf(wild.set.name).length - 1));
      }
      if (!answer.authoritative) {
        const cut = answer.authorities[0]!.set.name;
        assert.ok(
          answer.authorities.some(({ set }) => set.type === TYPE.DS) ||
            deniesSecurity(denials, cut),
        );
      } else if (answer.rcode === 3) assert.ok(deniesName(denials, alias), name);
      else if (last?.set.type !== asked && isWithin(alias, zone.apex))
        assert.ok(deniesType(denials, alias, asked), `${name} ${asked}`);
      else assert.ok(!deniesType(denials, name, asked) && !deniesName(denials, name));
    }),
    { numRuns: 1_000 },
  );
});

test('a name beside the one that is denied, a type that is there, and a delegation do not pass as denied', () => {
  const zone = zoneOf('zone.test', ZONE, true);
  const denialsOf = (name: string, type: number) =>
    lookUp(zone, name, type)
      .authorities.filter(({ set }) => set.type === TYPE.NSEC)
      .map(({ set }) => readDenial(set.name, set.rdatas[0]!)!);
  const none = denialsOf('none.zone.test', TYPE.A);
  assert.ok(deniesName(none, 'none.zone.test'));
  assert.ok(!deniesName(none, 'www.zone.test'));
  assert.ok(!deniesName(none, 'none.other.test'));
  assert.ok(!deniesName(none.slice(0, 1), 'none.zone.test') || none.length === 1);
  const noType = denialsOf('mail.zone.test', TYPE.MX);
  assert.ok(deniesType(noType, 'mail.zone.test', TYPE.MX));
  assert.ok(!deniesType(noType, 'mail.zone.test', TYPE.A));
  const cut = denialsOf('x.sub.zone.test', TYPE.A);
  assert.ok(deniesSecurity(cut, 'sub.zone.test'));
  // What the parent says at a cut denies nothing of the child (RFC 6840 §4.1).
  assert.ok(!deniesType(cut, 'sub.zone.test', TYPE.MX));
  assert.ok(!deniesName(cut, 'x.sub.zone.test'));
  assert.ok(!deniesSecurity(denialsOf('mail.zone.test', TYPE.MX), 'mail.zone.test'));
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answer } from 'dns-packet';
import fc from 'fast-check';
import { valueWords } from '#lab/dns/zone/words';
import { decodeTypes, encodeTypes } from './type-bits.ts';
import type { Flaw } from './flaws.ts';
import { encodeRdata, formatRdata } from './rdata.ts';
import { typeCode } from './record-types.ts';

function encode(type: string, text: string, origin = ''): Uint8Array | Flaw {
  const words = valueWords(text);
  return 'flaw' in words ? words : encodeRdata(typeCode(type)!, words, origin);
}

for (const [type, text] of [
  ['A', '127.20.25.25'],
  ['AAAA', '2001:db8::25'],
  ['AAAA', '::'],
  ['AAAA', '1:2:3:4:5:6:7:8'],
  ['MX', '10 mail.example.test.'],
  ['MX', '0 .'],
  ['TXT', '"v=spf1 mx -all"'],
  ['TXT', String.raw`"a \"quote\", a \\ and \195\169" "second" ""`],
  ['SOA', 'ns.test. admin.test. 1 2 3 4 4294967295'],
  ['SRV', '0 1 993 mail.example.test.'],
  ['CAA', '0 issue "ca.test; validationmethods=dns-01"'],
  ['TLSA', '3 1 1 00ff10'],
  ['DS', '55648 13 2 b4c8c1fe'],
  ['DNSKEY', '257 3 13 GojIhhXUN/s='],
  ['RRSIG', 'A 13 3 3600 20100909100439 20100812100439 55648 example.net. qx6w'],
  ['NSEC', 'b.test. A NS MX RRSIG NSEC CAA TYPE1234'],
  ['NAPTR', '1 2 "s" "SIP+D2U" "" _sip._udp.example.test.'],
  ['TYPE65400', String.raw`\# 3 010203`],
  ['TYPE65400', String.raw`\# 0`],
] as const) {
  test(`${type} ${text} comes back as it was written`, () => {
    const rdata = encode(type, text);
    assert.ok(!('flaw' in rdata), JSON.stringify(rdata));
    assert.equal(formatRdata(typeCode(type)!, rdata), text);
  });
}

for (const [type, text] of [
  ['A', '127.20.25'],
  ['A', '127.20.25.1 2'],
  ['AAAA', 'fe80::1%eth0'],
  ['MX', 'mail.example.test.'],
  ['MX', '70000 mail.example.test.'],
  ['TLSA', '3 1 1 0'],
  ['DNSKEY', '257 3 13 *'],
  ['CAA', '0 issue'],
  ['TYPE65400', 'something'],
  ['TYPE65400', String.raw`\# 2 01`],
  ['TXT', '"open'],
] as const) {
  test(`${type} ${text} is refused with a sentence in either language`, () => {
    const problem = encode(type, text);
    assert.ok('flaw' in problem && problem.flaw.en.length > 10 && problem.flaw.ja.length > 5);
  });
}

test('names in data are completed by the origin, and written in lower case', () => {
  const rdata = encode('MX', '10 Mail', 'example.test') as Uint8Array;
  assert.equal(formatRdata(15, rdata), '10 mail.example.test.');
});

test('data of every type reads the same to dns-packet', () => {
  const host = fc.constantFrom('mail.example.test', 'a-b.test', 'x.y.z.test');
  const small = fc.integer({ min: 0, max: 65_535 });
  const octet = fc.integer({ min: 0, max: 255 });
  fc.assert(
    fc.property(
      host,
      small,
      small,
      octet,
      fc.uint8Array({ minLength: 1, maxLength: 40 }),
      (name, one, two, three, octets) => {
        const digits = Buffer.from(octets);
        for (const [type, text, data] of [
          ['MX', `${one} ${name}.`, { preference: one, exchange: name }],
          ['NS', `${name}.`, name],
          ['PTR', `${name}.`, name],
          ['CNAME', `${name}.`, name],
          [
            'SRV',
            `${one} ${two} ${one} ${name}.`,
            { priority: one, weight: two, port: one, target: name },
          ],
          [
            'TLSA',
            `${three} 1 2 ${digits.toString('hex')}`,
            { usage: three, selector: 1, matchingType: 2, certificate: digits },
          ],
          [
            'DS',
            `${one} 13 2 ${digits.toString('hex')}`,
            { keyTag: one, algorithm: 13, digestType: 2, digest: digits },
          ],
          [
            'DNSKEY',
            `257 3 13 ${digits.toString('base64')}`,
            { flags: 257, algorithm: 13, key: digits },
          ],
          ['TXT', `"${digits.toString('hex')}"`, [Buffer.from(digits.toString('hex'))]],
        ] as const) {
          const rdata = encode(type, text) as Uint8Array;
          const packet = Buffer.concat([
            Uint8Array.of(0, 0, typeCode(type)!, 0, 1, 0, 0, 0, 0, 0, rdata.length),
            rdata,
          ]);
          assert.deepEqual((answer.decode(packet, 0) as { data: unknown }).data, data);
        }
      },
    ),
  );
});

test('any octets have a text, and where it is not the generic one it leads back to them', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(1, 2, 6, 15, 16, 28, 33, 43, 46, 47, 48, 52, 257, 9_999),
      fc.uint8Array({ maxLength: 60 }),
      (type, octets) => {
        const text = formatRdata(type, octets);
        const words = valueWords(text);
        assert.ok(!('flaw' in words));
        const back = encodeRdata(type, words, '');
        // Names in capitals and unordered bit maps have one spelling only.
        if ('flaw' in back) assert.fail(`${text}: ${back.flaw.en}`);
        else assert.equal(formatRdata(type, back), text);
      },
    ),
  );
});

test('a bit map of types comes back in order', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.integer({ min: 1, max: 65_535 }), { minLength: 1, maxLength: 30 }),
      (codes) => {
        assert.deepEqual(
          decodeTypes(encodeTypes(codes)),
          codes.toSorted((a, b) => a - b),
        );
      },
    ),
  );
});

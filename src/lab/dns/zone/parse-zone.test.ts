import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatZone } from '#mail/dns-plan/format-zone';
import { dnsPlan } from '#mail/dns-plan/plan';
import { tellPlan } from '#mail/dns-plan/rows';
import { recordText } from '#mail/dns-plan/zone-line';
import { mustRead } from '#lab/dns/records';
import { parseZone } from './parse-zone.ts';

test('owners, TTLs, classes, relative names, parentheses and comments are read', () => {
  const text = `
$TTL 1h30m
; a comment
@       IN SOA ns admin 1 2 3 4 5
        IN MX  10 mail      ; the owner before
mail 60 IN A   127.20.25.25
     IN 90  A  127.20.25.26
$ORIGIN sub.example.test.
www     CNAME  mail.example.test.
k       TXT    ( "a"
                 "b;(c" )
`;
  assert.deepEqual(parseZone(text, 'example.test'), [
    { name: 'example.test', type: 'MX', ttl: 5_400, values: ['10 mail.example.test.'] },
    { name: 'mail.example.test', type: 'A', ttl: 60, values: ['127.20.25.25', '127.20.25.26'] },
    { name: 'www.sub.example.test', type: 'CNAME', ttl: 5_400, values: ['mail.example.test.'] },
    { name: 'k.sub.example.test', type: 'TXT', ttl: 5_400, values: ['"a" "b;(c"'] },
  ]);
});

test('the plan of a domain as the command prints it is read, record by record, into a zone', () => {
  const plan = dnsPlan({
    domain: 'example.test',
    host: 'mail.example.test',
    addresses: ['127.20.25.25', '2001:db8::25'],
    sources: [],
    keys: [
      {
        selector: 'r1',
        algorithm: 'rsa-sha256',
        state: 'active',
        record: `v=DKIM1; k=rsa; p=${'A'.repeat(392)}`,
      },
    ],
    dmarcPolicy: 'none',
    mtaStsId: '20261126',
    services: { submissions: 465, submission: 587, imaps: 993, imap: undefined },
    certificates: [{ keySha256: new Uint8Array(32).fill(1), use: 'current' }],
    authority: {
      issuer: 'ca.test',
      accountUri: 'https://ca.test/acct/1',
      validationMethods: ['http-01'],
      wildcards: [],
    },
  });
  for (const language of ['en', 'ja'] as const) {
    const records = parseZone(formatZone(tellPlan(plan, language), language), 'example.test');
    assert.ok(!('kind' in records), JSON.stringify(records));
    const planned = plan.records.filter(({ zone, need }) => zone === 'domain' && need !== 'remove');
    assert.equal(records.flatMap(({ values }) => values).length, planned.length);
    for (const { name, type, data } of planned) {
      const values = records.find((one) => one.name === name && one.type === type)?.values ?? [];
      assert.ok(values.includes(recordText(type, data as never)), `${name} ${type}`);
    }
    mustRead('example.test', records);
  }
});

for (const [what, text, line] of [
  ['a name of another zone', '@ A 1.2.3.4\nwww.other.test. A 1.2.3.4', 2],
  ['a host name without its dot', 'www.other.test. A 1.2.3.4', 1],
  ['an unknown type', '@ MXX 10 mail', 1],
  ['an address that is none', '\n@ A 1.2.3', 2],
  ['an open quote', '@ TXT "a\n@ A 1.2.3.4', 1],
  ['an open parenthesis', '@ TXT ( "a"', 1],
  ['a parenthesis too many', '@ TXT "a" )', 1],
  ['another file', '$INCLUDE /etc/passwd', 1],
] as const) {
  test(`${what} is refused by its line, with a remedy`, () => {
    const refused = parseZone(text, 'example.test');
    assert.ok('kind' in refused);
    assert.match(refused.message, new RegExp(`^Line ${line}:`));
    assert.ok(refused.remedy.length > 5);
  });
}

test('any text is read or refused, and quickly', () => {
  const piece = fc.constantFrom(
    '"',
    '(',
    ')',
    ';',
    '\\',
    '\n',
    ' ',
    '@',
    'A',
    'TXT',
    '$TTL',
    '1.2.3.4',
    'x',
    '\0',
    'é',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      parseZone(pieces.join(''), 'example.test');
    }),
    { numRuns: 2_000 },
  );
  assert.ok('kind' in parseZone('('.repeat(200_000), 'example.test'));
  assert.ok('kind' in parseZone('\\'.repeat(200_000), 'example.test'));
  assert.ok('kind' in parseZone('x'.repeat(300_000), 'example.test'));
});

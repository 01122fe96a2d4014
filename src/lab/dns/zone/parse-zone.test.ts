import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatZone } from '#mail/dns-plan/format-zone';
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

test('the plan of a domain as the command prints it is read', () => {
  const row = (name: string, line: string) =>
    ({ name, zone: 'domain', need: 'required', why: 'Because.', line }) as never;
  const text = formatZone(
    {
      domain: 'example.test',
      host: 'mail.example.test',
      gaps: [],
      records: [
        row('example.test', 'example.test. IN MX 10 mail.example.test.'),
        row(
          's._domainkey.example.test',
          's._domainkey.example.test. IN TXT ( "v=DKIM1; p=AAA"\n    "BBB" )',
        ),
      ],
    } as never,
    'en',
  );
  assert.deepEqual(parseZone(text, 'example.test'), [
    { name: 'example.test', type: 'MX', ttl: 3_600, values: ['10 mail.example.test.'] },
    {
      name: 's._domainkey.example.test',
      type: 'TXT',
      ttl: 3_600,
      values: ['"v=DKIM1; p=AAA" "BBB"'],
    },
  ]);
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

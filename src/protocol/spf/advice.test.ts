import assert from 'node:assert/strict';
import { test } from 'node:test';
import { adviseOn, type Advice } from './advice.ts';
import { parseRecord } from './parse-record.ts';

/** `advice term` of a record. */
function advice(terms: string): string[] {
  const parsed = parseRecord(`v=spf1 ${terms}`);
  assert.ok(parsed.kind === 'record', terms);
  return adviseOn(parsed.record, 10).map(({ advice: word, term }) =>
    term === undefined ? word : `${word} ${term.text}`,
  );
}

const CASES: Readonly<Record<string, readonly (Advice | `${Advice} ${string}`)[]>> = {
  'ip4:192.0.2.0/24 mx -all': [],
  'ip4:192.0.2.1 ~all exp=x.example': [],
  'redirect=x.example': [],
  'mx +all': ['all-pass +all'],
  'mx all': ['all-pass all'],
  'mx ?all': ['all-neutral ?all'],
  mx: ['no-end'],
  '-all ip4:192.0.2.1 mx': ['after-all ip4:192.0.2.1'],
  '-all redirect=x.example': ['redirect-beside-all redirect=x.example'],
  'ptr:x.example -all': ['ptr ptr:x.example'],
  'ip4:10.0.0.0/7 ip6:2000::/3 -ip4:0.0.0.0/0 -all': [
    'wide-network ip4:10.0.0.0/7',
    'wide-network ip6:2000::/3',
  ],
  'a/0 -all': ['wide-network a/0'],
  'include=x.example ip4=192.0.2.1 -all': [
    'mechanism-with-equals include=x.example',
    'mechanism-with-equals ip4=192.0.2.1',
  ],
  'ra=postmaster -all': ['unknown-modifier ra=postmaster'],
  'a a a a a a a a a a -all': [],
  'a a a a a a a a a a mx -all': ['too-many-terms mx'],
  'a a a a a a a a a a -all mx': ['after-all mx'],
  'a a a a a a a a a a redirect=x.example': ['too-many-terms redirect=x.example'],
  [`${'ip4:192.0.2.1 '.repeat(40)}-all`]: ['long-record'],
};

for (const [terms, expected] of Object.entries(CASES))
  test(`${terms.slice(0, 60)}: ${expected.join(', ') || 'nothing to mend'}`, () => {
    assert.deepEqual(advice(terms), expected);
  });

test('a record full of mistakes does not make a report long', () => {
  assert.equal(advice(`${'x=y '.repeat(5000)}-all`).length, 10);
});

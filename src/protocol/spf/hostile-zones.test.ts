/** Whatever a zone holds, a check ends, asks no more than it may, and its report stays small. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { declaredZone, type DeclaredName } from '../../../test/support/dns/declared-zone.ts';
import { CLIENTS, spfZone } from '../../../test/support/dns/spf-zones.ts';
import { checkHost } from './check-host.ts';
import { LIMITS, mostQuestions } from './limits.ts';
import type { SpfReport } from './report.ts';

const MOST = mostQuestions(LIMITS);
/** Characters of a report as JSON: what a message may add to the event log. */
const MOST_JSON = 400_000;

interface Checked {
  readonly report: SpfReport;
  readonly questions: number;
  /** Of the processor. */
  readonly milliseconds: number;
}

async function check(
  names: Readonly<Record<string, DeclaredName>>,
  ip = '192.0.2.1',
  domain = 'n0.example',
): Promise<Checked> {
  const resolver = declaredZone(names);
  const start = process.cpuUsage();
  const report = await checkHost({
    ip,
    helo: 'helo.example',
    mailFrom: { localPart: 'alice', domain },
    resolver,
    receiver: 'mx.example.test',
  });
  const { user, system } = process.cpuUsage(start);
  return { report, questions: resolver.queries.length, milliseconds: (user + system) / 1000 };
}

test('no zone causes more questions than are permitted, and every check ends', async () => {
  const specs = ['%{p}', '%{p}.n1.example', '%{d}', '%{l}.n2.example', '%{i}.%{v}.n3.example'];
  const zone = spfZone({ specs, terms: ['mx mx ptr', 'foo=x'], faults: true, several: true });
  const property = fc.asyncProperty(zone, fc.constantFrom(...CLIENTS), async (names, ip) => {
    const { report, questions } = await check(names, ip);
    assert.ok(questions <= MOST, `${questions}`);
    assert.ok(report.lookups <= LIMITS.lookups);
    assert.ok(JSON.stringify(report).length < MOST_JSON);
  });
  await fc.assert(property, { numRuns: 1000 });
});

test('the most that a zone can cause is what the limits say', async () => {
  const exchanges = Array.from({ length: 10 }, (_, n) => `${n} h${n}.hosts.example`);
  const terms = Array.from({ length: 10 }, (_, n) => `mx:m${n}.example`);
  const { questions, report } = await check({
    'n0.example': { TXT: `v=spf1 ${terms.join(' ')} -all exp=%{p}.why.example` },
    ...Object.fromEntries(terms.map((term) => [term.slice(3), { MX: exchanges }])),
    '*.hosts.example': { A: '203.0.113.9' },
    '1.2.0.192.in-addr.arpa': { PTR: exchanges.map((line) => line.slice(2)) },
    'unknown.why.example': { TXT: 'no' },
  });
  assert.deepEqual([report.result, report.explanation, questions], ['fail', 'no', MOST]);
});

describe('a hostile record costs little time and leaves a small report', () => {
  /** Far above what each takes here, far below what anything worse than linear would. Milliseconds of the processor. */
  const MOST_TIME = 1500;
  const many = (text: string, length = 65_000) => text.repeat(Math.floor(length / text.length));

  const cases: Readonly<Record<string, readonly [Readonly<Record<string, DeclaredName>>, string]>> =
    {
      '300 TXT records, one of them for SPF': [
        {
          'n0.example': {
            TXT: [
              ...Array.from({ length: 300 }, (_, n) => `other ${n} ${many('x', 200)}`),
              'v=spf1 -all',
            ],
          },
        },
        'fail',
      ],
      '300 SPF records': [
        { 'n0.example': { TXT: Array.from({ length: 300 }, (_, n) => `v=spf1 ip4:192.0.2.${n}`) } },
        'permerror',
      ],
      '64 KB of networks': [
        { 'n0.example': { TXT: `v=spf1 ${many('ip4:203.0.113.9/32 ')}-all` } },
        'fail',
      ],
      '64 KB of one term': [
        { 'n0.example': { TXT: `v=spf1 a:${many('x.')}example -all` } },
        'fail',
      ],
      '64 KB of digits where a prefix may be': [
        { 'n0.example': { TXT: `v=spf1 a:x/${many('1')}x -all` } },
        'permerror',
      ],
      '64 KB of slashes': [{ 'n0.example': { TXT: `v=spf1 a${many('/')} -all` } }, 'permerror'],
      '64 KB of colons': [{ 'n0.example': { TXT: `v=spf1 ip6:${many(':')} -all` } }, 'permerror'],
      '64 KB of percent signs': [{ 'n0.example': { TXT: `v=spf1 x=${many('%')}` } }, 'neutral'],
      '64 KB of macro': [
        { 'n0.example': { TXT: `v=spf1 exists:${many('%{s1r-}')}.example -all` } },
        'fail',
      ],
      '64 KB of open braces': [{ 'n0.example': { TXT: `v=spf1 x=${many('%{l')}` } }, 'permerror'],
      '64 KB of spaces': [{ 'n0.example': { TXT: `v=spf1${many(' ')}-all` } }, 'fail'],
      '64 KB of modifiers': [{ 'n0.example': { TXT: `v=spf1 ${many('x=%{s} ')}-all` } }, 'fail'],
      'ten records of 64 KB, each including the next': [
        Object.fromEntries(
          Array.from({ length: 10 }, (_, n): [string, DeclaredName] => [
            `n${n}.example`,
            { TXT: `v=spf1 ${many('ip6:2001:db8::1 ')}include:n${n + 1}.example -all` },
          ]),
        ),
        'permerror',
      ],
      'a hundred includes deep': [
        Object.fromEntries(
          Array.from({ length: 100 }, (_, n): [string, DeclaredName] => [
            `n${n}.example`,
            { TXT: `v=spf1 include:n${n + 1}.example -all` },
          ]),
        ),
        'permerror',
      ],
      'an include of itself by a macro that grows': [
        { '*.example': { TXT: 'v=spf1 include:%{d}.%{d}.example -all' } },
        'permerror',
      ],
      'a redirect to itself': [
        { 'n0.example': { TXT: 'v=spf1 redirect=n0.example' } },
        'permerror',
      ],
      'ten terms for ten thousand addresses each': [
        {
          'n0.example': {
            TXT: `v=spf1${' a'.repeat(10)} -all`,
            A: Array.from({ length: 4000 }, (_, n) => `203.0.${n >> 8}.${n & 255}`),
          },
        },
        'fail',
      ],
    };

  for (const [what, [names, result]] of Object.entries(cases))
    test(what, async () => {
      const { report, questions, milliseconds } = await check(names);
      assert.equal(report.result, result);
      assert.ok(questions <= MOST);
      assert.ok(milliseconds < MOST_TIME, `${milliseconds} ms`);
      assert.ok(JSON.stringify(report).length < MOST_JSON);
    });

  test('a record with thousands of terms leaves the rest of its steps out, and the result in', async () => {
    const { report } = await check({
      'n0.example': { TXT: `v=spf1 ${many('ip4:203.0.113.9 ')}ip4:192.0.2.1 -all` },
    });
    const [leftOut, last] = report.steps.slice(-2);
    assert.ok(leftOut?.step === 'steps-left-out' && leftOut.count > 3000);
    assert.ok(last?.step === 'concluded' && last.result === 'pass');
  });
});

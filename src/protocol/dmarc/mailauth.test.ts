/**
 * mailauth (npm, a referee of others) judges the same records, authors and identifiers. Where the two differ on purpose, the last test
 * here says how and why; everything else must agree.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { evaluateDmarc } from 'mailauth/lib/dmarc/index.js';
import type { Resolver } from '#protocol/dns/resolver';
import { declaredZone, type DeclaredName } from '../../../test/support/dns/declared-zone.ts';
import { judgeDmarc } from './judge.ts';

type Zone = Readonly<Record<string, DeclaredName>>;

interface Question {
  readonly author: string;
  readonly spf: readonly string[];
  readonly dkim: readonly string[];
  readonly zone: Zone;
}

interface Judged {
  readonly result: string;
  readonly policy?: string | undefined;
  readonly aligned: readonly string[];
}

async function ours({ author, spf, dkim, zone }: Question): Promise<Judged> {
  const [domain] = spf;
  const report = await judgeDmarc({
    author,
    ...(domain !== undefined && { spf: { domain, result: 'pass' } }),
    dkim: dkim.map((domain) => ({ domain, result: 'pass' })),
    resolver: declaredZone(zone),
  });
  const { result, policy, identifiers } = report;
  const aligned = identifiers.filter((each) => each.mechanism === 'dkim' && each.aligned);
  return {
    result,
    ...((result === 'pass' || result === 'fail') && { policy }),
    aligned: [...new Set(aligned.map((each) => each.domain))].sort(),
  };
}

async function theirs({ author, spf, dkim, zone }: Question): Promise<Judged> {
  const { response, dkimAligned } = await evaluateDmarc({
    headerFrom: [`a@${author}`],
    spfDomains: [...spf],
    dkimDomains: dkim.map((domain) => ({ domain })),
    resolver: asNode(declaredZone(zone)) as never,
  });
  assert.ok(response !== false);
  const { result } = response.status;
  return {
    result,
    ...((result === 'pass' || result === 'fail') && { policy: response.policy }),
    aligned: [...(dkimAligned ?? [])].sort(),
  };
}

/** A resolver as `dns.promises.resolve` is one. */
function asNode(resolver: Resolver) {
  return async (name: string, type: 'TXT' | 'A' | 'CNAME') => {
    const answer = await resolver.resolve(name, type);
    if (answer.kind === 'records') return answer.records;
    const code = { nxdomain: 'ENOTFOUND', 'no-data': 'ENODATA', failure: 'ESERVFAIL' }[answer.kind];
    throw Object.assign(new Error(code), { code });
  };
}

const NAMES = [
  'test',
  'bank.test',
  'a.bank.test',
  'b.bank.test',
  'c.a.bank.test',
  'd.c.a.bank.test',
  'evil.test',
  'x.evil.test',
  'other.example',
  '8.7.6.5.4.3.2.bank.test',
  '9.8.7.6.5.4.3.2.bank.test',
  'example',
];
const name = fc.constantFrom(...NAMES);
const tag = fc.constantFrom(
  'p=none',
  'p=quarantine',
  'p=reject',
  'P=Reject',
  'p=bad',
  'sp=none',
  'sp=quarantine',
  'sp=reject',
  'sp=',
  'np=none',
  'np=quarantine',
  'np=reject',
  'np=no',
  'psd=y',
  'psd=n',
  'psd=u',
  'psd=Y',
  'psd=x',
  't=y',
  't=n',
  't=Y',
  'adkim=s',
  'adkim=r',
  'adkim=S',
  'aspf=s',
  'aspf=x',
  'pct=0',
  'rf=afrf',
  'ri=1',
  'fo=1',
  'new=tag',
  'rua=mailto:a@bank.test',
  'rua=mailto:a@bank.test!10m',
  'rua=none',
  'rua=,mailto:a@bank.test',
  'ruf=x:y',
  'nothing',
  '',
  '=',
);
const tags = fc
  .array(tag, { maxLength: 7 })
  // a tag that stands twice is read otherwise there: see the last test
  .map((all) => all.filter((each, at) => all.findIndex((other) => sameTag(other, each)) === at));
const version = fc.constantFrom(
  'v=DMARC1',
  'v=DMARC1',
  'v=DMARC1',
  'V = DMARC1 ',
  'v=dmarc1',
  'v=DMARC12',
  'v=spf1',
  'DMARC1',
  '',
);
const separator = fc.constantFrom(';', '; ', ' ;\t');
const text = fc
  .tuple(version, tags, separator)
  .map(([version, tags, separator]) => [version, ...tags].join(separator));
const declared: fc.Arbitrary<DeclaredName> = fc.oneof(
  { weight: 8, arbitrary: text.map((TXT) => ({ TXT })) },
  { weight: 1, arbitrary: fc.array(text, { minLength: 2, maxLength: 3 }).map((TXT) => ({ TXT })) },
  { weight: 1, arbitrary: fc.constant<DeclaredName>({ fault: 'servfail' }) },
);
const existing: fc.Arbitrary<DeclaredName> = fc.constantFrom<DeclaredName>(
  { A: '192.0.2.1' },
  { MX: '10 mail.test' },
  { CNAME: 'gone.test' },
  { fault: 'servfail' },
);
const zone = fc
  .record({
    records: fc.dictionary(name, declared, { maxKeys: 6 }),
    hosts: fc.dictionary(name, existing, { maxKeys: 4 }),
  })
  .map(({ records, hosts }): Zone =>
    Object.assign(
      hosts,
      Object.fromEntries(
        Object.entries(records).map(([domain, value]) => [`_dmarc.${domain}`, value]),
      ),
    ),
  );
const question: fc.Arbitrary<Question> = fc.record({
  author: name,
  spf: fc.array(name, { maxLength: 1 }),
  dkim: fc.array(name, { maxLength: 3 }),
  zone,
});

function sameTag(one: string, other: string): boolean {
  const nameOf = (each: string) => each.split('=')[0]!.toLowerCase();
  return nameOf(one) === nameOf(other);
}

test('mutated records, authors and identifiers: mailauth comes to the same result, policy and alignment', async () => {
  const counts: Record<string, number> = {};
  await fc.assert(
    fc.asyncProperty(question, async (asked) => {
      const mine = await ours(asked);
      counts[mine.result] = (counts[mine.result] ?? 0) + 1;
      const judged = mine.result === 'permerror' ? { ...mine, result: 'none' } : mine;
      assert.deepEqual(judged, await theirs(asked));
    }),
    { numRuns: 5000 },
  );
  for (const result of ['pass', 'fail', 'none', 'temperror']) {
    assert.ok(counts[result]! > 100, `${result}: ${counts[result]} of 5000`);
  }
});

test('where the two differ, and why', async () => {
  const asked = (record: string): Question => ({
    author: 'bank.test',
    spf: [],
    dkim: [],
    zone: { '_dmarc.bank.test': { TXT: record } },
  });
  const both = async (record: string) => {
    const question = asked(record);
    const [mine, other] = [await ours(question), await theirs(question)];
    return [
      `${mine.result} ${mine.policy ?? ''}`.trim(),
      `${other.result} ${other.policy ?? ''}`.trim(),
    ];
  };
  // RFC 9989 §9.2 names «an improperly formatted record» permerror; it is not applied either way (§4.10.1)
  assert.deepEqual(await both('v=DMARC1; p=bad'), ['permerror', 'none']);
  // a repeated tag: RFC 6376 §3.2 forbids it, so none of its values is the valid one; mailauth takes the last
  assert.deepEqual(await both('v=DMARC1; p=none; p=reject'), ['permerror', 'fail reject']);
  // an identifier that could not be looked at might have aligned (§5.3.6); mailauth is told of those that passed alone
  const report = await judgeDmarc({
    author: 'bank.test',
    spf: { domain: 'bank.test', result: 'temperror' },
    dkim: [],
    resolver: declaredZone(asked('v=DMARC1; p=reject').zone),
  });
  assert.equal(report.result, 'temperror');
});

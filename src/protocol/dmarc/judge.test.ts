import assert from 'node:assert/strict';
import { test } from 'node:test';
import { declaredZone, type DeclaredName } from '../../../test/support/dns/declared-zone.ts';
import { judgeDmarc, type DmarcOptions } from './judge.ts';
import type { DmarcReport } from './report.ts';

type Zone = Readonly<Record<string, DeclaredName>>;
type Given = Partial<Omit<DmarcOptions, 'resolver'>>;

const PASS_SPF = (domain: string) => ({ domain, result: 'pass' });
const PASS_DKIM = (domain: string) => ({ domain, selector: 's', result: 'pass' });

async function judge(zone: Zone, author: string, given: Given = {}) {
  const resolver = declaredZone(zone);
  const report = await judgeDmarc({ dkim: [], ...given, author, resolver });
  return { report, asked: resolver.asked() };
}

function reasons({ identifiers }: DmarcReport): string[] {
  return identifiers.map(({ domain, reason }) => `${domain} ${reason}`);
}

const record = (text: string): DeclaredName => ({ TXT: `v=DMARC1; ${text}` });

test('an aligned signature passes, with one question where it is the very domain', async () => {
  const { report, asked } = await judge(
    { '_dmarc.example.org': record('p=reject') },
    'example.org',
    { dkim: [PASS_DKIM('example.org')] },
  );
  assert.equal(report.result, 'pass');
  assert.equal(report.policy, 'reject');
  assert.equal(report.policyDomain, 'example.org');
  assert.deepEqual(report.aligned, { spf: false, dkim: true });
  assert.deepEqual(asked, ['TXT _dmarc.example.org']);
  assert.equal(report.queries, 1);
});

test('without an authenticated identifier it fails with the policy of the record', async () => {
  for (const policy of ['none', 'quarantine', 'reject'] as const) {
    const { report } = await judge({ '_dmarc.example.org': record(`p=${policy}`) }, 'example.org', {
      spf: { domain: 'example.org', result: 'softfail' },
      dkim: [{ domain: 'example.org', result: 'fail' }],
    });
    assert.equal(report.result, 'fail');
    assert.equal(report.policy, policy);
    assert.deepEqual(reasons(report), ['example.org not-passed', 'example.org not-passed']);
  }
});

test('relaxed: the organization counts; strict: only the domain itself', async () => {
  const zone = (modes: string): Zone => ({
    '_dmarc.example.org': record(`p=reject; ${modes}`),
  });
  const given = { spf: PASS_SPF('bounce.example.org'), dkim: [PASS_DKIM('mail.example.org')] };
  const relaxed = await judge(zone(''), 'example.org', given);
  assert.deepEqual(relaxed.report.aligned, { spf: true, dkim: true });
  const strict = await judge(zone('adkim=s; aspf=s'), 'example.org', given);
  assert.equal(strict.report.result, 'fail');
  assert.deepEqual(reasons(strict.report), [
    'bounce.example.org not-identical',
    'mail.example.org not-identical',
  ]);
  const mixed = await judge(zone('adkim=s'), 'example.org', given);
  assert.deepEqual(mixed.report.aligned, { spf: true, dkim: false });
});

test('each identifier is told with its reason, also after one aligned', async () => {
  const { report } = await judge({ '_dmarc.example.org': record('p=reject') }, 'example.org', {
    spf: PASS_SPF('bounces.sender.test'),
    dkim: [PASS_DKIM('example.org'), PASS_DKIM('other.org'), PASS_DKIM('[192.0.2.1]')],
  });
  assert.equal(report.result, 'pass');
  assert.deepEqual(reasons(report), [
    'bounces.sender.test other-organization',
    'example.org identical',
    'other.org other-organization',
    '[192.0.2.1] no-domain',
  ]);
});

test('an identifier with another top label costs no question', async () => {
  const { asked } = await judge({ '_dmarc.example.org': record('p=reject') }, 'example.org', {
    spf: PASS_SPF('sender.test'),
    dkim: [PASS_DKIM('sender.test')],
  });
  assert.deepEqual(asked, ['TXT _dmarc.example.org']);
});

test('walks share their answers', async () => {
  const { report, asked } = await judge(
    { '_dmarc.example.org': record('p=reject') },
    'a.b.example.org',
    { spf: PASS_SPF('c.b.example.org'), dkim: [PASS_DKIM('b.example.org')] },
  );
  assert.equal(report.result, 'pass');
  assert.equal(report.organizationalDomain, 'example.org');
  assert.deepEqual(asked, [
    'TXT _dmarc.a.b.example.org',
    'TXT _dmarc.b.example.org',
    'TXT _dmarc.example.org',
    'TXT _dmarc.org',
    'TXT _dmarc.c.b.example.org',
  ]);
  assert.equal(report.queries, 5);
});

test('a subdomain takes sp, and p where there is none', async () => {
  const of = async (text: string) =>
    (
      await judge(
        { '_dmarc.example.org': record(text), 'a.example.org': { A: '192.0.2.1' } },
        'a.example.org',
      )
    ).report.policy;
  assert.equal(await of('p=reject; sp=none'), 'none');
  assert.equal(await of('p=reject'), 'reject');
  assert.equal(await of('p=none; sp=quarantine; np=reject'), 'quarantine');
});

test('np is for names that do not exist: NXDOMAIN, not just no address', async () => {
  const zone: Zone = {
    '_dmarc.example.org': record('p=none; sp=quarantine; np=reject'),
    'mx.example.org': { MX: '10 mx.example.net' },
    'www.deep.example.org': { A: '192.0.2.1' },
    'alias.example.org': { CNAME: 'gone.example.net' },
  };
  const policy = async (author: string) => (await judge(zone, author)).report.policy;
  assert.equal(await policy('example.org'), 'none');
  assert.equal(await policy('mx.example.org'), 'quarantine');
  assert.equal(await policy('deep.example.org'), 'quarantine', 'something is below it');
  assert.equal(await policy('alias.example.org'), 'quarantine', 'the alias exists');
  assert.equal(await policy('gone.example.org'), 'reject');
});

test('without np a name that does not exist takes sp, else p, and is not asked for', async () => {
  for (const [text, policy] of [
    ['p=none; sp=reject', 'reject'],
    ['p=quarantine', 'quarantine'],
    ['p=quarantine; np=quarantine', 'quarantine'],
  ] as const) {
    const { report, asked } = await judge(
      { '_dmarc.example.org': record(text) },
      'gone.example.org',
    );
    assert.equal(report.policy, policy);
    assert.ok(asked.every((question) => question.startsWith('TXT')));
  }
});

test('where nobody knows whether a name exists, a failing message is a temperror, a passing one passes', async () => {
  const zone: Zone = {
    '_dmarc.example.org': record('p=none; np=reject'),
    'a.example.org': { A: { fault: 'servfail' } },
  };
  const failing = await judge(zone, 'a.example.org');
  assert.equal(failing.report.result, 'temperror');
  assert.equal(failing.report.policy, 'none');
  const passing = await judge(zone, 'a.example.org', { dkim: [PASS_DKIM('example.org')] });
  assert.equal(passing.report.result, 'pass');
  assert.equal(passing.report.policy, 'none', 'the milder of the two');
});

test('a registry with psd=y: its sp holds where the organization has no record, and siblings are strangers', async () => {
  const zone: Zone = {
    '_dmarc.bank': record('p=reject; sp=quarantine; np=reject; psd=y'),
    'one.bank': { A: '192.0.2.1' },
    'mail.one.bank': { A: '192.0.2.1' },
  };
  const fails = await judge(zone, 'mail.one.bank', { dkim: [PASS_DKIM('two.bank')] });
  assert.equal(fails.report.result, 'fail');
  assert.equal(fails.report.policy, 'quarantine');
  assert.equal(fails.report.policyDomain, 'bank');
  assert.equal(fails.report.organizationalDomain, 'one.bank');
  const passes = await judge(zone, 'mail.one.bank', { dkim: [PASS_DKIM('one.bank')] });
  assert.equal(passes.report.result, 'pass');
  const spoofed = await judge(zone, 'nobody.bank');
  assert.equal(spoofed.report.policy, 'reject');
});

test('the registry does not vouch for its registrants', async () => {
  const zone: Zone = { '_dmarc.bank': record('p=reject; psd=y'), 'one.bank': { A: '192.0.2.1' } };
  const { report } = await judge(zone, 'one.bank', { dkim: [PASS_DKIM('bank')] });
  assert.equal(report.result, 'fail');
});

test('the record of an organization is taken, not that of a domain between', async () => {
  const { report } = await judge(
    {
      '_dmarc.example.org': record('p=reject'),
      '_dmarc.b.example.org': record('p=none'),
    },
    'a.b.example.org',
  );
  assert.equal(report.policyDomain, 'example.org');
  assert.equal(report.policy, 'reject');
});

test('psd=n keeps a part of a domain apart (RFC 9989 §11.8)', async () => {
  const zone: Zone = {
    '_dmarc.example.org': record('p=reject'),
    '_dmarc.unit.example.org': record('p=reject; psd=n'),
  };
  const attacked = await judge(zone, 'unit.example.org', {
    spf: PASS_SPF('evil.example.org'),
    dkim: [PASS_DKIM('example.org')],
  });
  assert.equal(attacked.report.result, 'fail');
  const reverse = await judge(zone, 'example.org', { dkim: [PASS_DKIM('a.unit.example.org')] });
  assert.equal(reverse.report.result, 'fail');
  assert.deepEqual(reasons(reverse.report), ['a.unit.example.org other-organization']);
});

test('t=y lowers the policy by one step', async () => {
  for (const [published, applied] of [
    ['reject', 'quarantine'],
    ['quarantine', 'none'],
    ['none', 'none'],
  ] as const) {
    const zone = { '_dmarc.example.org': record(`p=${published}; t=y`) };
    assert.equal((await judge(zone, 'example.org')).report.policy, applied);
  }
});

test('without a usable policy the record counts as none if reports can go somewhere, else not at all', async () => {
  const of = async (text: string) => {
    const zone = { '_dmarc.example.org': { TXT: text } };
    const { report } = await judge(zone, 'example.org', { dkim: [PASS_DKIM('example.org')] });
    return `${report.result} ${report.policy}`;
  };
  const reports = 'rua=mailto:r@example.org';
  assert.equal(await of(`v=DMARC1; ${reports}`), 'pass none');
  assert.equal(await of(`v=DMARC1; p=invalid; ${reports}`), 'pass none');
  assert.equal(await of(`v=DMARC1; p=reject; sp=invalid; ${reports}`), 'pass none');
  assert.equal(await of('v=DMARC1'), 'none none');
  assert.equal(await of('v=DMARC1; rua=nowhere'), 'none none');
  assert.equal(await of('v=DMARC1; p=invalid'), 'permerror none');
  assert.equal(await of('v=DMARC1; p=reject; np=invalid'), 'permerror none');
});

test('no record anywhere is none', async () => {
  const { report } = await judge({}, 'a.example.org', { dkim: [PASS_DKIM('a.example.org')] });
  assert.equal(report.result, 'none');
  assert.equal(report.policyDomain, undefined);
});

test('several records at a name count as none there, and the walk goes on', async () => {
  const { report } = await judge(
    {
      '_dmarc.a.example.org': { TXT: ['v=DMARC1; p=none', 'v=DMARC1; p=reject'] },
      '_dmarc.example.org': record('p=quarantine'),
    },
    'a.example.org',
  );
  assert.equal(report.policyDomain, 'example.org');
  assert.equal(report.policy, 'quarantine');
});

test('other TXT records beside one of DMARC do no harm, and strings are joined', async () => {
  const { report } = await judge(
    {
      '_dmarc.example.org': {
        TXT: ['v=spf1 -all', ['v=DMA', 'RC1; p=re', 'ject'], 'v=dmarc1; p=none', ''],
      },
    },
    'example.org',
  );
  assert.equal(report.policy, 'reject');
});

test('a question without an answer is a temperror, unless nothing depends on it', async () => {
  const broken = (name: string): Zone => ({
    '_dmarc.example.org': record('p=reject'),
    [name]: { fault: 'servfail' },
  });
  const author = await judge(broken('_dmarc.a.example.org'), 'a.example.org');
  assert.equal(author.report.result, 'temperror');
  assert.equal(author.report.policy, 'none');
  // psd=y at the top would make it another organization
  assert.equal((await judge(broken('_dmarc.org'), 'a.example.org')).report.result, 'temperror');
  const own = await judge(broken('_dmarc.org'), 'example.org', {
    dkim: [PASS_DKIM('mail.example.org')],
  });
  assert.equal(own.report.result, 'temperror');
  assert.deepEqual(reasons(own.report), ['mail.example.org unknown']);
  const identical = await judge(broken('_dmarc.org'), 'example.org', {
    dkim: [PASS_DKIM('mail.example.org'), PASS_DKIM('example.org')],
  });
  assert.equal(identical.report.result, 'pass');
  const stranger = await judge(broken('_dmarc.org'), 'example.org', {
    dkim: [PASS_DKIM('sender.test')],
  });
  assert.equal(stranger.report.result, 'fail');
});

test('SPF or DKIM without an answer: a temperror where it would have counted, else not', async () => {
  const zone = { '_dmarc.example.org': record('p=reject') };
  const spf = await judge(zone, 'example.org', {
    spf: { domain: 'example.org', result: 'temperror' },
  });
  assert.equal(spf.report.result, 'temperror');
  assert.deepEqual(spf.report.aligned, { spf: false, dkim: false });
  const stranger = await judge(zone, 'example.org', {
    spf: { domain: 'sender.test', result: 'temperror' },
    dkim: [{ domain: 'other.org', result: 'temperror' }],
  });
  assert.equal(stranger.report.result, 'fail');
  const rescued = await judge(zone, 'example.org', {
    spf: { domain: 'example.org', result: 'temperror' },
    dkim: [PASS_DKIM('example.org')],
  });
  assert.equal(rescued.report.result, 'pass');
});

test('what a domain would ask for is told where its record is known, whatever SPF and DKIM found out', async () => {
  const spf = { domain: 'example.org', result: 'temperror' };
  for (const [text, wouldAsk] of [
    ['p=none', 'none'],
    ['p=reject', 'reject'],
    ['p=quarantine; t=y', 'none'],
  ] as const) {
    const { report } = await judge({ '_dmarc.example.org': record(text) }, 'example.org', { spf });
    assert.deepEqual(
      [report.result, report.policy, report.wouldAsk],
      ['temperror', 'none', wouldAsk],
    );
  }
  const unknown = await judge({ '_dmarc.example.org': { fault: 'servfail' } }, 'example.org', {
    spf,
  });
  assert.deepEqual([unknown.report.result, unknown.report.wouldAsk], ['temperror', undefined]);
});

test('U-labels become A-labels, case and a final dot do not matter', async () => {
  const { report } = await judge(
    { '_dmarc.xn--bcher-kva.example': record('p=reject') },
    'BÜCHER.example.',
    { dkim: [PASS_DKIM('xn--BCHER-KVA.example')] },
  );
  assert.equal(report.result, 'pass');
  assert.equal(report.domain, 'xn--bcher-kva.example');
});

test('a name too long to have a record is walked past, not asked for', async () => {
  const labels = Array.from({ length: 4 }, () => 'x'.repeat(58)).join('.');
  const author = `${labels}.example.org`;
  const { report, asked } = await judge({ '_dmarc.example.org': record('p=reject') }, author);
  assert.equal(report.result, 'fail');
  assert.ok(!asked.includes(`TXT _dmarc.${author}`));
});

test('signatures of many subdomains end the questions at the bound, never in a pass', async () => {
  const deep = (at: number) =>
    `${Array.from({ length: 8 }, (_, i) => `l${at}x${i}`).join('.')}.example.org`;
  const { report, asked } = await judge(
    {
      '_dmarc.example.org': record('p=reject; psd=n'),
      '*.example.org': { TXT: 'v=DMARC1; psd=n' },
    },
    'example.org',
    { dkim: Array.from({ length: 100 }, (_, at) => PASS_DKIM(deep(at))) },
  );
  assert.equal(report.result, 'permerror');
  assert.equal(report.policy, 'none');
  assert.ok(asked.length <= 32, `${asked.length}`);
});

test('an author that is no domain name has no policy and costs no question', async () => {
  const { report, asked } = await judge({}, '[192.0.2.1]', { dkim: [PASS_DKIM('example.org')] });
  assert.equal(report.result, 'none');
  assert.deepEqual(asked, []);
});

test('the steps tell what was asked, found, walked and compared', async () => {
  const { report } = await judge(
    {
      '_dmarc.example.org': record('p=reject; sp=quarantine; t=y'),
      'a.example.org': { A: '192.0.2.1' },
    },
    'a.example.org',
    { spf: PASS_SPF('b.example.org') },
  );
  assert.deepEqual(
    report.steps.map(({ step }) => step),
    [
      'asked',
      'asked',
      'asked',
      'walked',
      'policy-found',
      'policy-chosen',
      'test-mode',
      'asked',
      'walked',
      'identifier',
      'concluded',
    ],
  );
  for (const { rfc } of report.steps) assert.match(rfc, /^RFC \d{4} §\d/);
});

test('the whole walk is made where it is wanted', async () => {
  const { asked } = await judge({ '_dmarc.a.example.org': record('p=none') }, 'a.example.org', {
    wholeWalk: true,
  });
  assert.equal(asked.length, 3);
});

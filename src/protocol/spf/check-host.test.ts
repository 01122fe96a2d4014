import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Resolver } from '#protocol/dns/resolver';
import { declaredZone, type DeclaredName } from '../../../test/support/dns/declared-zone.ts';
import { checkHost, type CheckHostOptions } from './check-host.ts';
import type { SpfReport, SpfStep } from './report.ts';

type Names = Readonly<Record<string, DeclaredName>>;

function check(names: Names, options: Partial<CheckHostOptions> = {}): Promise<SpfReport> {
  return checkHost({
    ip: '192.0.2.1',
    helo: 'mail.example.org',
    mailFrom: { localPart: 'alice', domain: 'example.org' },
    resolver: declaredZone(names),
    receiver: 'mx.example.test',
    now: 1_795_500_000,
    ...options,
  });
}

function stepsOf<Name extends SpfStep['step']>(
  { steps }: SpfReport,
  name: Name,
): Extract<SpfStep, { readonly step: Name }>[] {
  return steps.filter((step) => step.step === name) as never;
}

describe('who is judged', () => {
  const names = {
    'example.org': { TXT: 'v=spf1 exists:%{l}.at.%{o}.for.%{h}.of.%{d} -all' },
    'mail.example.org': { TXT: 'v=spf1 exists:%{l}.at.%{o} -all' },
    'alice.at.example.org.for.mail.example.org.of.example.org': { A: '127.0.0.2' },
    'postmaster.at.mail.example.org': { A: '127.0.0.2' },
  };

  test('the reverse-path, by its domain', async () => {
    const { result, identity, domain } = await check(names);
    assert.deepEqual([result, identity, domain], ['pass', 'mailfrom', 'example.org']);
  });

  test('with a null reverse-path the HELO name, as its postmaster', async () => {
    const { result, identity, domain } = await check(names, { mailFrom: null });
    assert.deepEqual([result, identity, domain], ['pass', 'helo', 'mail.example.org']);
  });

  test('an empty local part is postmaster', async () => {
    const report = await check(names, { mailFrom: { localPart: '', domain: 'mail.example.org' } });
    assert.equal(report.result, 'pass');
  });

  test('the domain in whatever case, with a final dot, in U-labels', async () => {
    const idn = { 'xn--bcher-kva.example': { TXT: 'v=spf1 exists:%{o} -all', A: '127.0.0.2' } };
    for (const domain of ['B\u00fccher.Example', 'xn--BCHER-kva.example.', 'b\u00fccher.example']) {
      const report = await check(idn, { mailFrom: { localPart: 'x', domain } });
      assert.deepEqual([report.result, report.domain], ['pass', 'xn--bcher-kva.example']);
    }
  });

  test('what can have no record has none, and nobody is asked', async () => {
    const resolver = declaredZone({});
    const domains: readonly (readonly [string, string])[] = [
      ['[192.0.2.1]', 'address-literal'],
      ['localhost', 'one-label'],
      ['', 'malformed'],
      ['a..b', 'malformed'],
      ['192.0.2.1', 'malformed'],
      ['b\u00fc cher.example', 'malformed'],
      [`${'a'.repeat(64)}.example`, 'malformed'],
      [`${'a.'.repeat(150)}example`, 'malformed'],
      ['x.example\r\n', 'malformed'],
    ];
    for (const [domain, why] of domains) {
      const report = await check({}, { mailFrom: { localPart: 'x', domain }, resolver });
      assert.deepEqual([report.result, report.reason], ['none', 'domain-unusable'], domain);
      assert.equal(stepsOf(report, 'domain-unusable')[0]?.why, why, domain);
    }
    assert.deepEqual(resolver.queries, []);
  });

  test('an IPv4-mapped IPv6 client is the IPv4 client, in rules, macros and report', async () => {
    const zone = {
      'example.org': { TXT: 'v=spf1 ip6:::ffff:0:0/96 exists:%{i}.%{v}.%{o} -all' },
      '192.0.2.1.in-addr.example.org': { A: '127.0.0.2' },
    };
    const report = await check(zone, { ip: '::FFFF:C000:201' });
    assert.deepEqual([report.result, report.ip], ['pass', '192.0.2.1']);
    assert.equal(stepsOf(report, 'identity')[0]?.mapped, true);
  });

  test('a client that is no address is a bug of the caller', async () => {
    await assert.rejects(check({}, { ip: 'fe80::1%eth0' }), RangeError);
  });

  test('a local part that is not ASCII matches nothing that names it (RFC 8616 §4)', async () => {
    const zone = {
      'example.org': { TXT: 'v=spf1 exists:%{l}.x.example include:%{S}.x.example ~all' },
      '*.x.example': { A: '127.0.0.2', TXT: 'v=spf1 +all' },
    };
    const mailFrom = { localPart: 'jos\u00e9', domain: 'example.org' };
    const report = await check(zone, { mailFrom });
    assert.equal(report.result, 'softfail');
    const reasons = stepsOf(report, 'mechanism').map(({ reason }) => reason);
    assert.deepEqual(reasons, ['local-part-not-ascii', 'local-part-not-ascii', 'always']);
    const redirect = { 'example.org': { TXT: 'v=spf1 redirect=%{l}.x.example' } };
    assert.equal((await check(redirect, { mailFrom })).result, 'permerror');
  });
});

describe('every step is told', () => {
  test('which record, which terms, what is left, and where the answer came from', async () => {
    const { steps, ...report } = await check({
      'example.org': {
        TXT: ['other', 'v=spf1 ip4:198.51.100.0/24 a:gone.example include:i.example -all'],
      },
      'i.example': { TXT: 'v=spf1 mx ~all', MX: '10 mx.example' },
      'mx.example': { A: '192.0.2.1' },
    });
    assert.deepEqual(report, {
      result: 'pass',
      domain: 'example.org',
      ip: '192.0.2.1',
      mechanism: 'include:i.example',
      lookups: 3,
      voidLookups: 1,
      identity: 'mailfrom',
    });
    const told = steps.map((step) =>
      [step.rfc.slice('RFC 7208 '.length), step.step, 'term' in step ? step.term : '']
        .join(' ')
        .trim(),
    );
    assert.deepEqual(told, [
      '§2.4 identity',
      '§4.4 asked',
      '§4.5 record-found',
      '§5.6 mechanism ip4:198.51.100.0/24',
      '§5.3 asked',
      '§5.3 mechanism a:gone.example',
      '§5.2 include-entered include:i.example',
      '§4.4 asked',
      '§4.5 record-found',
      '§5.4 asked',
      '§5.4 asked',
      '§5.4 mechanism mx',
      '§5.2 include-left',
      '§5.2 mechanism include:i.example',
      '§2.6.3 concluded',
    ]);
    const left = steps.flatMap((step) =>
      step.step === 'mechanism' ? [[step.term, step.lookupsLeft, step.voidsLeft]] : [],
    );
    assert.deepEqual(left, [
      ['ip4:198.51.100.0/24', 10, 2],
      ['a:gone.example', 9, 1],
      ['mx', 7, 1],
      ['include:i.example', 7, 1],
    ]);
    assert.deepEqual(JSON.parse(JSON.stringify(steps)), steps, 'plain JSON');
  });

  const reasons: readonly (readonly [
    what: string,
    names: Names,
    reason: string,
    result: string,
  ])[] = [
    ['no record', {}, 'no-record', 'none'],
    [
      'several records',
      { 'example.org': { TXT: ['v=spf1', 'v=spf1'] } },
      'several-records',
      'permerror',
    ],
    [
      'a syntax error behind a match',
      { 'example.org': { TXT: 'v=spf1 +all foo' } },
      'record-malformed',
      'permerror',
    ],
    ['a DNS that fails', { 'example.org': { fault: 'servfail' } }, 'dns-failed', 'temperror'],
    [
      'a term whose DNS fails',
      {
        'example.org': { TXT: 'v=spf1 mx -all', MX: '1 m.example' },
        'm.example': { fault: 'timeout' },
      },
      'dns-failed',
      'temperror',
    ],
    ['a circle of aliases', { 'example.org': { CNAME: 'example.org' } }, 'dns-failed', 'temperror'],
    [
      'an include without a record',
      { 'example.org': { TXT: 'v=spf1 include:x.example' } },
      'included-without-record',
      'permerror',
    ],
    [
      'an include of no domain',
      { 'example.org': { TXT: 'v=spf1 include:%{d1}' } },
      'included-without-record',
      'permerror',
    ],
    [
      'a redirect to nothing',
      { 'example.org': { TXT: 'v=spf1 redirect=x.example' } },
      'redirected-without-record',
      'permerror',
    ],
    [
      'a third void look-up',
      { 'example.org': { TXT: 'v=spf1 a mx exists:x.example -all' } },
      'too-many-void-lookups',
      'permerror',
    ],
    [
      'an eleventh look-up',
      { 'example.org': { TXT: `v=spf1${' a'.repeat(11)} -all`, A: '203.0.113.1' } },
      'too-many-lookups',
      'permerror',
    ],
    [
      'an eleventh mail exchange',
      {
        'example.org': {
          TXT: 'v=spf1 mx +all',
          MX: Array.from({ length: 11 }, (_, n) => `${n} m.example`),
        },
      },
      'too-many-mx-names',
      'permerror',
    ],
  ];
  for (const [what, names, reason, result] of reasons)
    test(`${what} is ${result}`, async () => {
      const report = await check(names);
      assert.deepEqual([report.result, report.reason], [result, reason]);
      const last = report.steps.at(-1);
      assert.ok(last?.step === 'concluded' && last.reason === reason);
    });

  test('an include that leads back is a circle, and ends at the limit', async () => {
    const report = await check({
      'example.org': { TXT: 'v=spf1 include:i.example -all' },
      'i.example': { TXT: 'v=spf1 include:example.org -all' },
    });
    assert.equal(report.reason, 'too-many-lookups');
    const advice = stepsOf(report, 'advice')[0];
    assert.deepEqual(
      [advice?.advice, advice?.term, advice?.domain],
      ['circle', 'include:example.org', 'i.example'],
    );
    assert.deepEqual(stepsOf(report, 'limit-reached')[0]?.limit, 'lookups');
  });

  test('a record that was nearly one is shown', async () => {
    const report = await check({ 'example.org': { TXT: '"v=spf1 -all"' } });
    assert.deepEqual(stepsOf(report, 'advice')[0]?.advice, 'near-miss');
  });
});

describe('limits', () => {
  test('may be set by the caller', async () => {
    const names = { 'example.org': { TXT: 'v=spf1 a mx exists:x.example -all' } };
    const report = await check(names, { limits: { voidLookups: 3 } });
    assert.equal(report.result, 'fail');
    assert.equal((await check(names, { limits: { lookups: 2 } })).reason, 'too-many-lookups');
  });

  test('a term that asks nobody takes no look-up (§4.6.4: «terms that cause any DNS queries»)', async () => {
    const terms = 'a:%{d1} exists:%{l}.example include:%{l}.example '.repeat(5);
    const report = await check(
      { 'example.org': { TXT: `v=spf1 ${terms}a ~all`, A: '203.0.113.1' } },
      { mailFrom: { localPart: 'jos\u00e9', domain: 'example.org' } },
    );
    assert.deepEqual([report.result, report.lookups], ['softfail', 1]);
  });

  test('a name that only ends in the same letters lies not below the domain', async () => {
    const zone = {
      'example.org': { TXT: 'v=spf1 ptr -all' },
      '1.2.0.192.in-addr.arpa': { PTR: ['not-example.org', 'notexample.org'] },
      'not-example.org': { A: '192.0.2.1' },
      'notexample.org': { A: '192.0.2.1' },
    };
    assert.equal((await check(zone)).result, 'fail');
    const below = {
      ...zone,
      '1.2.0.192.in-addr.arpa': { PTR: 'h.example.org' },
      'h.example.org': { A: '192.0.2.1' },
    };
    assert.equal((await check(below)).result, 'pass');
  });

  test('names of the client beyond the tenth are ignored', async () => {
    const pointers = Array.from({ length: 12 }, (_, n) => `h${n}.example.org`);
    const zone = {
      'example.org': { TXT: 'v=spf1 ptr -all' },
      '1.2.0.192.in-addr.arpa': { PTR: pointers },
      'h11.example.org': { A: '192.0.2.1' },
    };
    const report = await check(zone);
    assert.equal(report.result, 'fail');
    assert.equal(stepsOf(report, 'names-validated')[0]?.ignored, 2);
  });

  test('the client is asked for its names once, however many terms want them', async () => {
    const resolver = declaredZone({
      'example.org': { TXT: 'v=spf1 ptr:a.example ptr:b.example exists:%{p}.x.example -all' },
      '1.2.0.192.in-addr.arpa': { PTR: 'h.example.org' },
      'h.example.org': { A: '192.0.2.1' },
    });
    await check({}, { resolver });
    const names = resolver.asked().filter((question) => /PTR|A h\.example\.org$/.test(question));
    assert.deepEqual(names, ['PTR 1.2.0.192.in-addr.arpa', 'A h.example.org']);
  });

  test('a signal that aborts is temperror, at once', async () => {
    const controller = new AbortController();
    const slow: Resolver = {
      resolve: (_name, _type, options) =>
        new Promise((resolve) => {
          options?.signal?.addEventListener('abort', () =>
            resolve({ kind: 'failure', cause: 'aborted', text: 'given up' }),
          );
        }),
    };
    const running = check({}, { resolver: slow, signal: controller.signal });
    controller.abort();
    const report = await running;
    assert.deepEqual([report.result, report.reason], ['temperror', 'time-is-up']);
  });
});

describe('an explanation', () => {
  const record = { TXT: 'v=spf1 -all exp=%{d}.why.example' };
  const explain = (TXT: DeclaredName['TXT'], options: Partial<CheckHostOptions> = {}) =>
    check(
      { 'example.org': record, 'example.org.why.example': TXT === undefined ? {} : { TXT } },
      options,
    );

  test('is filled in with what only it may name', async () => {
    const { explanation } = await explain('%{c} is not %{o}: %{r} at %{t}, 100%%');
    assert.equal(explanation, '192.0.2.1 is not example.org: mx.example.test at 1795500000, 100%');
  });

  test('is cut where it is huge', async () => {
    const report = await explain('x'.repeat(60_000));
    assert.equal(report.explanation, 'x'.repeat(500));
    assert.equal(stepsOf(report, 'explanation')[0]?.outcome, 'cut');
  });

  const without: readonly (readonly [outcome: string, txt: DeclaredName['TXT']])[] = [
    ['no-record', undefined],
    ['several-records', ['one', 'two']],
    ['not-ascii', 'na\u00efve'],
    ['not-ascii', 'red \u001b[31m'],
    ['not-ascii', 'two\r\nlines'],
    ['malformed', '100%'],
    ['empty', [['']]],
    ['not-answered', { fault: 'servfail' }],
  ];
  for (const [outcome, txt] of without)
    test(`that is ${outcome} (${JSON.stringify(txt)}) is none`, async () => {
      const report = await explain(txt);
      assert.deepEqual([report.result, report.explanation], ['fail', undefined]);
      assert.equal(stepsOf(report, 'explanation')[0]?.outcome, outcome);
    });

  test('never holds a control character of the sender', async () => {
    const mailFrom = { localPart: 'a\r\nb', domain: 'example.org' };
    const report = await explain('no %{l}', { mailFrom });
    assert.equal(report.explanation, undefined);
  });
});

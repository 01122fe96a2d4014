import assert from 'node:assert/strict';
import { test } from 'node:test';
import { declaredZone, type DeclaredName } from '../../../test/support/dns/declared-zone.ts';
import { askAuthority } from './ask-authority.ts';
import { askPlan, comparePlan, isPlanMet, type ComparedRecord } from './compare.ts';
import type { PlanFacts } from './facts.ts';
import { dnsPlan, parkedPlan } from './plan.ts';
import type { DnsPlan } from './record.ts';

const KEY = 'v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=';
const OTHER_KEY = 'v=DKIM1; k=ed25519; p=aaqYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=';
const FACTS: PlanFacts = {
  domain: 'example.org',
  host: 'mail.example.org',
  addresses: ['192.0.2.25', '2001:db8::25'],
  sources: [],
  keys: [
    { selector: 'e1', algorithm: 'ed25519-sha256', state: 'active', record: KEY },
    { selector: 'e0', algorithm: 'ed25519-sha256', state: 'revoked', record: KEY },
  ],
  dmarcPolicy: 'none',
  mtaStsId: '1',
  services: { submissions: 465, submission: undefined, imaps: 993, imap: undefined },
  certificates: [
    { keySha256: new Uint8Array(32).fill(1), use: 'current' },
    { keySha256: new Uint8Array(32).fill(2), use: 'next' },
  ],
  authority: { issuer: 'ca.test', accountUri: undefined, validationMethods: [], wildcards: [] },
};
const PLAN = dnsPlan(FACTS);
const REVERSE = '25.2.0.192.in-addr.arpa';
const REVERSE6 = '5.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa';

const NOT_OFFERED = { SRV: '0 0 0 .' };
const RIGHT: Readonly<Record<string, DeclaredName>> = {
  'example.org': {
    MX: '10 mail.example.org',
    TXT: ['v=spf1 mx ~all', 'unrelated'],
    CAA: '0 issue ca.test',
  },
  'mail.example.org': { A: '192.0.2.25', AAAA: '2001:DB8:0::25', TXT: 'v=spf1 a -all' },
  'e1._domainkey.example.org': { TXT: KEY },
  '_dmarc.example.org': { TXT: 'v=DMARC1; p=none; rua=mailto:postmaster@example.org' },
  '_smtp._tls.example.org': { TXT: 'v=TLSRPTv1; rua=mailto:postmaster@example.org' },
  '_mta-sts.example.org': { TXT: 'v=STSv1; id=1' },
  'mta-sts.example.org': { CNAME: 'mail.example.org' },
  'autoconfig.example.org': { CNAME: 'mail.example.org' },
  'autodiscover.example.org': { A: '192.0.2.25' },
  '_25._tcp.mail.example.org': { TLSA: [`3 1 1 ${'01'.repeat(32)}`, `3 1 1 ${'02'.repeat(32)}`] },
  '_submissions._tcp.example.org': { SRV: '5 7 465 mail.example.org' },
  '_submission._tcp.example.org': NOT_OFFERED,
  '_imaps._tcp.example.org': { SRV: '0 1 993 mail.example.org' },
  '_imap._tcp.example.org': NOT_OFFERED,
  '_pop3s._tcp.example.org': NOT_OFFERED,
  '_pop3._tcp.example.org': NOT_OFFERED,
  [REVERSE]: { PTR: 'mail.example.org' },
  [REVERSE6]: { PTR: 'mail.example.org' },
};

async function compare(
  changed: Readonly<Record<string, DeclaredName | undefined>>,
  plan: DnsPlan = PLAN,
): Promise<readonly ComparedRecord[]> {
  return comparePlan(plan, await askPlan(plan, zoneOf(changed)));
}

function zoneOf(changed: Readonly<Record<string, DeclaredName | undefined>>) {
  const names = Object.entries({ ...RIGHT, ...changed }).filter(
    ([, declared]) => declared !== undefined,
  );
  return declaredZone(Object.fromEntries(names) as Record<string, DeclaredName>);
}

/** `standing name`, of what is not right. */
function wrong(compared: readonly ComparedRecord[]): string[] {
  return compared
    .filter(({ standing }) => standing !== 'right')
    .map(({ standing, type, name }) => `${standing} ${type} ${name}`);
}

test('a zone that does what the plan says is right, however it is written', async () => {
  const compared = await compare({});
  assert.deepEqual(wrong(compared), []);
  assert.equal(isPlanMet(compared), true);
});

test('nothing there: everything is missing, and what is optional is no fault', async () => {
  const compared = comparePlan(PLAN, await askPlan(PLAN, declaredZone({})));
  const kinds = new Set(compared.map(({ standing }) => standing));
  // the record of the revoked key is gone, as it should be
  assert.deepEqual(kinds, new Set(['missing', 'right']));
  assert.equal(isPlanMet(compared), false);
  const optional = await compare({
    '_25._tcp.mail.example.org': undefined,
    'example.org': { ...RIGHT['example.org'], CAA: [] },
  });
  assert.equal(isPlanMet(optional), true);
});

function caa(...records: readonly string[]): Readonly<Record<string, DeclaredName>> {
  return { 'example.org': { ...RIGHT['example.org'], CAA: records } };
}

const CASES: readonly [string, Readonly<Record<string, DeclaredName>>, readonly string[]][] = [
  [
    'an MX that is not ours beside ours is extra',
    { 'example.org': { ...RIGHT['example.org'], MX: ['5 mx.other.test', '9 mail.example.org'] } },
    ['extra MX example.org'],
  ],
  [
    'an MX that is not ours instead is different',
    { 'example.org': { ...RIGHT['example.org'], MX: '5 mx.other.test' } },
    ['different MX example.org'],
  ],
  [
    'SPF may allow others too',
    { 'example.org': { ...RIGHT['example.org'], TXT: 'v=spf1 include:news.test +mx -all' } },
    [],
  ],
  [
    'SPF that leaves us out is different',
    { 'example.org': { ...RIGHT['example.org'], TXT: 'v=spf1 ip4:192.0.2.25 ~all' } },
    ['different TXT example.org'],
  ],
  [
    'SPF that allows everybody is different',
    { 'example.org': { ...RIGHT['example.org'], TXT: 'v=spf1 mx all' } },
    ['different TXT example.org'],
  ],
  [
    'two SPF records are none',
    { 'example.org': { ...RIGHT['example.org'], TXT: ['v=spf1 mx ~all', 'v=spf1 mx -all'] } },
    ['different TXT example.org'],
  ],
  [
    'another key under the selector is different',
    { 'e1._domainkey.example.org': { TXT: OTHER_KEY } },
    ['different TXT e1._domainkey.example.org'],
  ],
  [
    'a key in test mode is different',
    { 'e1._domainkey.example.org': { TXT: KEY.replace('k=', 't=y; k=') } },
    ['different TXT e1._domainkey.example.org'],
  ],
  [
    'a key with other tags and spaces is the same key',
    { 'e1._domainkey.example.org': { TXT: KEY.replace('v=DKIM1; k=', 'v=DKIM1;n=x; k = ') } },
    [],
  ],
  [
    'the record of a revoked key is extra, unless it says so itself',
    { 'e0._domainkey.example.org': { TXT: KEY } },
    ['extra TXT e0._domainkey.example.org'],
  ],
  [
    'a record that says that its key is revoked may stay',
    { 'e0._domainkey.example.org': { TXT: 'v=DKIM1; p=' } },
    [],
  ],
  [
    'a stricter DMARC policy with reports elsewhere is the owner’s decision',
    { '_dmarc.example.org': { TXT: 'v=DMARC1; p=reject; rua=mailto:a@reports.test' } },
    [],
  ],
  [
    'a DMARC policy without reports is different',
    { '_dmarc.example.org': { TXT: 'v=DMARC1; p=reject' } },
    ['different TXT _dmarc.example.org'],
  ],
  [
    'another id of the MTA-STS policy is different',
    { '_mta-sts.example.org': { TXT: 'v=STSv1; id=2;' } },
    ['different TXT _mta-sts.example.org'],
  ],
  [
    'a name that leads elsewhere is different',
    { 'mta-sts.example.org': { CNAME: 'web.other.test' }, 'web.other.test': { A: '198.51.100.1' } },
    ['different CNAME mta-sts.example.org'],
  ],
  [
    'an address of the host that we do not have is extra',
    { 'mail.example.org': { ...RIGHT['mail.example.org'], A: ['192.0.2.25', '198.51.100.1'] } },
    ['extra A mail.example.org'],
  ],
  [
    'TLSA records of other keys refuse mail: different',
    { '_25._tcp.mail.example.org': { TLSA: `3 1 1 ${'03'.repeat(32)}` } },
    ['different TLSA _25._tcp.mail.example.org', 'missing TLSA _25._tcp.mail.example.org'],
  ],
  [
    'a TLSA record too many is extra',
    {
      '_25._tcp.mail.example.org': {
        TLSA: ['01', '02', '03'].map((two) => `3 1 1 ${two.repeat(32)}`),
      },
    },
    ['extra TLSA _25._tcp.mail.example.org'],
  ],
  [
    'CAA that lets another authority issue only is different',
    { 'example.org': { ...RIGHT['example.org'], CAA: '0 issue other-ca.test' } },
    ['different CAA example.org'],
  ],
  [
    'CAA that lets another authority issue too is extra',
    caa('0 issue other-ca.test', '0 issue ca.test'),
    ['extra CAA example.org'],
  ],
  ['CAA that lets nobody issue is different', caa('0 issue ;'), ['different CAA example.org']],
  [
    'where one record lets nobody and another us, we are let',
    caa('0 issue ;', '0 issue ca.test'),
    [],
  ],
  [
    'what else CAA says is no matter of the plan',
    caa('0 issue ca.test', '0 iodef mailto:a@b.test'),
    [],
  ],
  ['wildcards forbidden forbid nothing that we order', caa('0 issue ca.test', '0 issuewild ;'), []],
  [
    'records that say nothing of issuing let everybody issue',
    caa('0 iodef mailto:a@b.test', '0 issuewild ;'),
    ['missing CAA example.org'],
  ],
  [
    'a critical property that nobody knows lets nobody issue',
    caa('0 issue ca.test', '128 new what'),
    ['different CAA example.org'],
  ],
  [
    'CAA for another account is different, for none in particular right',
    caa('0 issue ca.test; accounturi=https://ca.test/2'),
    ['different CAA example.org'],
  ],
  [
    'another port is different',
    { '_imaps._tcp.example.org': { SRV: '0 1 1993 mail.example.org' } },
    ['different SRV _imaps._tcp.example.org'],
  ],
  [
    'what was not answered is unknown',
    { [REVERSE]: { fault: 'servfail' } },
    [`unknown PTR ${REVERSE}`],
  ],
];

for (const [what, changed, expected] of CASES)
  test(what, async () => {
    const compared = await compare(changed);
    assert.deepEqual(wrong(compared), expected);
    const isFault = expected.some((one) => one.startsWith('different'));
    assert.equal(isPlanMet(compared), !isFault);
  });

test('what the servers of the zone have right only waits for the caches', async () => {
  const old = zoneOf({
    'e1._domainkey.example.org': undefined,
    'example.org': { ...RIGHT['example.org'], MX: '5 mx.other.test', NS: 'ns.example.org' },
    'ns.example.org': { A: '192.0.2.53' },
    '_dmarc.example.org': undefined,
  });
  const source = zoneOf({ '_dmarc.example.org': undefined });
  const asked: string[] = [];
  const authority = await askAuthority(PLAN, {
    resolver: old,
    at: (address) => {
      asked.push(address);
      return source;
    },
  });
  assert.deepEqual(asked, ['192.0.2.53']);
  const compared = comparePlan(PLAN, await askPlan(PLAN, old), authority);
  assert.deepEqual(wrong(compared), [
    'not-propagated MX example.org',
    'not-propagated TXT e1._domainkey.example.org',
    'missing TXT _dmarc.example.org',
  ]);
});

test('a parked domain is compared like any other', async () => {
  const plan = parkedPlan('shop.example');
  const right = declaredZone({
    'shop.example': { MX: '0 .', TXT: 'v=spf1 -all' },
    '*._domainkey.shop.example': { TXT: 'v=DKIM1; p=' },
    '_dmarc.shop.example': { TXT: 'v=DMARC1; p=reject; rua=mailto:a@reports.test' },
  });
  assert.deepEqual(wrong(comparePlan(plan, await askPlan(plan, right))), []);
  const open = declaredZone({
    'shop.example': { MX: '10 mx.shop.example', TXT: 'v=spf1 mx -all' },
  });
  assert.deepEqual(wrong(comparePlan(plan, await askPlan(plan, open))), [
    'different MX shop.example',
    'different TXT shop.example',
    'missing TXT *._domainkey.shop.example',
    'missing TXT _dmarc.shop.example',
  ]);
});

test('CAA is looked for upwards as an authority does, and the nearest name that has any counts', async () => {
  const authority = {
    issuer: 'ca.test',
    accountUri: 'https://ca.test/1',
    validationMethods: ['http-01'],
    wildcards: [],
  };
  const plan = dnsPlan({ ...FACTS, host: 'mx.site.hoster.test', authority });
  const above = async (names: Readonly<Record<string, DeclaredName>>): Promise<string[]> =>
    (await compare(names, plan))
      .filter(({ type, name }) => type === 'CAA' && name === 'mx.site.hoster.test')
      .map(({ standing, observed }) => [standing, ...observed].join(' | '));
  assert.deepEqual(await above({}), ['missing']);
  assert.deepEqual(
    await above({ 'hoster.test': { CAA: ['0 issue ca.test', '0 issue other.test'] } }),
    ['right | hoster.test. 0 issue "ca.test" | hoster.test. 0 issue "other.test"'],
  );
  assert.deepEqual(await above({ test: { CAA: '0 issue other.test' } }), [
    'different | test. 0 issue "other.test"',
  ]);
  assert.deepEqual(
    await above({
      'hoster.test': { CAA: '0 issue ca.test' },
      'site.hoster.test': { CAA: '0 issue ;' },
    }),
    ['different | site.hoster.test. 0 issue ";"'],
  );
  assert.deepEqual(
    await above({
      'hoster.test': { CAA: '0 issue ca.test' },
      'site.hoster.test': { fault: 'servfail' },
    }),
    ['unknown | CAA of site.hoster.test: declared servfail.'],
  );
});

test('who orders a wildcard has it in the plan, and sees what forbids it', async () => {
  const authority = { ...FACTS.authority!, wildcards: ['lists.example.org'] };
  const plan = dnsPlan({ ...FACTS, authority });
  const found = async (...records: readonly string[]): Promise<string[]> =>
    (await compare(caa(...records), plan))
      .filter(({ type }) => type === 'CAA')
      .map(
        ({ standing, planned }) =>
          `${planned?.data && (planned.data as { tag: string }).tag} ${standing}`,
      );
  assert.deepEqual(await found('0 issue ca.test'), ['issue right', 'issuewild right']);
  assert.deepEqual(await found('0 issue ca.test', '0 issuewild ;'), [
    'issue right',
    'issuewild different',
  ]);
  assert.deepEqual(await found('0 issue ;', '0 issuewild ca.test'), [
    'issue different',
    'issuewild right',
  ]);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { PlanFacts } from './facts.ts';
import { dnsPlan, parkedPlan } from './plan.ts';
import { tellPlan } from './rows.ts';
import { formatZone } from './format-zone.ts';
import { plannedLine } from './zone-line.ts';

const FACTS: PlanFacts = {
  domain: 'example.org',
  host: 'mail.example.org',
  addresses: ['192.0.2.25', '2001:db8::25'],
  sources: ['192.0.2.26'],
  keys: [
    {
      selector: 'r1',
      algorithm: 'rsa-sha256',
      state: 'active',
      record: `v=DKIM1; k=rsa; p=${'A'.repeat(392)}`,
    },
    {
      selector: 'e1',
      algorithm: 'ed25519-sha256',
      state: 'active',
      record: 'v=DKIM1; k=ed25519; p=AAAA',
    },
    { selector: 'r2', algorithm: 'rsa-sha256', state: 'pending', record: 'v=DKIM1; k=rsa; p=BBBB' },
    { selector: 'r0', algorithm: 'rsa-sha256', state: 'revoked', record: 'v=DKIM1; k=rsa; p=CCCC' },
  ],
  dmarcPolicy: 'none',
  mtaStsId: '20261126',
  services: { submissions: 465, submission: 587, imaps: 993, imap: undefined },
  certificates: [
    { keySha256: new Uint8Array(32).fill(1), use: 'current' },
    { keySha256: new Uint8Array(32).fill(1), use: 'current' },
    { keySha256: new Uint8Array(32).fill(2), use: 'next' },
  ],
  authority: {
    issuer: 'letsencrypt.org',
    accountUri: 'https://ca.test/acct/1',
    validationMethods: ['http-01'],
    wildcards: [],
  },
};

test('the plan of a domain whose host lies in it', () => {
  const lines = dnsPlan(FACTS).records.map((record) => `${record.purpose}|${plannedLine(record)}`);
  assert.deepEqual(lines, [
    'mx|example.org. IN MX 10 mail.example.org.',
    'host-address|mail.example.org. IN A 192.0.2.25',
    'host-address|mail.example.org. IN AAAA 2001:db8::25',
    'spf|example.org. IN TXT "v=spf1 mx ip4:192.0.2.26 ~all"',
    'host-spf|mail.example.org. IN TXT "v=spf1 a ip4:192.0.2.26 -all"',
    `dkim-active|r1._domainkey.example.org. IN TXT ( "v=DKIM1; k=rsa; p=${'A'.repeat(237)}"\n    "${'A'.repeat(155)}" )`,
    'dkim-active|e1._domainkey.example.org. IN TXT "v=DKIM1; k=ed25519; p=AAAA"',
    'dkim-next|r2._domainkey.example.org. IN TXT "v=DKIM1; k=rsa; p=BBBB"',
    'dkim-revoked|r0._domainkey.example.org. IN TXT "v=DKIM1; k=rsa; p=CCCC"',
    'dmarc|_dmarc.example.org. IN TXT "v=DMARC1; p=none; rua=mailto:postmaster@example.org"',
    'tls-rpt|_smtp._tls.example.org. IN TXT "v=TLSRPTv1; rua=mailto:postmaster@example.org"',
    'mta-sts|_mta-sts.example.org. IN TXT "v=STSv1; id=20261126"',
    'mta-sts-host|mta-sts.example.org. IN CNAME mail.example.org.',
    'autoconfig|autoconfig.example.org. IN CNAME mail.example.org.',
    'autodiscover|autodiscover.example.org. IN CNAME mail.example.org.',
    `dane-current|_25._tcp.mail.example.org. IN TLSA 3 1 1 ${'01'.repeat(32)}`,
    `dane-next|_25._tcp.mail.example.org. IN TLSA 3 1 1 ${'02'.repeat(32)}`,
    'caa|example.org. IN CAA 0 issue "letsencrypt.org; accounturi=https://ca.test/acct/1; validationmethods=http-01"',
    'srv-submissions|_submissions._tcp.example.org. IN SRV 0 1 465 mail.example.org.',
    'srv-submission|_submission._tcp.example.org. IN SRV 10 1 587 mail.example.org.',
    'srv-imaps|_imaps._tcp.example.org. IN SRV 0 1 993 mail.example.org.',
    'srv-not-offered|_imap._tcp.example.org. IN SRV 0 0 0 .',
    'srv-not-offered|_pop3s._tcp.example.org. IN SRV 0 0 0 .',
    'srv-not-offered|_pop3._tcp.example.org. IN SRV 0 0 0 .',
    'reverse-name|25.2.0.192.in-addr.arpa. IN PTR mail.example.org.',
    'reverse-name|5.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa. IN PTR mail.example.org.',
    'reverse-name|26.2.0.192.in-addr.arpa. IN PTR mail.example.org.',
  ]);
});

test('what belongs to the zone of another is no line of the zone of the domain', () => {
  const plan = dnsPlan({ ...FACTS, host: 'mx.example.net' });
  const hosts = plan.records.filter(({ zone }) => zone === 'host').map(({ purpose }) => purpose);
  assert.deepEqual(hosts, [
    'host-address',
    'host-address',
    'host-spf',
    'dane-current',
    'dane-next',
    'caa',
  ]);
  const zone = formatZone(tellPlan(plan, 'en'), 'en');
  const own = zone.split('\n').filter((line) => /^[^;\s$]/.test(line));
  assert.ok(own.length > 10);
  assert.ok(
    own.every((line) => line.includes('example.org.')),
    own.join('\n'),
  );
  assert.ok(zone.includes(';   mx.example.net. IN A 192.0.2.25'));
  assert.ok(zone.includes(';   r0._domainkey.example.org.'), 'what is to be removed is no line');
});

test('what nobody said is a gap, not a guess', () => {
  const plan = dnsPlan({ ...FACTS, addresses: [], sources: [], keys: [], mtaStsId: undefined });
  assert.deepEqual(plan.gaps, ['addresses', 'keys']);
  const purposes = new Set<string>(plan.records.map(({ purpose }) => purpose));
  for (const absent of ['host-address', 'reverse-name', 'mta-sts', 'mta-sts-host'] as const)
    assert.ok(!purposes.has(absent), absent);
});

test('a domain that is its own host has no second SPF record, a host with a served name no alias of itself', () => {
  const own = dnsPlan({ ...FACTS, host: 'example.org' });
  assert.ok(!own.records.some(({ purpose }) => purpose === 'host-spf'));
  const served = dnsPlan({ ...FACTS, host: 'autodiscover.example.org' });
  assert.ok(!served.records.some(({ purpose }) => purpose === 'autodiscover'));
});

test('a parked domain lets nobody use its name', () => {
  assert.deepEqual(parkedPlan('shop.example').records.map(plannedLine), [
    'shop.example. IN MX 0 .',
    'shop.example. IN TXT "v=spf1 -all"',
    '*._domainkey.shop.example. IN TXT "v=DKIM1; p="',
    '_dmarc.shop.example. IN TXT "v=DMARC1; p=reject"',
  ]);
});

test('every record has its sentence, and every comment of the zone file stays one, in both languages', () => {
  fc.assert(
    fc.property(fc.constantFrom('en', 'ja'), fc.boolean(), (lang, isElsewhere) => {
      const facts = isElsewhere ? { ...FACTS, host: 'mx.example.net' } : FACTS;
      const told = tellPlan(dnsPlan({ ...facts, domain: 'xn--r8jz45g.example' }), lang);
      assert.ok(told.records.every(({ why }) => why !== null && why !== ''));
      for (const line of formatZone(told, lang).split('\n'))
        assert.match(line, /^(?:$|;|\$TTL \d+$|\S+\. IN |    ")/);
    }),
    { numRuns: 10 },
  );
});

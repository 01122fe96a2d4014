import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Json } from '#events';
import { adviseOn } from '#protocol/dmarc/advice';
import { judgeDmarc, type DmarcOptions } from '#protocol/dmarc/judge';
import { checkIprev } from '#protocol/iprev/check';
import { declaredZone, type DeclaredName } from '../../../../test/support/dns/declared-zone.ts';
import { tellDmarcStep } from './tell-dmarc.ts';
import { tellIprevStep } from './tell-iprev.ts';

type Zone = Readonly<Record<string, DeclaredName>>;

async function told(
  zone: Zone,
  author: string,
  given: Partial<DmarcOptions> = {},
  language: 'en' | 'ja' = 'en',
): Promise<string[]> {
  const report = await judgeDmarc({ author, dkim: [], ...given, resolver: declaredZone(zone) });
  return [...report.steps, ...adviseOn(report)].map((step) =>
    // as the events keep it
    tellDmarcStep(JSON.parse(JSON.stringify(step)) as Json, language),
  );
}

test('a judgement reads as a chain of sentences', async () => {
  const zone: Zone = {
    '_dmarc.example.org': { TXT: 'v=DMARC1; p=reject; sp=quarantine; np=reject' },
    'a.example.org': { A: '192.0.2.1' },
  };
  assert.deepEqual(
    await told(zone, 'a.example.org', { dkim: [{ domain: 'evil.test', result: 'pass' }] }),
    [
      'Asked for the DMARC record at _dmarc.a.example.org: the name does not exist.',
      'Asked for the DMARC record at _dmarc.example.org: “v=DMARC1; p=reject; sp=quarantine; np=reject”.',
      'Asked for the DMARC record at _dmarc.org: the name does not exist.',
      'The tree walk came by a.example.org, example.org, org: the organizational domain of a.example.org is ' +
        'example.org, the shortest name with a record.',
      'The record of the organizational domain, example.org, applies.',
      'The name a.example.org exists: the tag np is not for it.',
      'The policy is quarantine, from the tag sp.',
      'DKIM (pass) for evil.test is not aligned: it is of another organization than the author.',
      'DMARC fails: nothing shows that the mail belongs to the domain of its author. What the domain asks for: ' +
        'to set such mail apart (quarantine).',
      'Subdomains are protected less than the domain itself (sp): forgers use subdomains.',
      'The record names no address for aggregate reports (rua): nobody tells you who sends in your name.',
    ],
  );
});

/** Judgements that come by every step, answer and reason between them. */
const JUDGEMENTS: readonly (readonly [Zone, string, Partial<DmarcOptions>?])[] = [
  [{}, '[192.0.2.1]'],
  [{}, 'nothing.example'],
  [{ '_dmarc.a.example': { fault: 'timeout' } }, 'a.example'],
  [{ '_dmarc.example': { fault: 'servfail' } }, 'a.example'],
  [{ '_dmarc.a.example': { TXT: 'v=DMARC1; p=bad' } }, 'a.example'],
  [{ '_dmarc.a.example': { TXT: 'v=DMARC1; rua=mailto:a@b.example' } }, 'a.example'],
  [
    { '_dmarc.a.example': { TXT: 'v=DMARC1; p=reject; t=y; pct=1; x=y; zz; P=none; fo=9; ruf=q' } },
    'a.example',
  ],
  [
    { '_dmarc.a.example': { TXT: ['v=DMARC1', 'v=DMARC1'] }, '_dmarc.example': { TXT: 'x' } },
    'a.example',
  ],
  [{ '_dmarc.a.example': { MX: '1 a.example' } }, 'a.example'],
  [
    {
      '_dmarc.bank': { TXT: 'v=DMARC1; p=none; np=reject; psd=y' },
      'a.bank': { A: { fault: 'servfail' } },
    },
    'a.bank',
    {
      spf: { domain: 'a.bank', result: 'temperror' },
      dkim: [{ domain: 'b.bank', result: 'pass' }],
    },
  ],
  [
    { '_dmarc.bank': { TXT: 'v=DMARC1; p=none; np=reject' } },
    'a.bank',
    {
      dkim: [
        { domain: 'x y', result: 'pass' },
        { domain: 'c.bank', result: 'fail' },
      ],
    },
  ],
  [
    { '_dmarc.a.bank': { TXT: 'v=DMARC1; p=reject; adkim=s; psd=n' } },
    'a.bank',
    { spf: { domain: 'b.a.bank', result: 'pass' }, dkim: [{ domain: 'b.a.bank', result: 'pass' }] },
  ],
  [
    {
      '_dmarc.a.bank': { TXT: 'v=DMARC1; p=reject; psd=n' },
      '_dmarc.b.a.bank': { fault: 'network' },
    },
    'a.bank',
    { spf: { domain: 'b.a.bank', result: 'pass' } },
  ],
  [
    { '_dmarc.org': { TXT: 'v=DMARC1; p=none' } },
    `${'x'.repeat(60)}.${'y'.repeat(60)}.${'z'.repeat(60)}.${'w'.repeat(60)}.org`,
  ],
];

for (const language of ['en', 'ja'] as const) {
  test(`every step has its sentence, with everything filled in (${language})`, async () => {
    let count = 0;
    for (const [zone, author, given] of JUDGEMENTS) {
      for (const text of await told(zone, author, given, language)) {
        count++;
        assert.doesNotMatch(
          text,
          /[{}]|\(not recorded\)|（記録なし）|does not know|説明できない|undefined/,
        );
        assert.match(text, language === 'en' ? /\.$|ADDRESS$/ : /。$|アドレス$/);
      }
    }
    assert.ok(count > 80, `${count}`);
  });
}

test('what a stranger wrote cannot act on a terminal', async () => {
  const zone: Zone = { '_dmarc.a.example': { TXT: 'v=DMARC1; p=none; x=\u001b[2J\u009b\u202e' } };
  for (const text of await told(zone, 'a.example')) {
    assert.doesNotMatch(text, /[\x00-\x1f\x7f-\x9f\u202e]/);
  }
});

test('steps of other versions are told as far as they go', () => {
  assert.match(
    tellDmarcStep({ step: 'new-step' }, 'en'),
    /new-step: a step that this version does not know/,
  );
  assert.match(tellDmarcStep({ step: 'asked' }, 'en'), /not recorded/);
  assert.match(tellDmarcStep({ step: 'identifier', reason: 'identical' }, 'ja'), /整合します/);
  assert.match(tellDmarcStep(null, 'en'), /not recorded/);
  assert.match(tellIprevStep({ step: 'constructor' }, 'en'), /does not know/);
});

test('the check of a client’s name is told in both languages', async () => {
  const resolver = declaredZone({
    '1.2.0.192.in-addr.arpa': { PTR: ['a.example', 'b.example', 'c.example'] },
    'a.example': { A: '192.0.2.1' },
    'b.example': { fault: 'servfail' },
  });
  const { steps } = await checkIprev({ ip: '192.0.2.1', resolver });
  const tell = (language: 'en' | 'ja') =>
    steps.map((step) => tellIprevStep(JSON.parse(JSON.stringify(step)) as Json, language));
  assert.deepEqual(tell('en'), [
    'Asked for the names of the address, PTR of 1.2.0.192.in-addr.arpa: a.example, b.example, c.example.',
    'Asked for A of a.example: 192.0.2.1. The name leads back to the address.',
    'Asked for A of b.example: no usable answer, the resolver could not find out (SERVFAIL). The name does not lead back to the address.',
    'Asked for A of c.example: the name does not exist. The name does not lead back to the address.',
    'The address has a name that leads back to it.',
  ]);
  for (const text of tell('ja')) assert.match(text, /。$/);
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { LANGUAGES, type Language } from '#protocol/dsn/language';
import { checkHost } from '#protocol/spf/check-host';
import type { SpfReport } from '#protocol/spf/report';
import { declaredZone, type DeclaredName } from '../../../../test/support/dns/declared-zone.ts';
import { spfZone } from '../../../../test/support/dns/spf-zones.ts';
import { tellSpfResult, tellSpfStep } from './tell-spf.ts';

type Names = Readonly<Record<string, DeclaredName>>;

function check(names: Names, domain = 'example.org'): Promise<SpfReport> {
  return checkHost({
    ip: '::ffff:192.0.2.1',
    helo: 'mail.example.org',
    mailFrom: { localPart: 'alice', domain },
    resolver: declaredZone(names),
    receiver: 'mx.example.test',
  });
}

async function told(names: Names, language: Language): Promise<string[]> {
  return (await check(names)).steps.map((step) => tellSpfStep(step, language));
}

const NAMES: Names = {
  'example.org': {
    TXT: 'v=spf1 mx include:i.example ptr -all exp=why.example',
    MX: '10 m.example',
  },
  'm.example': { A: '203.0.113.9' },
  'i.example': { TXT: 'v=spf1 a:gone.example +all' },
};

describe('an SPF report in words', () => {
  test('in English', async () => {
    assert.deepEqual(await told(NAMES, 'en'), [
      'The question is whether 192.0.2.1 may send for example.org, which is taken from the reverse-path (MAIL FROM): alice@example.org. Its IPv4-mapped IPv6 address counts as the IPv4 address.',
      'Asked the DNS for TXT of example.org: v=spf1 mx include:i.example ptr -all exp=why.example (valid for 5 min).',
      'The SPF record of example.org is “v=spf1 mx include:i.example ptr -all exp=why.example”.',
      'To mend: “ptr” of example.org is slow and unreliable, and must not be used any more. “ip4”, “ip6” or “a” take its place.',
      'Asked the DNS for MX of example.org: 10 m.example (valid for 5 min).',
      'Asked the DNS for A of m.example: 203.0.113.9 (valid for 5 min).',
      '“mx” does not match: no address of example.org covers the client. Look-ups left: 9; void ones: 2.',
      '“include:i.example”: the client is judged by the record of i.example too. Look-ups left: 8; void ones: 2.',
      'Asked the DNS for TXT of i.example: v=spf1 a:gone.example +all (valid for 5 min).',
      'The SPF record of i.example is “v=spf1 a:gone.example +all”.',
      'To mend: “+all” lets everybody send for i.example. “-all” or “~all” is meant.',
      'Asked the DNS for A of gone.example: the name does not exist.',
      '“a:gone.example” does not match: there is no such record of gone.example, which counts as a void look-up. Look-ups left: 7; void ones: 1.',
      '“+all” matches: it stands for every client.',
      'The record of i.example gives pass; back to the one of example.org.',
      '“include:i.example” matches: the record of i.example lets the client send. Look-ups left: 7; void ones: 1.',
      'pass: example.org allows 192.0.2.1 to send.',
    ]);
  });

  test('in Japanese, as many steps', async () => {
    const steps = await told(NAMES, 'ja');
    assert.equal(steps.length, 17);
    assert.equal(steps.at(-1), 'pass：example.org は、192.0.2.1 からの送信を認めています。');
    for (const step of steps) assert.match(step, /。$/);
  });

  test('the result says why it is none better', async () => {
    const report = await check({ 'example.org': { TXT: 'v=spf1 foo' } });
    assert.equal(
      tellSpfResult(report, 'en'),
      'permerror: what example.org publishes is wrong, and must be mended by its owner. A record cannot be read.',
    );
    assert.equal(
      tellSpfStep(report.steps.at(-2)!, 'en'),
      'The record of example.org cannot be read at “foo” (character 8): there is no such mechanism (there are all, include, a, mx, ptr, ip4, ip6 and exists). One such error makes the whole record void.',
    );
  });

  test('every step of every check has a whole text in each language', async () => {
    const options = {
      terms: ['foo', 'a:%(d)', 'ip4:1.2.3', 'x=y', 'a:%{l1}.example', 'include=x', 'ip4:0.0.0.0/0'],
      faults: true,
      several: true,
    };
    const property = fc.asyncProperty(spfZone(options), async (names) => {
      const report = await check(names, 'n0.example');
      for (const language of LANGUAGES)
        for (const step of report.steps) {
          const text = tellSpfStep(step, language);
          assert.doesNotMatch(text, /undefined|not recorded|記録なし|does not know/, text);
        }
    });
    await fc.assert(property, { numRuns: 300 });
  });

  test('what strangers wrote can act on no terminal', async () => {
    const steps = await told(
      { 'example.org': { TXT: 'v=spf1 a:\u001b[31m\u009b.example -all' } },
      'en',
    );
    for (const step of steps) assert.doesNotMatch(step, /[\x00-\x1f\x7f-\x9f]/);
  });

  test('a step of another version, and one that was erased, is told as far as it goes', () => {
    const odd = [
      null,
      1,
      'x',
      [],
      {},
      { step: 'new-step' },
      { step: 'toString' },
      { step: 'asked' },
      { step: 'asked', answer: { kind: 'other' } },
      { step: 'mechanism', reason: 'constructor', term: 7 },
      { step: 'advice', advice: 'new' },
      { step: 'limit-reached', limit: null },
      { step: 'names-validated', names: 'x', validated: [1, {}] },
      { step: 'concluded', result: 'new' },
    ];
    for (const step of odd)
      for (const language of LANGUAGES) assert.ok(tellSpfStep(step, language).length > 0);
  });
});

/**
 * mailauth, strict, as referee (npm, a verifier of others): on random zones its result and ours are the same. Where the two read the
 * RFC differently on purpose, the readings stand below with a test of each.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import type { DNSResolver } from 'mailauth';
import { spf } from 'mailauth/lib/spf/index.js';
import type { RecordType } from '#protocol/dns/resolver';
import { declaredZone, type DeclaredZone } from '../../../test/support/dns/declared-zone.ts';
import { CLIENTS, spfZone, type SpfZone } from '../../../test/support/dns/spf-zones.ts';
import { checkHost } from './check-host.ts';
import type { SpfReport } from './report.ts';

const RECEIVER = 'mx.example.test';

interface Outcome {
  readonly result: string;
  readonly explanation: string | undefined;
}

const NOW = 1_795_500_000;

interface Question {
  readonly ip: string;
  readonly sender: string;
}

function report(zone: SpfZone, { ip, sender }: Question): Promise<SpfReport> {
  const at = sender.lastIndexOf('@');
  return checkHost({
    ip,
    helo: 'helo.example',
    mailFrom: { localPart: sender.slice(0, at), domain: sender.slice(at + 1) },
    resolver: declaredZone(zone),
    receiver: RECEIVER,
    now: NOW,
  });
}

async function ours(zone: SpfZone, question: Question): Promise<Outcome> {
  const { result, explanation } = await report(zone, question);
  return { result, explanation };
}

async function theirs(zone: SpfZone, { ip, sender }: Question): Promise<Outcome> {
  const declared = declaredZone(zone);
  const { status, explanation } = await spf({
    sender,
    ip,
    helo: 'helo.example',
    mta: RECEIVER,
    strict: true,
    resolver: ((name: string, type: RecordType) =>
      resolveLikeNode(declared, name, type)) as DNSResolver,
  });
  return { result: status.result, explanation };
}

/** As `dns.promises.resolve` does. */
async function resolveLikeNode(
  zone: DeclaredZone,
  name: string,
  type: RecordType,
): Promise<unknown[]> {
  const answer = await zone.resolve(name, type);
  if (answer.kind === 'records')
    return answer.records.map((record) =>
      typeof record === 'object' && 'exchange' in record
        ? { priority: record.preference, exchange: record.exchange }
        : record,
    );
  const code = { 'no-data': 'ENODATA', nxdomain: 'ENOTFOUND', failure: 'ESERVFAIL' }[answer.kind];
  throw Object.assign(new Error(`${code} ${name}`), { code });
}

async function same(zone: SpfZone, question: Question): Promise<void> {
  const [mine, other] = [await ours(zone, question), await theirs(zone, question)];
  assert.equal(mine.result, other.result);
  // the last reading below is about these
  if (/[^\x00-\x7f]/.test(question.sender)) return;
  // nibbles of an IPv6 address: the suite of RFC 7208 has them in upper case
  assert.equal(mine.explanation?.toUpperCase(), other.explanation?.toUpperCase());
}

const question = fc.record({
  ip: fc.constantFrom(...CLIENTS),
  sender: fc.constantFrom(
    'alice@n0.example',
    'a.b-c+d@n0.example',
    'strong=bad@n0.example',
    'jos\u00e9@n0.example',
  ),
});

const SPECS = [
  '%{d}',
  '%{o}',
  '%{d2}',
  '%{d1r}.example',
  '%{l}.n1.example',
  '%{l1r-}.example',
  '%{lr+-}.n0.example',
  '%{ir}.%{v}.n1.example',
  '%{i}.n2.example',
  '%{S}.n1.example',
  '%{h}',
  '%{h1}.n3.example',
  '%%%-.n1.example',
  'n1.example.',
  'N2.Example',
];

const MISTAKES = [
  'all:x',
  'a:',
  'a:museum',
  'a:192.0.2.1',
  'a/33',
  'a//129',
  'a/024',
  'a/24/64',
  'mx:n1.example/',
  'ip4',
  'ip4:192.0.2',
  'ip4:192.0.2.1//32',
  'ip4:192.0.2.01',
  'ip6:192.0.2.1',
  'ip6:2001:db8::1::2',
  'ip6:::ffff:192.0.2.1/96',
  'exists',
  'include=n1.example',
  'foo',
  'foo:n1.example',
  'foo=%{d}',
  'foo=%{c}',
  'foo=%{x}',
  'foo=%',
  '-exp=n1.example',
  'exp=',
  'redirect=-all',
  'a:%{d0}',
  'a:%{c}.n1.example',
  'a:%(d).n1.example',
  'a:n1.example%',
  'a:n1.ex\u00e4mple',
  'a:n1.-example',
  'a:n1.example-',
  'a:n1.1-2',
  'a:n1..example',
];

describe('mailauth, strict, and we come to the same result', () => {
  test('for zones of plain names', async () => {
    const runs = fc.asyncProperty(spfZone({ several: true }), question, same);
    await fc.assert(runs, { numRuns: 1500 });
  });

  test('with macros', async () => {
    const runs = fc.asyncProperty(spfZone({ specs: SPECS }), question, same);
    await fc.assert(runs, { numRuns: 1500 });
  });

  test('with mistakes in the records', async () => {
    const runs = fc.asyncProperty(spfZone({ specs: SPECS, terms: MISTAKES }), question, same);
    await fc.assert(runs, { numRuns: 1500 });
  });

  test('with look-ups that fail', async () => {
    const runs = fc.asyncProperty(spfZone({ faults: true }), question, same);
    await fc.assert(runs, { numRuns: 1500 });
  });

  test('with the name of the client, while its look-ups stay below the limit', async () => {
    const specs = ['%{p}', '%{p2}', '%{pr}.n1.example', '%{P1}.n2.example'];
    const runs = fc.asyncProperty(spfZone({ specs }), question, async (zone, asked) => {
      // mailauth counts one look-up more for each
      fc.pre((await report(zone, asked)).lookups <= 5);
      await same(zone, asked);
    });
    await fc.assert(runs, { numRuns: 1000 });
  });
});

describe('where we read the RFC otherwise', () => {
  const question = { ip: '192.0.2.1', sender: 'alice@n0.example' };

  /** Ours first. */
  async function results(zone: SpfZone): Promise<string[]> {
    return [(await ours(zone, question)).result, (await theirs(zone, question)).result];
  }

  test('a host of mx that matches counts, although one before it cannot be looked up: §5.4 gives hosts no order', async () => {
    const zone = {
      'n0.example': { TXT: 'v=spf1 mx -all', MX: ['0 broken.example', '1 n1.example'] },
      'n1.example': { A: '192.0.2.1' },
      'broken.example': { fault: 'servfail' },
    } as const;
    assert.deepEqual(await results(zone), ['pass', 'temperror']);
  });

  test('the macro p is no term of its own that §4.6.4 counts, and its question is asked once', async () => {
    const terms = Array.from({ length: 8 }, () => '-a:%{p}.x.n0.example');
    const zone = {
      'n0.example': { TXT: `v=spf1 ${terms.join(' ')} +all`, A: '192.0.2.1' },
      'n0.example.x.n0.example': { A: '127.0.0.2' },
      '1.2.0.192.in-addr.arpa': { PTR: 'n0.example' },
    };
    assert.deepEqual(await results(zone), ['pass', 'permerror']);
  });

  test('a local part that is not ASCII may stand in an explanation where it is URL-escaped: RFC 8616 §4 is about names', async () => {
    const zone = {
      'n0.example': { TXT: 'v=spf1 -all exp=why.example' },
      'why.example': { TXT: 'See https://n0.example/?sender=%{S}' },
    };
    const asked = { ip: '192.0.2.1', sender: 'jos\u00e9@n0.example' };
    const explanation = 'See https://n0.example/?sender=jos%C3%A9%40n0.example';
    assert.equal((await ours(zone, asked)).explanation, explanation);
    assert.equal((await theirs(zone, asked)).explanation, undefined);
  });
});

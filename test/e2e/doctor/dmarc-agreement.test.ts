/** The doctor and reception judge one zone alike: whose record holds for a domain, and what it asks for (RFC 9989 §4.10). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Policy } from '#protocol/dmarc/record';
import { judgeDmarc } from '#protocol/dmarc/judge';
import { runChecks } from '#mail/doctor/run';
import { declaredZone } from '../../support/dns/declared-zone.ts';
import { wellWorld, worldOf, type Names } from './world.ts';

const AUTHOR = 'a.b.c.d.e.f.g.example.org';
const LABELS = AUTHOR.split('.');
/** The author, its parents, and the top-level domain. */
const NAMES = LABELS.map((_, at) => LABELS.slice(at).join('.'));

const RECORDS = [
  'v=DMARC1; p=none',
  'v=DMARC1; p=quarantine; sp=reject',
  'v=DMARC1; p=reject; sp=none; np=quarantine',
  'v=DMARC1; p=reject; psd=n',
  'v=DMARC1; p=none; sp=reject; psd=y',
  'v=DMARC1; p=maybe',
  'v=DMARC1; p=maybe; rua=mailto:postmaster@example.org',
  'v=DMARC1; rua=mailto:postmaster@example.org',
  'v=spf1 -all',
] as const;

const texts = fc.array(fc.constantFrom(...RECORDS), { maxLength: 2 });
const zones = fc.record({
  exists: fc.boolean(),
  records: fc.tuple(...NAMES.map(() => fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, texts))),
});

test('on any zone the doctor finds the policy that reception goes by', async () => {
  let cases = 0;
  await fc.assert(
    fc.asyncProperty(zones, async ({ exists, records }) => {
      const draft = await wellWorld();
      for (const [at, name] of NAMES.entries()) {
        const list = records[at] as readonly string[];
        if (list.length > 0) draft.names[`_dmarc.${name}`] = { TXT: list };
        else delete draft.names[`_dmarc.${name}`];
      }
      if (exists) draft.names[AUTHOR] = { A: '192.0.2.1' };
      draft.domains = [AUTHOR];
      const [first, second] = await runChecks(worldOf(draft), {
        ids: ['M1', 'M2'],
        domains: [AUTHOR],
      });
      const received = await whatReceptionDoes(draft.names);
      assert.equal(toldPolicy(second!), received.policy, JSON.stringify([second, received]));
      if (first!.finding === 'inherited') assert.equal(first!.values['parent'], received.from);
      if (first!.finding === 'none') assert.equal(received.policy, undefined);
      cases++;
    }),
    { numRuns: 400 },
  );
  console.log(`${cases} zones`);
});

/** What is done with a message of a stranger that says it is from the author. */
async function whatReceptionDoes(
  names: Names,
): Promise<{ readonly policy: Policy | undefined; readonly from: string | undefined }> {
  const stranger = { domain: 'stranger.example', result: 'pass' };
  const { result, policy, policyDomain } = await judgeDmarc({
    author: AUTHOR,
    spf: stranger,
    dkim: [stranger],
    resolver: declaredZone(names),
  });
  return { policy: result === 'fail' ? policy : undefined, from: policyDomain };
}

function toldPolicy(result: {
  readonly finding: string;
  readonly values: Readonly<Record<string, string>>;
}): string | undefined {
  if (result.finding === 'no-record') return undefined;
  return result.finding === 'watching' ? 'none' : result.values['policy'];
}

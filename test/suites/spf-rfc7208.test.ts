/**
 * The test suite of openspf.org for RFC 7208 (spf-rfc7208/SOURCE.md): every scenario has a zone and senders, each with the results that
 * are right and the explanation. Nothing is skipped.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { checkHost } from '#protocol/spf/check-host';
import { suiteResolver, type ZoneData } from './spf-rfc7208-zone.ts';

const FILE = new URL('spf-rfc7208/rfc7208-tests.yml', import.meta.url);

interface Scenario {
  readonly description: string;
  readonly tests: Readonly<Record<string, Case>>;
  readonly zonedata: ZoneData;
}

interface Case {
  readonly helo: string;
  readonly host: string;
  readonly mailfrom: string;
  readonly result: string | readonly string[];
  /** DEFAULT: that of the receiver, since the domain gave none. */
  readonly explanation?: string;
}

/** Which name of ours stands in explanations does not matter to the suite. */
const RECEIVER = 'mx.example.test';

const scenarios = parseAllDocuments(readFileSync(FILE, 'utf8')).map(
  (document) => document.toJS() as Scenario,
);
let run = 0;
let explained = 0;
let preferred = 0;

for (const { description, tests, zonedata } of scenarios) {
  const resolver = suiteResolver(zonedata);
  for (const [name, { helo, host, mailfrom, result, explanation }] of Object.entries(tests)) {
    test(`${description}: ${name}`, async () => {
      run++;
      const at = mailfrom.lastIndexOf('@');
      const report = await checkHost({
        ip: host,
        helo,
        mailFrom:
          mailfrom === ''
            ? null
            : { localPart: mailfrom.slice(0, Math.max(0, at)), domain: mailfrom.slice(at + 1) },
        resolver,
        receiver: RECEIVER,
        now: 1_710_000_000,
      });
      const right = [result].flat();
      const told = report.steps.map((step) => JSON.stringify(step)).join('\n');
      assert.ok(right.includes(report.result), `${report.result}, not ${right.join()}\n${told}`);
      if (report.result === right[0]) preferred++;
      if (explanation === undefined) return;
      explained++;
      assert.equal(report.explanation ?? 'DEFAULT', explanation, told);
    });
  }
}

test('every case was run, and with several right results ours is the preferred one', () => {
  assert.deepEqual([scenarios.length, run, explained, preferred], [16, 203, 22, 203]);
});

after(() => {
  console.log(`spf-rfc7208: ${run} cases, ${explained} explanations, ${preferred} as preferred`);
});

/**
 * chasquid's cases for DKIM verification (dkim-chasquid/SOURCE.md): each message with its DNS records, or an
 * error to simulate, and the result expected of each signature. Its states are three: SUCCESS is our
 * `pass`, TEMPFAIL `temperror`, PERMFAIL every other result. Its limit of five signatures is handed in.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fromLatin1 } from '#bytes';
import { splitHeader } from '#protocol/message/header/fields';
import type { KeyAnswer, SignatureReport } from '#protocol/dkim/report';
import { verifyMessage } from '#protocol/dkim/verify';

const FOLDER = new URL('dkim-chasquid/', import.meta.url);
/** After the t= of all. */
const NOW = 1_710_000_000;
const MAX_SIGNATURES = 5;

interface Expected {
  readonly Found: number;
  readonly Valid: number;
  readonly Results: readonly { Domain: string; Selector: string; State: string }[];
}

function readText(file: string): string | undefined {
  const url = new URL(file, FOLDER);
  return existsSync(url) ? readFileSync(url, 'latin1') : undefined;
}

/** `name: record`, lines continued after a backslash; a name may come twice. */
function readZone(text: string): Map<string, KeyAnswer> {
  const zone = new Map<string, KeyAnswer>();
  for (const line of text.replaceAll(/\\\n\s*/g, '').split('\n')) {
    const colon = line.indexOf(':');
    if (colon < 0) continue;
    const name = line.slice(0, colon);
    const record = line.slice(colon + 1).trim();
    const before = zone.get(name);
    if (record === 'TEMPERROR') zone.set(name, { kind: 'temporary', detail: 'simulated' });
    else if (record === 'PERMERROR') zone.set(name, { kind: 'none' });
    else {
      const records = before?.kind === 'records' ? before.records : [];
      zone.set(name, { kind: 'records', records: [...records, record] });
    }
  }
  return zone;
}

function stateOf({ result }: SignatureReport): string {
  if (result === 'pass') return 'SUCCESS';
  return result === 'temperror' ? 'TEMPFAIL' : 'PERMFAIL';
}

const cases = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.msg'))
  .map((file) => file.slice(0, -'.msg'.length));
let withResult = 0;
let refusedAsMessage = 0;

for (const name of cases) {
  test(name, async (t) => {
    const message = fromLatin1(readText(`${name}.msg`)!.replaceAll(/\r?\n/g, '\r\n'));
    const { bodyStart, defects } = splitHeader(message);
    const zone = readZone(readText(`${name}.dns`) ?? '');
    const report = await verifyMessage({
      header: message.subarray(0, bodyStart),
      body: [message.subarray(bodyStart)],
      lookup: async (asked) => zone.get(asked) ?? { kind: 'none' },
      now: NOW,
      maxSignatures: MAX_SIGNATURES,
    });
    const expected = readText(`${name}.result`);
    if (expected === undefined) {
      // chasquid refuses to parse such a message; here reading is total: a defect, and no signature
      t.diagnostic(`${name}: no result but the error «${readText(`${name}.error`)}» is expected`);
      assert.deepEqual(report, { signatures: [], ignored: 0 });
      assert.deepEqual(
        defects.map(({ kind }) => kind),
        ['not-a-field'],
      );
      refusedAsMessage++;
      return;
    }
    const { Found, Valid, Results } = JSON.parse(expected) as Expected;
    assert.equal(report.signatures.length, Found);
    assert.equal(report.signatures.filter(({ result }) => result === 'pass').length, Valid);
    assert.deepEqual(
      report.signatures.map(stateOf),
      Results.map(({ State }) => State),
    );
    for (const [index, { Domain, Selector }] of Results.entries()) {
      // not told where the field could not be read
      if (Domain !== '') assert.equal(report.signatures[index]!.domain, Domain);
      if (Selector !== '') assert.equal(report.signatures[index]!.selector, Selector);
    }
    withResult++;
  });
}

test('the suite has 11 cases, one of them without a result', () => {
  assert.equal(cases.length, 11);
  assert.equal(withResult, 10);
  assert.equal(refusedAsMessage, 1);
});

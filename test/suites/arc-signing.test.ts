/**
 * ValiMail's 17 cases for sealing (arc/SOURCE.md). The suite fixes how the fields are written, which is each sealer's own affair; so
 * the two are compared by what they say (i=, cv=, bh=, the results), and both are verified: ours, and the suite's own,
 * which shows that we sign what it signs.
 */
import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { concat, fromLatin1, latin1 } from '#bytes';
import { hashBody } from '#protocol/dkim/body-hash';
import { canonicalizeFields, headerToSign } from '#protocol/dkim/canonicalize-header';
import type { KeyLookup } from '#protocol/dkim/report';
import { signOffMainThread, type SigningKey } from '#protocol/dkim/sign';
import { parseTagList } from '#protocol/dkim/tag-list';
import { type Field, fieldsNamed, fieldValue, splitHeader } from '#protocol/message/header/fields';
import type { ArcReport } from '#protocol/arc/report';
import { type Sealed, sealMessage } from '#protocol/arc/seal';
import { verifyChain } from '#protocol/arc/verify-chain';

interface Scenario {
  readonly description: string;
  readonly tests: Readonly<Record<string, Case>>;
  readonly domain: string;
  readonly sel: string;
  readonly privatekey: string;
  readonly 'txt-records': Readonly<Record<string, string>>;
}

interface Case {
  readonly message: string;
  readonly t: number;
  readonly 'srv-id': string;
  /** What a sealer adds; empty where it must add nothing. */
  readonly AS: string;
  readonly AMS: string;
  readonly AAR: string;
}

const NOW = 1_700_000_000;
const text = latin1(readFileSync(new URL('arc/arc-draft-sign-tests.yml', import.meta.url)));
const scenarios = parseAllDocuments(text).map((document) => document.toJS() as Scenario);
const counts = { sealed: 0, withFailedChain: 0, notSealed: 0 };

for (const scenario of scenarios) {
  describe(scenario.description.trim(), () => {
    for (const [name, given] of Object.entries(scenario.tests)) {
      test(name, async () => {
        const { sealed, message } = await seal(scenario, given);
        if (given.AS === '') {
          assert.deepEqual(sealed, { kind: 'not-sealed', reason: 'failed-before' });
          counts.notSealed++;
          return;
        }
        assert.equal(sealed.kind, 'sealed');
        assert.ok(sealed.kind === 'sealed');
        const theirs = theirFields(given);
        assertSameSaid(sealed.fields, theirs);
        for (const fields of [sealed.fields, theirs]) {
          const report = await validate(concat([fields, message]), scenario);
          if (sealed.cv === 'fail') {
            assert.equal(report.reason, 'failed-before');
            assertSealsOnlyItself(fields, scenario);
          } else {
            assert.equal(report.cv, 'pass', JSON.stringify(report.steps, undefined, 1));
          }
        }
        counts[sealed.cv === 'fail' ? 'withFailedChain' : 'sealed']++;
      });
    }
  });
}

test('the suite has 17 cases', (t) => {
  t.diagnostic(JSON.stringify(counts));
  assert.deepEqual(counts, { sealed: 14, withFailedChain: 2, notSealed: 1 });
});

async function seal(
  scenario: Scenario,
  given: Case,
): Promise<{ sealed: Sealed; message: Uint8Array }> {
  const message = fromLatin1(given.message.replaceAll('\n', '\r\n'));
  const header = splitHeader(message);
  const body = message.subarray(header.bodyStart);
  const [hash] = await hashBody([body], [{ canonicalization: 'relaxed' }]);
  const key: SigningKey = {
    domain: scenario.domain,
    selector: scenario.sel,
    algorithm: 'rsa-sha256',
    privateKey: createPrivateKey(scenario.privatekey),
  };
  const sealed = await sealMessage({
    head: message,
    header,
    bodyHash: hash!.digest,
    chain: await validate(message, scenario),
    results: fromLatin1(mergedResults(message, given['srv-id'])),
    key,
    time: given.t,
    signBytes: signOffMainThread,
  });
  return { sealed, message };
}

function validate(message: Uint8Array, scenario: Scenario): Promise<ArcReport> {
  const { bodyStart } = splitHeader(message);
  const lookup: KeyLookup = async (name) => {
    const record = scenario['txt-records'][name];
    return record === undefined ? { kind: 'none' } : { kind: 'records', records: [record.trim()] };
  };
  const header = message.subarray(0, bodyStart);
  return verifyChain({ header, body: [message.subarray(bodyStart)], lookup, now: NOW });
}

/** All results of the given server, in their order, as SCHEMA.md has it. */
function mergedResults(message: Uint8Array, authservId: string): string {
  const results = fieldsNamed(splitHeader(message), 'Authentication-Results')
    .map((field) => fieldValue(message, field))
    .filter((value) => value.startsWith(`${authservId};`))
    .map((value) => value.slice(authservId.length + 1).trim());
  return ` ${authservId};\r\n  ${results.join(';\r\n  ')}\r\n`;
}

/** The set that the suite expects, in the layout that it was signed in. */
function theirFields({ AS, AMS, AAR }: Case): Uint8Array {
  const dense = (tags: string): string => tags.replaceAll(/\s/g, '').replaceAll(';', '; ');
  const results = AAR.trim().replaceAll('\n', '\r\n  ');
  return fromLatin1(
    `ARC-Seal: ${dense(AS)}\r\nARC-Message-Signature: ${dense(AMS)}\r\n` +
      `ARC-Authentication-Results: ${results}\r\n`,
  );
}

function assertSameSaid(ours: Uint8Array, theirs: Uint8Array): void {
  const [ourSeal, ourSignature, ourResults] = splitHeader(ours).fields;
  const [theirSeal, theirSignature, theirResults] = splitHeader(theirs).fields;
  for (const name of ['i', 'cv', 'a', 'd', 's', 't']) {
    assert.equal(tagOf(ours, ourSeal!, name), tagOf(theirs, theirSeal!, name), name);
  }
  for (const name of ['i', 'bh', 'a', 'c', 'd', 's', 't']) {
    assert.equal(tagOf(ours, ourSignature!, name), tagOf(theirs, theirSignature!, name), name);
  }
  const said = (bytes: Uint8Array, field: Field): string =>
    fieldValue(bytes, field).replaceAll(/\s+/g, ' ');
  assert.equal(said(ours, ourResults!), said(theirs, theirResults!));
}

/** RFC 8617 §5.1.2: «as if this newest ARC Set was the only set present». */
function assertSealsOnlyItself(bytes: Uint8Array, { privatekey }: Scenario): void {
  const [seal, signature, results] = splitHeader(bytes).fields;
  const covered = canonicalizeFields('relaxed', bytes, [results!, signature!]);
  const { start, end } = tagsOf(bytes, seal!).get('b')!;
  const own = concat([
    bytes.subarray(seal!.start, seal!.valueStart + start),
    bytes.subarray(seal!.valueStart + end, seal!.end),
  ]);
  const made = Buffer.from(tagOf(bytes, seal!, 'b'), 'base64');
  const data = headerToSign('relaxed', covered, own);
  assert.ok(verify('sha256', data, createPublicKey(privatekey), made));
}

function tagsOf(bytes: Uint8Array, field: Field) {
  const list = parseTagList(latin1(bytes.subarray(field.valueStart, field.end)));
  assert.ok(list.kind === 'tags');
  return list.tags;
}

function tagOf(bytes: Uint8Array, field: Field, name: string): string {
  return tagsOf(bytes, field).get(name)!.value.replaceAll(/\s/g, '');
}

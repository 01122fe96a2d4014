/**
 * Chains of ARC that we seal, judged by validators of others as Debian ships them, `arcverify` (dkimpy) and Mail::DKIM; and chains that
 * dkimpy begins, judged and gone on with by ours. The world that they run in is `dkim-verifiers/declared-world.ts`.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { concat, fromLatin1, latin1, utf8 } from '#bytes';
import type { ArcReport } from '#protocol/arc/report';
import { sealMessage } from '#protocol/arc/seal';
import { verifyChain } from '#protocol/arc/verify-chain';
import { hashBody } from '#protocol/dkim/body-hash';
import { signOffMainThread } from '#protocol/dkim/sign';
import { splitHeader } from '#protocol/message/header/fields';
import { peer } from '../support/peers/installed.ts';
import {
  byMailDkim,
  DOMAIN,
  judged,
  keyFile,
  madeBy,
  MESSAGES,
  noWorld,
  pem,
  perl,
  RSA,
  rsa,
  runInDeclaredWorld,
  signed,
  TIME,
} from './dkim-verifiers/declared-world.ts';

const arcverify = peer('arcverify', 'python3-dkim');
const arcsign = peer('arcsign', 'python3-dkim python3-authres');
const AUTHSERV_ID = 'mx.example.test';

function validate(message: Uint8Array): Promise<ArcReport> {
  return verifyChain(judged(message));
}

/** One more set of ours, over the message as it is now; `before` is what was validated. */
async function sealed(message: Uint8Array, before: Uint8Array = message): Promise<Uint8Array> {
  const header = splitHeader(message);
  const body = message.subarray(header.bodyStart);
  const [hash] = await hashBody([body], [{ canonicalization: 'relaxed' }]);
  const set = await sealMessage({
    head: message,
    header,
    bodyHash: hash!.digest,
    chain: await validate(before),
    results: utf8(` ${AUTHSERV_ID};\r\n dkim=pass header.d=${DOMAIN};\r\n arc=pass\r\n`),
    key: RSA,
    time: TIME,
    signBytes: signOffMainThread,
  });
  assert.ok(set.kind === 'sealed');
  return concat([set.fields, message]);
}

describe('dkimpy accepts our chains', { skip: arcverify.skip || noWorld }, () => {
  judgedBy((message) => {
    // its exit status is 0 whatever it finds
    const { stdout, stderr } = runInDeclaredWorld([arcverify.path], message);
    const said = /cv=b'(pass|fail)'/.exec(stdout);
    assert.ok(said, stderr);
    return said[1] === 'pass';
  });
});

describe('Mail::DKIM accepts our chains', { skip: perl.skip || noWorld }, () => {
  judgedBy((message) => byMailDkim('arc', message));
});

function judgedBy(verifies: (message: Uint8Array) => boolean): void {
  for (const [name, message] of Object.entries(MESSAGES)) {
    test(`one set over a signed message: ${name}`, async () => {
      assert.ok(verifies(await sealed(await signed(message, [RSA]))));
    });
  }

  test('three sets, the last after a list has changed the message', async () => {
    const twice = await sealed(await sealed(MESSAGES['odd white space']!));
    const changed = concat([twice, fromLatin1('-- \r\nfooter of the list\r\n')]);
    assert.ok(verifies(await sealed(changed, twice)));
  });

  test('not with another body, not with results that are forged', async () => {
    const message = await sealed(MESSAGES['odd white space']!);
    assert.equal(verifies(concat([message, fromLatin1('more\r\n')])), false);
    const forged = latin1(message).replace('dkim=pass', 'dkim=fail');
    assert.equal(verifies(fromLatin1(forged)), false);
  });
}

describe('we accept chains of dkimpy', { skip: arcsign.skip }, () => {
  for (const [name, message] of Object.entries(MESSAGES)) {
    test(name, async () => {
      const results = fromLatin1(`Authentication-Results: ${AUTHSERV_ID}; arc=none; spf=pass\r\n`);
      const key = keyFile('rsa.pem', pem(rsa.privateKey));
      const input = concat([results, message]);
      const begun = madeBy(arcsign.path, ['rsa', DOMAIN, key, AUTHSERV_ID], input);
      const report = await validate(begun);
      assert.deepEqual([report.cv, report.instance], ['pass', 1], JSON.stringify(report.steps));
      const { cv, instance } = await validate(await sealed(begun));
      assert.deepEqual([cv, instance], ['pass', 2]);
    });
  }
});

/**
 * Our signatures, judged by verifiers of others as Debian ships them, `opendkim-testmsg` (OpenDKIM), `dkimverify` (dkimpy) and
 * Mail::DKIM; and their signatures, judged by ours. The world that they run in is `dkim-verifiers/declared-world.ts`.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { concat, fromLatin1 } from '#bytes';
import type { SigningKey } from '#protocol/dkim/sign';
import { verifyMessage } from '#protocol/dkim/verify';
import { peer } from '../support/peers/installed.ts';
import {
  byMailDkim,
  DOMAIN,
  ED25519,
  ed25519,
  inDeclaredWorld,
  judged,
  keyFile,
  madeBy,
  MESSAGES,
  noWorld,
  pem,
  perl,
  RSA,
  rsa,
  signed,
} from './dkim-verifiers/declared-world.ts';

const opendkim = peer('opendkim-testmsg', 'opendkim-tools');
const dkimverify = peer('dkimverify', 'python3-dkim');
const dkimsign = peer('dkimsign', 'python3-dkim');

describe('OpenDKIM accepts our signatures', { skip: opendkim.skip || noWorld }, () => {
  judgedBy([RSA, ED25519], (message) => inDeclaredWorld([opendkim.path], message));
});

describe('Mail::DKIM accepts our signatures', { skip: perl.skip || noWorld }, () => {
  // Debian's knows no Ed25519
  judgedBy([RSA], (message) => byMailDkim('dkim', message));
});

describe('dkimpy accepts our signatures', { skip: dkimverify.skip || noWorld }, () => {
  judgedBy([RSA, ED25519], (message) => inDeclaredWorld([dkimverify.path], message));

  test('both of a message with two', async () => {
    const message = await signed(MESSAGES['odd white space']!, [RSA, ED25519]);
    assert.ok(inDeclaredWorld([dkimverify.path, '--index', '0'], message));
    assert.ok(inDeclaredWorld([dkimverify.path, '--index', '1'], message));
  });
});

/** The tests of one verifier, which says whether a message verifies. */
function judgedBy(keys: readonly SigningKey[], verifies: (message: Uint8Array) => boolean): void {
  for (const key of keys) {
    for (const [name, message] of Object.entries(MESSAGES)) {
      test(`${key.algorithm}: ${name}`, async () => {
        assert.ok(verifies(await signed(message, [key])));
      });
    }
    test(`${key.algorithm}: not with another body, not with a Reply-To that is added`, async () => {
      const message = await signed(MESSAGES['odd white space']!, [key]);
      assert.equal(verifies(concat([message, fromLatin1('more\r\n')])), false);
      assert.equal(verifies(concat([fromLatin1('Reply-To: eve@example.com\r\n'), message])), false);
    });
  }
}

describe('we accept signatures of dkimpy', { skip: dkimsign.skip }, () => {
  for (const header of ['simple', 'relaxed']) {
    for (const body of ['simple', 'relaxed']) {
      const canonicalization = ['--hcanon', header, '--bcanon', body];
      acceptsDkimpy(`rsa-sha256, ${header}/${body}`, () => {
        const key = keyFile('rsa.pem', pem(rsa.privateKey));
        return ['rsa', DOMAIN, key, ...canonicalization];
      });
    }
  }
  acceptsDkimpy('ed25519-sha256, relaxed/simple', () => {
    // its keys are the 32 octets of the seed, in base64
    const seed = Buffer.from(ed25519.privateKey.export({ format: 'jwk' }).d!, 'base64url');
    const key = keyFile('ed25519.seed', seed.toString('base64'));
    return ['ed', DOMAIN, key, '--signalg', 'ed25519-sha256'];
  });
});

function acceptsDkimpy(kind: string, options: () => string[]): void {
  for (const [name, message] of Object.entries(MESSAGES)) {
    test(`${kind}: ${name}`, async () => {
      const made = madeBy(dkimsign.path, options(), message);
      assert.deepEqual(await verdicts(made), ['pass']);
    });
  }
}

test(
  'what OpenDKIM’s test program signs is SHA-1, and refused',
  { skip: opendkim.skip },
  async () => {
    const key = keyFile('rsa.pem', pem(rsa.privateKey));
    const options = ['-C', '-d', DOMAIN, '-s', 'rsa', '-k', key];
    const made = madeBy(opendkim.path, options, MESSAGES['odd white space']!);
    assert.deepEqual(await verdicts(made), ['policy sha1']);
  },
);

async function verdicts(message: Uint8Array): Promise<string[]> {
  const { signatures } = await verifyMessage(judged(message));
  return signatures.map(({ result, reason }) => (reason ? `${result} ${reason}` : result));
}

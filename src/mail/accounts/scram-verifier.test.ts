import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hex, utf8 } from '#bytes';
import type { PreparedText } from '#protocol/sasl/prepared-text';
import { madeUpScramCredentials, makeScramKeys, SCRAM_ITERATIONS } from './scram-verifier.ts';

/** The texts of these tests are their own prepared form. */
const prepared = (text: string) => text as PreparedText;

test('the keys of RFC 7677 §3 come from its password, salt and count', async () => {
  const keys = await makeScramKeys(prepared('pencil'), {
    salt: Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64'),
    iterations: 4096,
  });
  // Agrees with `gsasl --mkpasswd -m SCRAM-SHA-256 --iteration-count 4096` for this salt and password.
  assert.equal(
    Buffer.from(keys.storedKey).toString('base64'),
    'WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=',
  );
  assert.equal(
    Buffer.from(keys.serverKey).toString('base64'),
    'wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=',
  );
});

test('a made-up user looks the same each time and unlike any other', () => {
  const secret = utf8('key of this installation');
  const once = madeUpScramCredentials(secret, 'nobody@example.test', 3);
  assert.deepEqual(madeUpScramCredentials(secret, 'nobody@example.test', 3), once);
  assert.equal(once.known, false);
  assert.equal(once.salt.length, 16);
  assert.equal(once.iterations, SCRAM_ITERATIONS);
  assert.equal(once.keys.length, 3);
  const other = madeUpScramCredentials(secret, 'somebody@example.test', 3);
  assert.notEqual(hex(other.salt), hex(once.salt));
  const elsewhere = madeUpScramCredentials(utf8('another key'), 'nobody@example.test', 3);
  assert.notEqual(hex(elsewhere.salt), hex(once.salt));
});

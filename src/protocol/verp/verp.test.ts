import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { isSmtpMailbox } from '#protocol/address/path';
import { looksLikeVerp, readVerp, verpAddress } from './verp.ts';

const SECRET = Buffer.alloc(32, 7);
const OLD = Buffer.alloc(32, 8);
const ID = '01k5s0c3rv4m7';
const made = (recipientId = 2, domain = 'here.example', secret: Uint8Array = SECRET) =>
  verpAddress(secret, domain, { messageId: ID, recipientId });

test('it names message and recipient, and fits whatever they are', () => {
  const { localPart, domain } = made();
  assert.match(localPart, /^bounce-01k5s0c3rv4m7-2-[a-z2-7]{8}$/);
  assert.equal(domain, 'here.example');
  assert.ok(isSmtpMailbox(made(9_999_999)));
});

test('what was made is read back, by whichever secret made it, in any case', () => {
  fc.assert(
    fc.property(
      fc.stringMatching(/^[0-9a-hjkmnp-tv-z]{13}$/),
      fc.integer({ min: 1, max: 9_999_999 }),
      fc.boolean(),
      (messageId, recipientId, old) => {
        const address = verpAddress(old ? OLD : SECRET, 'here.example', { messageId, recipientId });
        for (const localPart of [address.localPart, address.localPart.toUpperCase()])
          assert.deepEqual(readVerp({ ...address, localPart }, [SECRET, OLD]), {
            kind: 'recipient',
            messageId,
            recipientId,
          });
      },
    ),
  );
});

test('nothing in it can be changed', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 7, max: 40 }),
      fc.constantFrom(...'0123456789abcdefghjkmnpqrstvwxyz-'.split('')),
      (at, put) => {
        const { localPart, domain } = made();
        const altered = localPart.slice(0, at) + put + localPart.slice(at + 1);
        const { kind } = readVerp({ localPart: altered, domain }, [SECRET]);
        assert.equal(kind === 'recipient', altered === localPart, altered);
      },
    ),
    { numRuns: 2000 },
  );
});

test('neither another domain, nor another secret, nor none proves it', () => {
  assert.deepEqual(readVerp({ ...made(), domain: 'other.example' }, [SECRET]), { kind: 'forged' });
  assert.deepEqual(readVerp(made(), [OLD]), { kind: 'forged' });
  assert.deepEqual(readVerp(made(), []), { kind: 'forged' });
});

test('other addresses are like any other', () => {
  for (const localPart of [
    'bounce',
    'bounce-',
    'bounce-team',
    `bounce-${ID}-2-abcdefg`,
    `bounce-${ID}-0-abcdefgh`,
    `bounce-${ID}-12345678-abcdefgh`,
    `xbounce-${ID}-2-abcdefgh`,
    `bounce-${ID}-2-abcdefgh\n`,
  ]) {
    assert.equal(looksLikeVerp({ localPart, domain: 'here.example' }), false, localPart);
    assert.deepEqual(readVerp({ localPart, domain: 'here.example' }, [SECRET]), {
      kind: 'not-verp',
    });
  }
});

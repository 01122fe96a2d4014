import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { canonicalPath, MAILBOX_LIMITS } from './names.ts';

test('INBOX is INBOX in any case, as the first level only', () => {
  assert.deepEqual(canonicalPath(['iNbOx']), { kind: 'path', path: ['INBOX'] });
  assert.deepEqual(canonicalPath(['inbox', 'inbox']), { kind: 'path', path: ['INBOX', 'inbox'] });
  assert.deepEqual(canonicalPath(['\u0131nbox']), { kind: 'path', path: ['\u0131nbox'] });
  assert.deepEqual(canonicalPath(['a', 'Inbox']), { kind: 'path', path: ['a', 'Inbox'] });
});

test('a name is the same however its characters are put together', () => {
  const composed = canonicalPath(['caf\u00e9', 'が']);
  assert.deepEqual(canonicalPath(['cafe\u0301', 'か\u3099']), composed);
});

test('names that nobody could type, see or store are refused', () => {
  const reasons = (levels: string[]) => {
    const result = canonicalPath(levels);
    return result.kind === 'bad-name' ? result.reason : result.kind;
  };
  assert.equal(reasons([]), 'empty');
  assert.equal(reasons(['a', '', 'b']), 'empty');
  assert.equal(reasons(['a/b']), 'bad-character');
  assert.equal(reasons(['a\0']), 'bad-character');
  assert.equal(reasons(['a\u2028']), 'bad-character');
  assert.equal(reasons(['\ud800']), 'bad-character');
  assert.equal(reasons(['x'.repeat(256)]), 'too-long');
  assert.equal(reasons(['名'.repeat(86)]), 'too-long');
  assert.equal(reasons(['名'.repeat(85)]), 'path');
  assert.equal(reasons(Array.from({ length: MAILBOX_LIMITS.depth + 1 }, () => 'a')), 'too-deep');
});

test('the canonical form of a canonical form is itself', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' }), { maxLength: 5 }), (levels) => {
      const once = canonicalPath(levels);
      if (once.kind === 'path') assert.deepEqual(canonicalPath(once.path), once);
    }),
  );
});

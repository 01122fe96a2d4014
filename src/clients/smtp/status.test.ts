import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { isEnhancedCode } from '#protocol/smtp/enhanced-code';
import type { Stage } from './outcome.ts';
import { isTooManyRecipients, networkFailure, refusal, statusOf } from './status.ts';

const STAGES = ['greeting', 'ehlo', 'tls', 'auth', 'mail', 'rcpt', 'data', 'end-of-data'] as const;

test('any reply code at any stage gets a valid status of its class', () => {
  const code = fc.integer({ min: 400, max: 599 });
  fc.assert(
    fc.property(code, fc.constantFrom<Stage>(...STAGES), (code, stage) => {
      const status = statusOf({ code, lines: ['x'] }, stage);
      assert.ok(isEnhancedCode(status));
      assert.equal(status[0], String(code)[0]);
      const outcome = refusal({ code, lines: ['x'] }, stage);
      assert.equal(outcome.kind, code < 500 ? 'deferred' : 'failed');
      assert.equal(outcome.status, status);
    }),
  );
});

test("the peer's own status wins over a derived one", () => {
  assert.equal(statusOf({ code: 550, enhanced: '5.7.26', lines: [''] }, 'end-of-data'), '5.7.26');
});

test('552 is about the mailbox at RCPT and about the message after it', () => {
  assert.equal(statusOf({ code: 552, lines: [''] }, 'rcpt'), '5.2.2');
  assert.equal(statusOf({ code: 552, lines: [''] }, 'end-of-data'), '5.3.4');
});

test('a full transaction is told from a full disk or mailbox', () => {
  assert.equal(isTooManyRecipients({ code: 452, enhanced: '4.5.3', lines: [''] }), true);
  assert.equal(isTooManyRecipients({ code: 552, enhanced: '5.5.3', lines: [''] }), true);
  assert.equal(isTooManyRecipients({ code: 452, lines: ['Too many recipients'] }), true);
  assert.equal(isTooManyRecipients({ code: 452, lines: ['insufficient storage'] }), false);
  assert.equal(isTooManyRecipients({ code: 452, enhanced: '4.3.1', lines: ['too many'] }), false);
  assert.equal(isTooManyRecipients({ code: 550, lines: ['too many recipients'] }), false);
});

test('trouble while connecting and trouble on the way have statuses of their own', () => {
  const cause = { kind: 'network', reason: 'lost', detail: 'ECONNRESET' } as const;
  assert.equal(networkFailure('connect', cause).status, '4.4.1');
  assert.equal(networkFailure('rcpt', cause).status, '4.4.2');
});

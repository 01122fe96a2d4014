import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Verb } from './command.ts';
import { legal, type OrderState, type Phase } from './order.ts';

const MX: OrderState = { phase: 'hello', service: 'mx', tls: 'offered', authenticated: false };
const SUBMISSION: OrderState = { ...MX, service: 'submission' };
const SUBMITTER: OrderState = { ...SUBMISSION, tls: 'active', authenticated: true };

const PHASES: readonly Phase[] = ['greeted', 'hello', 'mail', 'rcpt', 'bdat'];
const ALWAYS: readonly Verb[] = ['EHLO', 'HELO', 'RSET', 'NOOP', 'QUIT', 'HELP'];

/** What each phase of a transaction answers, `ok` or the kind, with what it needs. */
function inPhases(verb: Verb, state: OrderState): string[] {
  return PHASES.map((phase) => shown(verb, { ...state, phase }));
}

function shown(verb: Verb, state: OrderState): string {
  const answer = legal(verb, state);
  if (answer === 'ok') return 'ok';
  return answer.kind === 'bad-sequence' ? answer.needs : answer.kind;
}

test('some commands are legal at any time, on any listener', () => {
  for (const verb of ALWAYS)
    for (const state of [MX, SUBMISSION, SUBMITTER])
      assert.deepEqual(inPhases(verb, state), ['ok', 'ok', 'ok', 'ok', 'ok'], verb);
});

test('a transaction goes through its phases', () => {
  for (const state of [MX, SUBMITTER]) {
    const open = 'transaction-open';
    assert.deepEqual(inPhases('MAIL', state), ['EHLO', 'ok', open, open, 'chunking']);
    assert.deepEqual(inPhases('RCPT', state), ['EHLO', 'MAIL', 'ok', 'ok', 'chunking']);
    assert.deepEqual(inPhases('DATA', state), ['EHLO', 'MAIL', 'no-recipients', 'ok', 'chunking']);
    assert.deepEqual(inPhases('BDAT', state), ['EHLO', 'MAIL', 'no-recipients', 'ok', 'ok']);
  }
});

test('VRFY and EXPN need no EHLO at an MX, and authentication for submission', () => {
  for (const verb of ['VRFY', 'EXPN'] as const) {
    assert.equal(shown(verb, { ...MX, phase: 'greeted' }), 'ok');
    assert.equal(shown(verb, { ...SUBMITTER, authenticated: false }), 'authentication-required');
  }
});

test('STARTTLS comes after EHLO, outside a transaction, once', () => {
  const open = 'transaction-open';
  assert.deepEqual(inPhases('STARTTLS', MX), ['EHLO', 'ok', open, open, 'chunking']);
  assert.equal(shown('STARTTLS', { ...MX, tls: 'active' }), 'tls-active');
  assert.equal(shown('STARTTLS', { ...MX, tls: 'unavailable' }), 'not-offered');
});

test('AUTH is for submission only, under TLS only, once', () => {
  const ready: OrderState = { ...SUBMITTER, authenticated: false };
  const open = 'transaction-open';
  assert.deepEqual(inPhases('AUTH', ready), ['EHLO', 'ok', open, open, 'chunking']);
  assert.equal(shown('AUTH', { ...MX, tls: 'active' }), 'not-offered');
  assert.equal(shown('AUTH', SUBMISSION), 'encryption-required');
  assert.equal(shown('AUTH', { ...SUBMISSION, tls: 'unavailable' }), 'encryption-required');
  assert.equal(shown('AUTH', SUBMITTER), 'already-authenticated');
});

test('submission takes mail only under TLS and after AUTH', () => {
  for (const verb of ['MAIL', 'RCPT', 'DATA', 'BDAT'] as const) {
    for (const phase of PHASES) {
      assert.equal(shown(verb, { ...SUBMISSION, phase }), 'tls-required');
      const noAuth = { ...SUBMITTER, phase, authenticated: false };
      assert.equal(shown(verb, noAuth), 'authentication-required');
    }
  }
});

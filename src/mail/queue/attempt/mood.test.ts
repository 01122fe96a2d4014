import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Cause, RecipientOutcome, Stage } from '#clients/smtp/outcome';
import { impressionOf, impressionOfNoSession, worse, type Impression } from './mood.ts';

function reply(code: number, stage: Stage, status: string): RecipientOutcome {
  return said(code, stage, status, status);
}

function said(code: number, stage: Stage, status: string, text: string): RecipientOutcome {
  const cause: Cause = { kind: 'reply', reply: { code, lines: [text] } };
  return { kind: code < 500 ? 'deferred' : 'failed', stage, status, cause };
}

function trouble(cause: Cause, stage: Stage = 'mail'): RecipientOutcome {
  return { kind: 'deferred', stage, status: '4.0.0', cause };
}

const OUTCOMES: readonly (readonly [string, RecipientOutcome, Impression | undefined])[] = [
  [
    'a delivery',
    { kind: 'delivered', status: '2.0.0', reply: { code: 250, lines: ['ok'] } },
    'accepts',
  ],
  ['an unknown recipient', reply(550, 'rcpt', '5.1.1'), 'accepts'],
  ['refused content', reply(554, 'end-of-data', '5.7.1'), 'accepts'],
  ['a greeting that refuses us', reply(554, 'greeting', '5.7.1'), 'pause'],
  ['an EHLO that is refused', reply(550, 'ehlo', '5.7.1'), 'pause'],
  ['a recipient put off, which may be greylisting', reply(450, 'rcpt', '4.7.1'), undefined],
  ['a full mailbox', reply(452, 'rcpt', '4.2.2'), undefined],
  ['a sender put off for a reason of policy', reply(451, 'mail', '4.7.1'), 'pause'],
  ['a sender put off for another reason', reply(451, 'mail', '4.3.0'), 'slower'],
  ['content put off', reply(451, 'end-of-data', '4.3.0'), 'slower'],
  ['a sending rate, wherever it is told', reply(450, 'end-of-data', '4.7.28'), 'pause'],
  ['a sending rate told to RCPT', reply(450, 'rcpt', '4.7.28'), 'pause'],
  ['a sender that is greylisted', said(451, 'mail', '4.7.1', 'greylisted'), undefined],
  [
    'content put off for the reputation of ours',
    said(451, 'end-of-data', '4.7.0', 'low reputation'),
    'pause',
  ],
  ['421 at MAIL', reply(421, 'mail', '4.7.0'), 'pause'],
  ['421 after the final dot', reply(421, 'end-of-data', '4.3.2'), 'pause'],
  [
    'a connection that was lost',
    trouble({ kind: 'network', reason: 'lost', detail: 'ECONNRESET' }),
    'slower',
  ],
  ['a session that is full', trouble({ kind: 'session-full', detail: 'MAILMAX' }), undefined],
  [
    'content of ours that cannot be read',
    trouble({ kind: 'content', reason: 'unreadable', detail: 'gone' }),
    undefined,
  ],
  ['nothing, since we broke off', { kind: 'abandoned' }, undefined],
];

for (const [what, outcome, impression] of OUTCOMES) {
  test(`${what} leaves the impression ${impression ?? 'of nothing'}`, () => {
    assert.equal(impressionOf(outcome), impression);
  });
}

test('a site that takes no session is left alone, unless it was us who broke off', () => {
  const none = (cause: Cause, stage: Stage) =>
    impressionOfNoSession({ kind: 'deferred', stage, status: '4.4.1', cause });
  const network = (reason: 'timed-out' | 'refused' | 'aborted') =>
    none({ kind: 'network', reason, detail: '' }, 'connect');
  assert.equal(network('timed-out'), 'pause');
  assert.equal(network('refused'), 'pause');
  assert.equal(none({ kind: 'tls', reason: 'unverified', detail: '' }, 'tls'), 'pause');
  assert.equal(network('aborted'), 'accepts');
});

test('of several impressions the worst counts, in whatever order they come', () => {
  const ranked: readonly (Impression | undefined)[] = [undefined, 'accepts', 'slower', 'pause'];
  for (const [i, one] of ranked.entries()) {
    for (const [j, other] of ranked.entries()) {
      assert.equal(worse(one, other), ranked[Math.max(i, j)]);
    }
  }
});

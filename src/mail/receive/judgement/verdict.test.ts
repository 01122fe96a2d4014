import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { Finding, FindingReason, Wish } from '#mail/receive/inquiry/findings';
import { DEFAULT_POLICY_SETTINGS, policiesOf } from './policies.ts';
import { verdict, type Verdict } from './verdict.ts';

const POLICIES = policiesOf(DEFAULT_POLICY_SETTINGS);

function finding(wish: Wish, recipientId?: number): Finding {
  const reason = wish === 'reject' ? 'too-many-hops' : 'delivered-before';
  return { check: 'loop', reason, wish, ...(recipientId !== undefined && { recipientId }) };
}

/** Recipients 1, 2, …; those named are forwarded only. */
function judge(
  findings: readonly Finding[],
  count: number,
  ...forwarded: readonly number[]
): Verdict {
  const recipients = Array.from({ length: count }, (_, i) => ({
    id: i + 1,
    forwardOnly: forwarded.includes(i + 1),
  }));
  return verdict(findings, recipients, POLICIES);
}

function each(judged: Verdict): string {
  return judged.kind === 'refuse'
    ? judged.because[0].reason
    : [...judged.recipients.values()].map(({ kind }) => kind).join(' ');
}

const TABLE: readonly (readonly [behaviour: string, judged: Verdict, expected: string])[] = [
  ['nothing found: everybody gets it', judge([], 2), 'inbox inbox'],
  ['all are to refuse it: refused', judge([finding('reject')], 2), 'too-many-hops'],
  [
    'each refuses it for itself: refused',
    judge([finding('reject', 1), finding('reject', 2)], 2),
    'too-many-hops',
  ],
  [
    'one of two refuses it: accepted, junk for that one',
    judge([finding('reject', 1)], 2),
    'junk inbox',
  ],
  ['one of one refuses it: refused', judge([finding('reject', 1)], 1), 'too-many-hops'],
  [
    'one that is only forwarded refuses it: dropped for that one, not sent on',
    judge([finding('reject', 2)], 2, 2),
    'inbox drop',
  ],
  ['it is junk for all', judge([finding('junk')], 2), 'junk junk'],
  ['it is junk for one', judge([finding('junk', 2)], 3), 'inbox junk inbox'],
  ['junk is not sent on: dropped for one of two', judge([finding('junk')], 2, 2), 'junk drop'],
  ['junk that is only forwarded is refused', judge([finding('junk')], 2, 1, 2), 'delivered-before'],
  [
    'junk for one that is only forwarded, while the other refuses it: refused',
    judge([finding('junk', 1), finding('reject', 2)], 2, 1),
    'delivered-before',
  ],
  [
    'a refusal weighs more than junk, whichever was found first',
    judge([finding('junk'), finding('reject', 1)], 2),
    'junk junk',
  ],
  [
    'a refusal of all beside one of its own',
    judge([finding('reject', 1), finding('reject')], 2),
    'too-many-hops',
  ],
];

const BAD: Finding = { check: 'reputation', reason: 'history-bad', subject: 'a.example' };
const POOR: Finding = { check: 'reputation', reason: 'history-poor', subject: 'a.example' };
const WEAK: Finding = { check: 'form', reason: 'date-missing' };

test('history makes junk, and by itself neither refuses nor keeps anything from being sent on', () => {
  assert.equal(each(judge([BAD], 2)), 'junk junk');
  assert.equal(each(judge([BAD], 2, 2)), 'junk inbox');
  assert.equal(each(judge([BAD], 1, 1)), 'inbox');
  assert.equal(each(judge([POOR, POOR, POOR], 1, 1)), 'inbox');
  assert.equal(each(judge([POOR, POOR, WEAK], 1)), 'junk');
  assert.equal(each(judge([POOR, POOR, WEAK], 1, 1)), 'history-poor');
  assert.equal(each(judge([BAD, finding('junk')], 1, 1)), 'history-bad');
});

for (const [behaviour, judged, expected] of TABLE) {
  test(behaviour, () => assert.equal(each(judged), expected));
}

test('it is refused exactly when every recipient refuses, and otherwise each has a verdict of its own', () => {
  const wish = fc.constantFrom('junk' as const, 'reject' as const);
  const count = 4;
  const anyFinding = fc
    .tuple(wish, fc.option(fc.integer({ min: 1, max: count }), { nil: undefined }))
    .map(([one, id]) => finding(one, id));
  fc.assert(
    fc.property(
      fc.array(anyFinding, { maxLength: 8 }),
      fc.subarray([1, 2, 3, 4]),
      (findings, forwarded) => {
        const ids = [1, 2, 3, 4];
        const refuses = (id: number): boolean =>
          findings.some(
            ({ wish, recipientId = id }) =>
              recipientId === id && (wish === 'reject' || forwarded.includes(id)),
          );
        const judged = judge(findings, count, ...forwarded);
        assert.equal(judged.kind === 'refuse', ids.every(refuses));
        if (judged.kind === 'refuse') return;
        assert.deepEqual([...judged.recipients.keys()], ids);
        for (const id of ids) {
          // what is refused is never in an inbox, and never sent on
          if (refuses(id)) assert.notEqual(judged.recipients.get(id)!.kind, 'inbox');
          if (forwarded.includes(id)) assert.notEqual(judged.recipients.get(id)!.kind, 'junk');
        }
      },
    ),
  );
});

/** One recipient, findings by their reasons. */
function becomes(...reasons: readonly FindingReason[]): string {
  const judged = verdict(
    reasons.map((reason) => ({ check: 'loop', reason })),
    [{ id: 1, forwardOnly: false }],
    POLICIES,
  );
  if (judged.kind === 'refuse')
    return `${judged.how}: ${judged.because.map(({ reason }) => reason).join(' ')}`;
  const { kind, because } = judged.recipients.get(1)!;
  return [kind, ...because.map(({ reason }) => reason)].join(' ');
}

const REASONS: readonly (readonly [behaviour: string, becomes: string, expected: string])[] = [
  ['DMARC reject refuses', becomes('dmarc-reject'), 'reject: dmarc-reject'],
  ['DMARC quarantine is junk', becomes('dmarc-quarantine'), 'junk dmarc-quarantine'],
  ['DMARC none is only told', becomes('dmarc-none'), 'inbox'],
  [
    'what DMARC cannot tell now is asked again',
    becomes('dmarc-temporary'),
    'temporary: dmarc-temporary',
  ],
  [
    'a refusal for good weighs more than one for now',
    becomes('dmarc-temporary', 'author-repeated'),
    'reject: author-repeated',
  ],
  [
    'a refusal for now weighs more than junk',
    becomes('spf-fail', 'sender-domain-unresolved'),
    'temporary: sender-domain-unresolved',
  ],
  [
    'what could not be found out weighs more than an unknown client',
    becomes('content-greylist', 'dmarc-temporary'),
    'temporary: dmarc-temporary',
  ],
  ['an unknown client waits', becomes('content-greylist'), 'greylist: content-greylist'],
  ['two weak signs are nothing', becomes('no-reverse-name', 'spf-softfail'), 'inbox'],
  [
    'three are junk',
    becomes('no-reverse-name', 'spf-softfail', 'date-missing'),
    'junk no-reverse-name spf-softfail date-missing',
  ],
  [
    'a trusted forwarder spares what DMARC and SPF say',
    becomes('dmarc-reject', 'spf-fail', 'trusted-forwarder'),
    'inbox',
  ],
  [
    '… and nothing else',
    becomes('dmarc-reject', 'trusted-forwarder', 'content-junk'),
    'junk content-junk',
  ],
  [
    'all reasons of a refusal are told',
    becomes('dmarc-reject', 'author-unreadable'),
    'reject: dmarc-reject author-unreadable',
  ],
];

for (const [behaviour, found, expected] of REASONS) {
  test(behaviour, () => assert.equal(found, expected));
}

test('one recipient that wants it again later does not keep it from the other, who gets it now', () => {
  const recipients = [1, 2].map((id) => ({ id, forwardOnly: false }));
  const wait: Finding = { check: 'content', reason: 'content-greylist', recipientId: 1 };
  assert.equal(each(verdict([wait], recipients, POLICIES)), 'inbox inbox');
  const refuse: Finding = { check: 'loop', reason: 'delivered-before', recipientId: 2 };
  const judged = verdict([wait, refuse], recipients, POLICIES);
  assert.equal(judged.kind === 'refuse' && judged.how, 'greylist');
});

test('the settings change single rows', () => {
  const one = [{ id: 1, forwardOnly: false }];
  const spf: Finding = { check: 'spf', reason: 'spf-fail' };
  const dmarc: Finding = { check: 'dmarc', reason: 'dmarc-reject' };
  const strict = policiesOf({ ...DEFAULT_POLICY_SETTINGS, spfFail: 'reject' });
  assert.equal(each(verdict([spf], one, strict)), 'spf-fail');
  const deaf = policiesOf({ ...DEFAULT_POLICY_SETTINGS, honourDmarc: false });
  assert.equal(each(verdict([dmarc], one, deaf)), 'inbox');
  const calm = policiesOf({ ...DEFAULT_POLICY_SETTINGS, suspicions: 0 });
  const weak = ['no-reverse-name', 'spf-softfail', 'date-missing', 'ehlo-not-qualified'] as const;
  const found = weak.map((reason): Finding => ({ check: 'ehlo', reason }));
  assert.equal(each(verdict(found, one, calm)), 'inbox');
});

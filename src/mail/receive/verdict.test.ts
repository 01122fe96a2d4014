import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { Finding, Wish } from './findings.ts';
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
  [
    'junk is no reason to drop what is only forwarded',
    judge([finding('junk')], 2, 2),
    'junk inbox',
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
          findings.some((one) => one.wish === 'reject' && (one.recipientId ?? id) === id);
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

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NotifyCondition } from '#protocol/smtp/parameters';
import { dueNotice } from './rules.ts';
import type { DeliveryEvent } from './rules.ts';

const FAILED: DeliveryEvent = { kind: 'failed' };
const DELAYED: DeliveryEvent = { kind: 'delayed', saidBefore: false };
const DELIVERED: DeliveryEvent = { kind: 'delivered' };
const RELAYED: DeliveryEvent = { kind: 'relayed', peerOffersDsn: false };
const EXPANDED: DeliveryEvent = { kind: 'expanded' };
const EVENTS = [FAILED, DELAYED, DELIVERED, RELAYED, EXPANDED];

function due(event: DeliveryEvent, notify?: readonly NotifyCondition[]) {
  return dueNotice({ event, notify, nullReversePath: false, reversePathVerified: true });
}

function allDue(notify?: readonly NotifyCondition[]) {
  return EVENTS.map((event) => due(event, notify).due).filter((action) => action !== undefined);
}

test('without NOTIFY the author hears of failures and delays', () => {
  assert.deepEqual(allDue(), ['failed', 'delayed']);
  assert.equal(due(FAILED).rule, 'by-default');
  assert.deepEqual(due(DELIVERED), { due: undefined, rule: 'not-asked' });
});

test('each condition of NOTIFY asks for its own outcomes', () => {
  assert.deepEqual(allDue(['FAILURE']), ['failed']);
  assert.deepEqual(allDue(['DELAY']), ['delayed']);
  assert.deepEqual(allDue(['SUCCESS']), ['delivered', 'relayed', 'expanded']);
  assert.deepEqual(allDue(['SUCCESS', 'FAILURE', 'DELAY']).length, 5);
  assert.equal(due(DELIVERED, ['SUCCESS']).rule, 'asked');
});

test('NOTIFY=NEVER silences everything', () => {
  assert.deepEqual(allDue([]), []);
  assert.equal(due(FAILED, []).rule, 'never');
});

test('nothing is ever sent for a null reverse-path, nor to one that may be forged', () => {
  const everything: readonly NotifyCondition[] = ['SUCCESS', 'FAILURE', 'DELAY'];
  for (const event of EVENTS) {
    for (const notify of [undefined, everything]) {
      const question = { event, notify, nullReversePath: false, reversePathVerified: true };
      assert.deepEqual(dueNotice({ ...question, nullReversePath: true }), {
        due: undefined,
        rule: 'null-reverse-path',
      });
      assert.deepEqual(dueNotice({ ...question, reversePathVerified: false }), {
        due: undefined,
        rule: 'unverified-reverse-path',
      });
    }
  }
});

test('a delay is told once', () => {
  const again = due({ kind: 'delayed', saidBefore: true });
  assert.deepEqual(again, { due: undefined, rule: 'said-before' });
});

test('a peer that offers DSN takes over the duty', () => {
  const relayed = due({ kind: 'relayed', peerOffersDsn: true }, ['SUCCESS']);
  assert.deepEqual(relayed, { due: undefined, rule: 'peer-notifies' });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StoredCertificate } from '#store/certificates/certificates';
import type { StoredOrder } from '#store/certificates/orders';
import { decideByHand, dueAt, type Line } from './lines.ts';

const NOW = 1_000_000;

const HERE = 'https://ca.test/dir';

function line(renewAt: number | undefined, order?: Partial<StoredOrder>, directory = HERE): Line {
  return {
    names: ['a.test'],
    isWanted: true,
    certificate:
      renewAt === undefined
        ? undefined
        : ({ renewAt, directory, origin: 'acme' } as StoredCertificate),
    order: order as StoredOrder | undefined,
  };
}

test('the keeper orders when there is none or it is time, and after failures only when their pause is over', () => {
  assert.equal(dueAt(line(undefined), HERE), 0);
  assert.equal(dueAt(line(NOW), HERE), NOW);
  assert.equal(dueAt(line(NOW, { nextAt: NOW + 5 }), HERE), NOW + 5);
  assert.equal(dueAt(line(undefined, { nextAt: NOW + 5 }), HERE), NOW + 5);
});

test('by hand the pause is not waited for, unless the authority asked for it', () => {
  const failed = { state: 'failed', nextAt: NOW + 5, failure: { cause: 'connection' } } as const;
  assert.deepEqual(
    decideByHand(line(undefined, failed), { directory: HERE, force: false, now: NOW }),
    { kind: 'order' },
  );
  const limited = { ...failed, failure: { cause: 'rateLimited' } };
  const waits = { kind: 'rate-limited', at: NOW + 5 };
  assert.deepEqual(
    decideByHand(line(undefined, limited), { directory: HERE, force: false, now: NOW }),
    waits,
  );
  assert.deepEqual(
    decideByHand(line(undefined, limited), { directory: HERE, force: false, now: NOW + 5 }),
    { kind: 'order' },
  );
  assert.deepEqual(
    decideByHand(line(undefined, limited), { directory: HERE, force: true, now: NOW }),
    { kind: 'order' },
  );
});

test('by hand what is not due is left, unless it is forced', () => {
  assert.deepEqual(decideByHand(line(NOW + 9), { directory: HERE, force: false, now: NOW }), {
    kind: 'not-due',
    at: NOW + 9,
  });
  assert.deepEqual(decideByHand(line(NOW + 9), { directory: HERE, force: true, now: NOW }), {
    kind: 'order',
  });
});

test('what another authority issued is ordered anew: that for tests is trusted by nobody', () => {
  const other = line(NOW + 9, undefined, 'https://staging.test/dir');
  assert.equal(dueAt(other, HERE), 0);
  assert.deepEqual(decideByHand(other, { directory: HERE, force: false, now: NOW }), {
    kind: 'order',
  });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextText } from './queue.ts';

test('NEXT is reckoned by the calendar of the server, whatever day it is here', () => {
  const asOf = '2031-01-01T00:00:00.000Z';
  const row = { status: 'deferred', heldBack: null, asOf } as const;
  assert.equal(nextText({ ...row, nextAt: '2031-01-01T00:05:00.000Z' }), 'in 5m');
  assert.equal(nextText({ ...row, nextAt: '2030-12-31T23:59:00.000Z' }), 'due');
  const heldBack = { by: 'warm-up', until: '2031-01-01T02:00:00.000Z' } as const;
  assert.equal(nextText({ ...row, nextAt: asOf, heldBack }), 'warm-up: in 2h');
  assert.equal(
    nextText({ ...row, nextAt: asOf, heldBack: { ...heldBack, until: null } }),
    'warm-up',
  );
  assert.equal(nextText({ ...row, status: 'held', nextAt: asOf }), '-');
});

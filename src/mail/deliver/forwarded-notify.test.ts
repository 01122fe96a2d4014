import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isRedirection, withoutSuccess } from './forwarded-notify.ts';

test('SUCCESS is not passed on, and NEVER stands where it was all', () => {
  assert.equal(withoutSuccess(undefined), undefined);
  assert.equal(withoutSuccess('NEVER'), 'NEVER');
  assert.equal(withoutSuccess('SUCCESS'), 'NEVER');
  assert.equal(withoutSuccess('SUCCESS,FAILURE'), 'FAILURE');
  assert.equal(withoutSuccess('FAILURE,SUCCESS,DELAY'), 'FAILURE,DELAY');
  assert.equal(withoutSuccess('FAILURE,DELAY'), 'FAILURE,DELAY');
});

test('one address elsewhere and no account is a redirection', () => {
  assert.equal(isRedirection({ accounts: [], external: [1] }), true);
  assert.equal(isRedirection({ accounts: [1], external: [1] }), false);
  assert.equal(isRedirection({ accounts: [], external: [1, 2] }), false);
});

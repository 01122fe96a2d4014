import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labWanted } from './lab-wanted.ts';

const PLAIN = { 'lab.on': true, dns: [] };
const OFF = { ...PLAIN, 'lab.on': false };
const OWN_DNS = { ...PLAIN, dns: ['192.0.2.53'] };

test('dev opens the practice Internet unless it is told not to, or asks a DNS of its own', () => {
  assert.equal(labWanted('dev', PLAIN, { lab: true }), true);
  assert.equal(labWanted('dev', PLAIN, { lab: false }), false);
  assert.equal(labWanted('dev', OFF, { lab: true }), false);
  assert.equal(labWanted('dev', OWN_DNS, { lab: true }), false);
  assert.equal(labWanted('serve', PLAIN, {}), false);
});

test('lab up opens it whatever lab.on says, and fails with the cause where dns names a resolver', () => {
  assert.equal(labWanted('dev', PLAIN, { labAsked: true }), true);
  assert.equal(labWanted('dev', OFF, { labAsked: true }), true);
  assert.throws(() => labWanted('dev', OWN_DNS, { labAsked: true }), {
    name: 'CommandFailure',
    message: /192\.0\.2\.53/,
  });
});

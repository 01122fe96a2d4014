import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseMechanism, mechanismNamed, offeredMechanisms, offersPlus } from './mechanisms.ts';

test('nothing is offered without TLS', () => {
  assert.deepEqual(offeredMechanisms({ tls: false, channelBinding: false }), []);
  assert.deepEqual(offeredMechanisms({ tls: false, channelBinding: true }), []);
});

test('-PLUS is offered only with a channel binding', () => {
  assert.deepEqual(offeredMechanisms({ tls: true, channelBinding: false }), [
    'SCRAM-SHA-256',
    'PLAIN',
    'LOGIN',
  ]);
  assert.deepEqual(offeredMechanisms({ tls: true, channelBinding: true }), [
    'SCRAM-SHA-256-PLUS',
    'SCRAM-SHA-256',
    'PLAIN',
    'LOGIN',
  ]);
});

test('a client takes the strongest that both know, and none in the clear', () => {
  const offered = ['login', 'PLAIN', 'scram-sha-256', 'SCRAM-SHA-256-PLUS', 'XOAUTH2'];
  const bound = { tls: true, channelBinding: true };
  assert.equal(chooseMechanism(offered, bound), 'SCRAM-SHA-256-PLUS');
  assert.equal(chooseMechanism(offered, { tls: true, channelBinding: false }), 'SCRAM-SHA-256');
  assert.equal(chooseMechanism(['LOGIN', 'PLAIN'], bound), 'PLAIN');
  assert.equal(chooseMechanism(['CRAM-MD5'], bound), undefined);
  assert.equal(chooseMechanism(offered, { tls: false, channelBinding: false }), undefined);
});

test('names are known in any case', () => {
  assert.equal(mechanismNamed('Plain'), 'PLAIN');
  assert.equal(mechanismNamed('PLAINER'), undefined);
  assert.equal(offersPlus(['scram-sha-256-plus']), true);
  assert.equal(offersPlus(['SCRAM-SHA-256']), false);
});

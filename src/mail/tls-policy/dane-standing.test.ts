import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseServerList } from '#clients/dns/servers';
import { daneStanding } from './dane-standing.ts';

test('DANE is on with a resolver on this machine, or one that the operator vouches for', () => {
  assert.deepEqual(daneStanding(parseServerList('192.0.2.53 127.0.0.1:54')), {
    kind: 'on',
    servers: ['127.0.0.1:54'],
  });
  assert.deepEqual(daneStanding(parseServerList('192.0.2.53', true)), {
    kind: 'on',
    servers: ['192.0.2.53:53'],
  });
  assert.deepEqual(daneStanding(parseServerList('192.0.2.53')), {
    kind: 'off',
    reason: 'untrusted',
    servers: ['192.0.2.53:53'],
  });
  assert.deepEqual(daneStanding(undefined), { kind: 'off', reason: 'no-resolver', servers: [] });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labNetwork } from '#lab/network';
import { declaredZone } from '../../../test/support/dns/declared-zone.ts';
import { answer } from './ways.ts';

const network = labNetwork({ prefix: '127.20' });
const options = {
  address: '127.20.7.25',
  port: 0,
  hostname: 'mx.peer.test',
  domain: 'peer.test',
  network,
  resolver: declaredZone({
    'inside.test': { MX: '10 mx.inside.test' },
    'mx.inside.test': { A: ['192.0.2.1', '127.20.1.25'], AAAA: '2001:db8::1' },
    'outside.test': { MX: ['10 a.outside.test', '20 b.outside.test'] },
    'a.outside.test': { A: '192.0.2.25', AAAA: '::ffff:127.20.1.25' },
    'b.outside.test': { A: ['127.0.0.1', '127.0.0.53'] },
    'bare.test': { A: '192.0.2.26' },
  }),
};

test('Postfix is led to hosts of the practice Internet, where they listen', async () => {
  assert.equal(await answer('user@inside.test', options), 'OK smtp:[127.20.1.25]:2525');
});

test('Postfix is led nowhere else, neither outside nor to other programs of this machine', async () => {
  for (const key of ['user@outside.test', 'user@bare.test'])
    assert.equal(await answer(key, options), 'OK retry:4.4.1 outside the practice Internet');
  // a literal names a host by itself
  for (const key of ['user@[192.0.2.1]', 'user@[IPv6:2001:db8::1]', 'user@192.0.2.1'])
    assert.match(await answer(key, options), /^(?:OK error:|NOTFOUND )/);
});

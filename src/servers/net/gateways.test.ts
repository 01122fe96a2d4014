import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readGateways4, readGateways6 } from './gateways.ts';

test('the gateways of default routes are read, other routes are passed over', () => {
  const ipv4 = [
    'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT',
    'eth0\t00000000\t010011AC\t0003\t0\t0\t0\t00000000\t0\t0\t0',
    'eth0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0',
    'eth1\t00000000\t00000000\t0001\t0\t0\t0\t00000000\t0\t0\t0',
    '',
  ];
  assert.deepEqual(readGateways4(ipv4.join('\n')), ['172.17.0.1']);
  const zero = '0'.repeat(32);
  const hop = '20010db8000000000000000000000001';
  const ipv6 = [
    `${zero} 00 ${zero} 00 ${hop} 00000400 00000001 00000000 00000003     eth0`,
    `fe80000000000000${'0'.repeat(16)} 40 ${zero} 00 ${zero} 00000100 00000001 00000000 00000001     eth0`,
    `${zero} 00 ${zero} 00 ${zero} ffffffff 00000001 00000000 00200200       lo`,
  ];
  assert.deepEqual(readGateways6(ipv6.join('\n')), ['2001:db8::1']);
});

test('what is no such table has no gateways', () => {
  for (const text of ['', 'x', 'a b c d e f', '00000000 00000000 00000000'])
    assert.deepEqual([...readGateways4(text), ...readGateways6(text)], []);
});

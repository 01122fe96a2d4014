import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nowhereResolver } from './nowhere.ts';
import { parseResolvConf, readResolvConf } from './resolv-conf.ts';
import { ServerOrder, parseServerList, serverName } from './servers.ts';

function names(text: string): readonly string[] | undefined {
  return parseServerList(text)?.map(serverName);
}

test('a server list names addresses with and without ports', () => {
  assert.deepEqual(names('127.0.0.1:5353'), ['127.0.0.1:5353']);
  assert.deepEqual(names('192.0.2.1, 192.0.2.2:54 [2001:db8::1]:55,[::1] 2001:db8::2'), [
    '192.0.2.1:53',
    '192.0.2.2:54',
    '[2001:db8::1]:55',
    '[::1]:53',
    '[2001:db8::2]:53',
  ]);
});

test('a server list with one entry that is no address is refused whole', () => {
  for (const text of [
    '',
    ' , ',
    'dns.example.test',
    '192.0.2.1 dns.example.test',
    '192.0.2.1:0',
    '192.0.2.1:65536',
    '192.0.2.1:x',
    '[192.0.2.1]:53',
    '[::1',
    '::1]:53',
  ]) {
    assert.equal(parseServerList(text), undefined, text);
  }
});

test('the AD bit of a server elsewhere counts only where the operator vouches for it', () => {
  const trusted = (text: string, vouched?: boolean): readonly boolean[] =>
    parseServerList(text, vouched)!.map((one) => one.trusted);
  assert.deepEqual(trusted('127.0.0.1:53 127.0.0.53 [::1]:53 192.0.2.1 192.0.2.1:54'), [
    true,
    true,
    true,
    false,
    false,
  ]);
  assert.deepEqual(trusted('192.0.2.1 192.0.2.2:54', true), [true, true]);
  // Docker's own only passes on what a resolver elsewhere said
  assert.deepEqual(trusted('127.0.0.11 127.0.0.11:53 127.0.0.110'), [false, false, true]);
  assert.deepEqual(trusted('127.0.0.11', true), [true]);
});

test('a server that failed is asked last for half a minute, until it answers', () => {
  let now = 0;
  const [a, b, c] = parseServerList('192.0.2.1 192.0.2.2 192.0.2.3')!;
  const order = new ServerOrder([a!, b!, c!], () => now);
  assert.deepEqual(order.current(), [a, b, c]);
  order.failed(a!);
  assert.deepEqual(order.current(), [b, c, a]);
  now = 10;
  order.failed(b!);
  assert.deepEqual(order.current(), [c, a, b]);
  order.answered(a!);
  assert.deepEqual(order.current(), [a, c, b]);
  now = 30_011;
  assert.deepEqual(order.current(), [a, b, c]);
});

test('resolv.conf gives at most three servers and trusts the AD bit of the loopback only', () => {
  const text = [
    '# nameserver 192.0.2.9',
    '; nameserver 192.0.2.9',
    'search example.test',
    'nameserver 127.0.0.53',
    '  nameserver\t192.0.2.1  ',
    'nameserver dns.example.test',
    'nameserver fe80::1%eth0',
    'nameserver 192.0.2.3',
  ].join('\n');
  assert.deepEqual(parseResolvConf(text), [
    { address: '127.0.0.53', port: 53, trusted: true },
    { address: '192.0.2.1', port: 53, trusted: false },
    { address: 'fe80::1%eth0', port: 53, trusted: false },
  ]);
  assert.deepEqual(parseResolvConf('nameserver 192.0.2.1\noptions edns0 trust-ad\n'), [
    { address: '192.0.2.1', port: 53, trusted: true },
  ]);
});

test('a machine without servers in resolv.conf, or without the file, asks itself', async () => {
  const itself = [{ address: '127.0.0.1', port: 53, trusted: true }];
  assert.deepEqual(parseResolvConf(''), itself);
  assert.deepEqual(await readResolvConf('/nonexistent/resolv.conf'), itself);
});

test('the resolver that asks nowhere refuses every question and says why', async () => {
  const answer = await nowhereResolver.resolve('example.test', 'MX');
  assert.equal(answer.kind === 'failure' && answer.cause, 'refused');
  assert.match(answer.kind === 'failure' ? answer.text : '', /MX of example\.test.*HIKYAKU_DNS/);
});

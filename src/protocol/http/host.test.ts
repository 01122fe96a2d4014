import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hostOf } from './host.ts';

test('a host is its name or address, whatever its case and port', () => {
  for (const [header, host] of [
    ['Mail.Example.test', 'mail.example.test'],
    ['mail.example.test:65535', 'mail.example.test'],
    ['127.0.0.1:80', '127.0.0.1'],
    ['[2001:DB8::1]:8025', '[2001:db8::1]'],
    ['[2001:db8::1]', '[2001:db8::1]'],
    ['a:123456', 'a:123456'],
    ['', ''],
    [undefined, ''],
  ] as const)
    assert.equal(hostOf(header), host);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseClientName } from './client-name.ts';

test('domains, address literals and other harmless names are told apart', () => {
  const forms = {
    'mail.example.com': 'domain',
    localhost: 'domain',
    '[192.0.2.1]': 'address-literal',
    '[IPv6:2001:db8::1]': 'address-literal',
    '192.0.2.1': 'domain',
    MY_PC: 'other',
    'example.com.': 'other',
    '[192.0.2.256]': 'other',
    'fe80::1%eth0': 'other',
    '-a': 'other',
  };
  for (const [text, form] of Object.entries(forms))
    assert.deepEqual(parseClientName(text), { text, form });
});

test('names that could forge a trace field are refused', () => {
  const forged = [
    '',
    'a b',
    'a(b)',
    'a;b',
    'a"b',
    '<a>',
    'a\\b',
    'a,b',
    'a@b',
    'a\tb',
    'bücher.example',
  ];
  for (const text of [...forged, 'a'.repeat(256)])
    assert.equal(parseClientName(text), undefined, text);
});

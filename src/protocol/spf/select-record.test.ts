import assert from 'node:assert/strict';
import { test } from 'node:test';
import { selectRecord } from './select-record.ts';

test('the record is the one TXT record that begins with the version, alone or before a space', () => {
  assert.deepEqual(selectRecord([['other'], ['v=spf1 -all'], ['v=spf10 all']]), {
    kind: 'record',
    text: 'v=spf1 -all',
  });
  assert.deepEqual(selectRecord([['V=SPF1']]), { kind: 'record', text: 'V=SPF1' });
});

test('its strings are joined without a space', () => {
  const parts = ['v=sp', 'f1 ip4:192.0.', '2.1 -all', ''];
  assert.deepEqual(selectRecord([[], parts]), {
    kind: 'record',
    text: 'v=spf1 ip4:192.0.2.1 -all',
  });
});

test('two records are none, though they be the same', () => {
  assert.deepEqual(selectRecord([['v=spf1 -all'], ['v=spf1 -all']]), { kind: 'several', count: 2 });
});

test('what was meant to be a record is told, what is another text is not', () => {
  const meant = [
    'v=spf1;-all',
    ' v=spf1 -all',
    '"v=spf1 -all"',
    'spf1 -all',
    'v=spf2.0/pra -all',
    'v:spf1 -all',
    'v = spf1 -all',
  ];
  for (const text of meant)
    assert.deepEqual(selectRecord([[text]]), { kind: 'none', nearMiss: text }, text);
  for (const text of ['', 'spfilter=1', 'google-site-verification=v=spf1', 'v=DKIM1; p='])
    assert.deepEqual(selectRecord([[text]]), { kind: 'none', nearMiss: undefined }, text);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { siteOfDomain, siteOfExchanges, siteOfRelay } from './site.ts';

function manyAnd(last: string): { name: string; preference: number }[] {
  const names = Array.from({ length: 19 }, (_, n) => `exchange-${100 + n}.provider.test`);
  return [...names, last].map((name) => ({ name, preference: 10 }));
}

test('the site of an MX set is the sorted names of its best preference', () => {
  const set = [
    { name: 'backup.test', preference: 20 },
    { name: 'b.mx.test', preference: 10 },
    { name: 'a.mx.test', preference: 10 },
  ];
  assert.equal(siteOfExchanges(set), 'a.mx.test,b.mx.test');
});

test('the order of the records and the numbers of the preferences make no other site', () => {
  const name = fc.stringMatching(/^[a-z0-9]{1,12}\.test$/);
  const set = fc.uniqueArray(fc.record({ name, preference: fc.nat(3) }), {
    minLength: 1,
    selector: (exchange) => exchange.name,
  });
  fc.assert(
    fc.property(set, fc.nat(100), (exchanges, more) => {
      const moved = exchanges.map((one) => ({ ...one, preference: one.preference + more }));
      assert.equal(siteOfExchanges(moved.toReversed()), siteOfExchanges(exchanges));
    }),
    { numRuns: 100 },
  );
});

test('a domain without MX is its own site, and a route is named by host and port', () => {
  assert.equal(siteOfDomain('example.test'), 'example.test');
  assert.equal(siteOfRelay('smtp.example.test', 587), 'relay:smtp.example.test:587');
  assert.equal(siteOfRelay('2001:db8::1', 25), 'relay:[2001:db8::1]:25');
});

test('a long key is cut and told from others by a hash', () => {
  const one = siteOfExchanges(manyAnd('z1.test'));
  const other = siteOfExchanges(manyAnd('z2.test'));
  assert.equal(one.length, 200);
  assert.match(one, /^exchange-100\.provider\.test,exchange-101.*~[0-9a-f]{16}$/);
  assert.notEqual(one, other);
  assert.equal(siteOfDomain('a'.repeat(200)), 'a'.repeat(200));
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { covers, wantedNames } from './wanted-names.ts';

const NONE = { hostname: 'mail.a.test', published: [], requested: [], covered: [] };

test('the host comes first, and each published name has a certificate of its own', () => {
  const wanted = wantedNames({
    ...NONE,
    published: ['mta-sts.a.test', 'MTA-STS.a.test', 'mail.a.test'],
  });
  assert.deepEqual(wanted, [['mail.a.test'], ['mta-sts.a.test']]);
});

test('what was asked for stands as it was asked for, and covers what else would stand alone', () => {
  const wanted = wantedNames({
    ...NONE,
    published: ['mta-sts.a.test', 'autoconfig.b.test'],
    requested: [['*.a.test', 'a.test'], ['www.c.test']],
  });
  assert.deepEqual(wanted, [['*.a.test', 'a.test'], ['autoconfig.b.test'], ['www.c.test']]);
});

test('what the certificate in files covers is not ordered', () => {
  const wanted = wantedNames({ ...NONE, published: ['mta-sts.b.test'], covered: ['mail.a.test'] });
  assert.deepEqual(wanted, [['mta-sts.b.test']]);
});

test('a name that nobody else could look up is not ordered, a set is once', () => {
  const requested = [
    ['b.test', 'a.test'],
    ['a.test', 'b.test'],
  ];
  assert.deepEqual(wantedNames({ ...NONE, hostname: 'localhost', requested }), [
    ['a.test', 'b.test'],
  ]);
});

test('a wildcard covers one label', () => {
  assert.ok(covers(['*.a.test'], 'x.a.test'));
  assert.ok(!covers(['*.a.test'], 'a.test'));
  assert.ok(!covers(['*.a.test'], 'x.y.a.test'));
});

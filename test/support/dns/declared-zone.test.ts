import assert from 'node:assert/strict';
import { test } from 'node:test';
import { declaredZone } from './declared-zone.ts';

test('a declared zone answers what was declared and records every question', async () => {
  const zone = declaredZone({
    'Example.test': { MX: ['10 mx.example.test.', '20 mx2.example.test'], TXT: 'v=spf1 -all' },
    'mx.example.test': { A: '192.0.2.1', ttl: 60, authenticated: true },
  });
  const mx = await zone.resolve('example.test.', 'MX');
  assert.ok(mx.kind === 'records');
  assert.deepEqual(mx.records[0], { preference: 10, exchange: 'mx.example.test' });
  assert.deepEqual([mx.ttl, mx.authenticated], [300, false]);
  const a = await zone.resolve('mx.example.test', 'A');
  assert.ok(a.kind === 'records');
  assert.deepEqual([a.records, a.ttl, a.authenticated], [['192.0.2.1'], 60, true]);
  assert.deepEqual(zone.asked(), ['MX example.test', 'A mx.example.test']);
});

test('names without the type, names above others and undeclared names are told apart', async () => {
  const zone = declaredZone({ 'a.b.test': { A: '192.0.2.1' }, 'none.test': { fault: 'nxdomain' } });
  assert.equal((await zone.resolve('a.b.test', 'MX')).kind, 'no-data');
  assert.equal((await zone.resolve('b.test', 'A')).kind, 'no-data');
  assert.equal((await zone.resolve('c.test', 'A')).kind, 'nxdomain');
  assert.equal((await zone.resolve('none.test', 'A')).kind, 'nxdomain');
});

test('faults are declared for a name or for one type', async () => {
  const zone = declaredZone({
    'broken.test': { fault: 'servfail' },
    'half.test': { MX: { fault: 'timeout' }, A: '192.0.2.1' },
  });
  const broken = await zone.resolve('broken.test', 'A');
  assert.equal(broken.kind === 'failure' && broken.cause, 'servfail');
  const half = await zone.resolve('half.test', 'MX');
  assert.equal(half.kind === 'failure' && half.cause, 'timeout');
  assert.equal((await zone.resolve('half.test', 'A')).kind, 'records');
});

test('aliases and wildcards are followed', async () => {
  const zone = declaredZone({
    'www.test': { CNAME: 'host.test', authenticated: true },
    'host.test': { A: '192.0.2.1', authenticated: true, ttl: 9 },
    '*.many.test': { A: '192.0.2.2' },
    'one.many.test': { A: '192.0.2.3' },
    'a.test': { CNAME: 'b.test' },
    'b.test': { CNAME: 'a.test' },
  });
  const www = await zone.resolve('www.test', 'A');
  assert.ok(www.kind === 'records');
  assert.deepEqual([www.aliases, www.ttl, www.authenticated], [['host.test'], 9, true]);
  const many = await zone.resolve('x.y.many.test', 'A');
  assert.deepEqual(many.kind === 'records' && many.records, ['192.0.2.2']);
  const one = await zone.resolve('one.many.test', 'A');
  assert.deepEqual(one.kind === 'records' && one.records, ['192.0.2.3']);
  const circle = await zone.resolve('a.test', 'A');
  assert.equal(circle.kind === 'failure' && circle.cause, 'cname-loop');
});

test('what is declared may change', async () => {
  const zone = declaredZone({ 'a.test': { A: '192.0.2.1' } });
  zone.declare('a.test', { A: '192.0.2.2' });
  const answer = await zone.resolve('a.test', 'A');
  assert.deepEqual(answer.kind === 'records' && answer.records, ['192.0.2.2']);
  zone.withdraw('a.test');
  assert.equal((await zone.resolve('a.test', 'A')).kind, 'nxdomain');
});

test('a long text is cut into character-strings of 255 octets', async () => {
  const zone = declaredZone({ 'a.test': { TXT: ['x'.repeat(300), ['one', 'two']] } });
  const answer = await zone.resolve('a.test', 'TXT');
  assert.ok(answer.kind === 'records');
  assert.deepEqual(
    answer.records.map((strings) => strings.map(({ length }) => length)),
    [
      [255, 45],
      [3, 3],
    ],
  );
});

test('a value that cannot be read is an error of the test that declares it', () => {
  const zone = declaredZone({ 'a.test': { MX: 'mx.test' } });
  assert.throws(() => zone.find('a.test', 'MX'), /not a number/);
  assert.throws(() => declaredZone({ 'a..test': {} }), /not a domain name/);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { declaredZone, type DeclaredName } from '../../../test/support/dns/declared-zone.ts';
import { checkIprev } from './check.ts';

const REVERSE = '1.2.0.192.in-addr.arpa';
const REVERSE6 = '1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa';

async function check(zone: Readonly<Record<string, DeclaredName>>, ip = '192.0.2.1') {
  const resolver = declaredZone(zone);
  const report = await checkIprev({ ip, resolver });
  return { ...report, asked: resolver.asked() };
}

test('a name that leads back passes', async () => {
  const report = await check({
    [REVERSE]: { PTR: 'mail.example.org' },
    'mail.example.org': { A: ['192.0.2.9', '192.0.2.1'] },
  });
  assert.equal(report.result, 'pass');
  assert.equal(report.name, 'mail.example.org');
  assert.deepEqual(report.asked, [`PTR ${REVERSE}`, 'A mail.example.org']);
});

test('IPv6 is compared as an address, not as text, and mapped IPv4 is IPv4', async () => {
  const zone = {
    [REVERSE6]: { PTR: 'mail.example.org' },
    'mail.example.org': { AAAA: '2001:0DB8:0:0::0001' },
  };
  assert.equal((await check(zone, '2001:db8::1')).result, 'pass');
  const mapped = await check(
    { [REVERSE]: { PTR: 'a.example' }, 'a.example': { A: '192.0.2.1' } },
    '::ffff:192.0.2.1',
  );
  assert.equal(mapped.result, 'pass');
});

test('one of several names is enough, the first is told', async () => {
  const report = await check({
    [REVERSE]: { PTR: ['liar.example', 'a.example', 'b.example', 'a.example'] },
    'liar.example': { A: '192.0.2.2' },
    'a.example': { A: '192.0.2.1' },
    'b.example': { A: '192.0.2.1' },
  });
  assert.equal(report.name, 'a.example');
  assert.deepEqual(report.names, ['liar.example', 'a.example', 'b.example']);
});

test('names that do not lead back fail: other address, no address, no such name, the other family', async () => {
  const zone: Record<string, DeclaredName> = {
    [REVERSE]: { PTR: ['a.example', 'b.example', 'c.example', 'd.example'] },
    'a.example': { A: '192.0.2.2' },
    'b.example': { MX: '10 a.example' },
    'd.example': { AAAA: '::ffff:192.0.2.1' },
  };
  const report = await check(zone);
  assert.equal(report.result, 'fail');
  assert.equal(report.name, undefined);
});

test('no name is permerror, no answer temperror (RFC 8601 §2.7.3)', async () => {
  assert.equal((await check({})).result, 'permerror');
  assert.equal((await check({ [REVERSE]: { TXT: 'x' } })).result, 'permerror');
  assert.equal((await check({ [REVERSE]: { fault: 'timeout' } })).result, 'temperror');
  const half = { [REVERSE]: { PTR: ['a.example', 'b.example'] }, 'a.example': { A: '192.0.2.2' } };
  assert.equal((await check({ ...half, 'b.example': { fault: 'servfail' } })).result, 'temperror');
  const other = { ...half, 'b.example': { A: '192.0.2.1' } };
  assert.equal((await check({ ...other, 'a.example': { fault: 'servfail' } })).result, 'pass');
});

test('of a long list ten names are asked', async () => {
  const names = Array.from({ length: 300 }, (_, at) => `n${at}.example`);
  const report = await check({ [REVERSE]: { PTR: names }, 'n200.example': { A: '192.0.2.1' } });
  assert.equal(report.result, 'fail');
  assert.equal(report.asked.length, 11);
  assert.ok(report.steps.some((step) => step.step === 'names-left-out' && step.count === 290));
});

test('what is no address is asked for nowhere', async () => {
  for (const ip of ['', 'x', '300.0.0.1', 'fe80::1%eth0', '1.2.3']) {
    const report = await check({}, ip);
    assert.equal(report.result, 'permerror', ip);
    assert.deepEqual(report.asked, []);
  }
});

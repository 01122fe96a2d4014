import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { CaaData } from '#protocol/dns/resolver';
import { declaredZone } from '../../../../test/support/dns/declared-zone.ts';
import { findCaa, objectionOf, type CaaQuestion } from './caa.ts';

const ACCOUNT = 'https://ca.test:14000/account/1';

function objection(records: readonly string[], change: Partial<CaaQuestion> = {}): unknown {
  const read = records.map((text): CaaData => {
    const [flags = '', tag = '', ...rest] = text.split(' ');
    return { flags: Number(flags), tag, value: rest.join(' ') };
  });
  const isAccount = (uri: string): boolean => uri === ACCOUNT;
  return objectionOf(read, {
    issuer: 'ca.test',
    wildcard: false,
    method: 'http-01',
    isAccount,
    ...change,
  });
}

test('the issuer must be named where anybody is (RFC 8659 §4.2)', () => {
  assert.equal(objection(['0 issue ca.test']), undefined);
  assert.equal(objection(['0 issue other.test', '0 ISSUE CA.test']), undefined);
  assert.equal(objection(['0 issue   ca.test  ; ']), undefined);
  assert.match(String(objection(['0 issue other.test'])), /no issue record names ca\.test/);
  assert.match(String(objection(['0 issue ;'])), /names ca\.test/);
  assert.match(String(objection(['0 issue ca.test.evil.test'])), /names ca\.test/);
  // nothing about issuing: nothing forbidden
  assert.equal(objection(['0 iodef mailto:a@a.test', '0 strange x']), undefined);
});

test('a critical property that is not known forbids, one that is not critical does not (§4.1)', () => {
  assert.match(String(objection(['0 issue ca.test', '128 strange x'])), /critical/);
  assert.equal(objection(['128 issue ca.test', '1 strange x']), undefined);
});

test('issuewild is for wildcards alone, and before issue (§4.3)', () => {
  const records = ['0 issue ca.test', '0 issuewild other.test'];
  assert.equal(objection(records), undefined);
  assert.match(String(objection(records, { wildcard: true })), /no issuewild record/);
  assert.equal(objection(['0 issue ca.test'], { wildcard: true }), undefined);
  assert.equal(objection(['0 issuewild other.test']), undefined);
});

test('account and method are held to where they are named (RFC 8657)', () => {
  const value = (parameters: string): string[] => [`0 issue ca.test; ${parameters}`];
  assert.equal(objection(value(`accounturi=${ACCOUNT}`)), undefined);
  assert.equal(
    objection(value(`accounturi = ${ACCOUNT} ; validationmethods=dns-01,http-01`)),
    undefined,
  );
  for (const parameters of [
    'accounturi=https://ca.test:14000/account/2',
    `accounturi=${ACCOUNT}; accounturi=${ACCOUNT}`,
    'validationmethods=dns-01',
    'validationmethods=',
    'no parameter',
    'a_b=c',
  ]) {
    assert.notEqual(objection(value(parameters)), undefined, parameters);
  }
  // others mean nothing to this authority
  assert.equal(objection(value('policy=ev')), undefined);
});

test('the records of the nearest name upwards count (RFC 8659 §3)', async () => {
  const zone = declaredZone({
    'a.b.example.test': { A: '127.0.0.1' },
    'example.test': { CAA: ['0 issue ca.test'] },
    test: { CAA: ['0 issue other.test'] },
    'alias.test': { CNAME: 'target.test' },
    'target.test': { CAA: ['0 issue target.test'] },
    'broken.test': { CAA: { fault: 'servfail' } },
  });
  const find = (name: string) => findCaa(name, (at) => zone.resolve(at, 'CAA'));
  const near = await find('a.b.example.test');
  assert.ok(near.kind === 'records' && near.at === 'example.test');
  assert.deepEqual(zone.asked(), [
    'CAA a.b.example.test',
    'CAA b.example.test',
    'CAA example.test',
  ]);
  const alias = await find('alias.test');
  assert.ok(alias.kind === 'records' && alias.records[0]!.value === 'target.test');
  assert.equal((await find('www.broken.test')).kind, 'failure');
  assert.equal((await find('elsewhere.invalid')).kind, 'none');
});

test('no value lets the authority issue by accident', () => {
  const word = fc.string({ maxLength: 40 });
  fc.assert(
    fc.property(word, fc.array(word, { maxLength: 4 }), (domain, parameters) => {
      fc.pre(domain.trim().toLowerCase() !== 'ca.test' && !domain.includes(';'));
      return objection([`0 issue ${[domain, ...parameters].join(';')}`]) !== undefined;
    }),
  );
});

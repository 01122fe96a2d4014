import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseRecord } from './record.ts';
import type { RecordAnswer } from './report.ts';
import { organizationalDomain, walkTargets, walkTree } from './tree-walk.ts';

function zone(records: Readonly<Record<string, string>>) {
  return (domain: string): Promise<RecordAnswer> => {
    const text = records[domain];
    const record = text === undefined ? undefined : parseRecord(text);
    return Promise.resolve(
      text === undefined || !record ? { kind: 'nxdomain' } : { kind: 'record', text, record },
    );
  };
}

async function organizationOf(domain: string, records: Readonly<Record<string, string>>) {
  return organizationalDomain(await walkTree(domain, zone(records))).domain;
}

test('the walk of RFC 9989 §4.10 for a long name takes eight questions', () => {
  assert.deepEqual(walkTargets('a.b.c.d.e.f.g.h.i.j.mail.example.com'), [
    'a.b.c.d.e.f.g.h.i.j.mail.example.com',
    'g.h.i.j.mail.example.com',
    'h.i.j.mail.example.com',
    'i.j.mail.example.com',
    'j.mail.example.com',
    'mail.example.com',
    'example.com',
    'com',
  ]);
});

test('a name of eight labels is walked one by one, one of nine jumps', () => {
  assert.deepEqual(walkTargets('a.b.c.d.e.f.g.h').slice(0, 2), [
    'a.b.c.d.e.f.g.h',
    'b.c.d.e.f.g.h',
  ]);
  assert.equal(walkTargets('a.b.c.d.e.f.g.h').length, 8);
  assert.deepEqual(walkTargets('x.a.b.c.d.e.f.g.h').slice(0, 2), [
    'x.a.b.c.d.e.f.g.h',
    'b.c.d.e.f.g.h',
  ]);
  assert.deepEqual(walkTargets('com'), ['com']);
});

test('no walk asks more than eight questions, each for a name above the first', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('a', 'b', 'cd'), { minLength: 1, maxLength: 120 }),
      (labels) => {
        const domain = labels.join('.');
        const targets = walkTargets(domain);
        return (
          targets.length === Math.min(8, labels.length) &&
          targets.every((target) => domain === target || domain.endsWith(`.${target}`)) &&
          new Set(targets.map(({ length }) => length)).size === targets.length
        );
      },
    ),
  );
});

test('the examples of RFC 9989 §4.10.2', async () => {
  const domain = 'a.mail.example.com';
  assert.equal(
    await organizationOf(domain, { 'mail.example.com': 'v=DMARC1', 'example.com': 'v=DMARC1' }),
    'example.com',
  );
  assert.equal(
    await organizationOf(domain, {
      'mail.example.com': 'v=DMARC1; psd=n',
      'example.com': 'v=DMARC1',
    }),
    'mail.example.com',
  );
  assert.equal(await organizationOf(domain, { com: 'v=DMARC1; psd=y' }), 'example.com');
});

test('psd=y where the walk starts makes the name its own organization', async () => {
  assert.equal(
    await organizationOf('co.example', { 'co.example': 'v=DMARC1; psd=y' }),
    'co.example',
  );
});

test('the walk ends at psd=y and psd=n, and nothing above is asked', async () => {
  for (const psd of ['y', 'n']) {
    const walk = await walkTree(
      'a.b.example.com',
      zone({ 'b.example.com': `v=DMARC1; psd=${psd}`, 'example.com': 'v=DMARC1' }),
    );
    assert.deepEqual(walk.visited, ['a.b.example.com', 'b.example.com']);
  }
});

test('a record at the single label without psd makes that the organization', async () => {
  assert.equal(await organizationOf('a.example', { example: 'v=DMARC1; p=reject' }), 'example');
});

test('without any record a name is its own organization', async () => {
  assert.equal(await organizationOf('a.b.example', {}), 'a.b.example');
});

test('an organization is always the name itself or one above it', async () => {
  const label = fc.constantFrom('a', 'b');
  const name = fc.array(label, { minLength: 1, maxLength: 9 }).map((labels) => labels.join('.'));
  const text = fc.constantFrom('v=DMARC1', 'v=DMARC1; psd=y', 'v=DMARC1; psd=n');
  await fc.assert(
    fc.asyncProperty(name, fc.dictionary(name, text, { maxKeys: 8 }), async (domain, records) => {
      const found = await organizationOf(domain, records);
      assert.ok(domain === found || domain.endsWith(`.${found}`));
    }),
  );
});

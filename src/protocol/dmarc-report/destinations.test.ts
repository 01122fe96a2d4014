import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRecord } from '#protocol/dmarc/record';
import { declaredZone, type DeclaredName } from '../../../test/support/dns/declared-zone.ts';
import { reportDestinations } from './destinations.ts';

const RECORD = { TXT: 'v=DMARC1; p=none' };

async function addresses(
  rua: string,
  zone: Readonly<Record<string, DeclaredName>> = {},
  domain = 'one.test',
): Promise<string[]> {
  const resolver = declaredZone({ [`_dmarc.${domain}`]: RECORD, ...zone });
  const record = parseRecord(`v=DMARC1; p=none; rua=${rua}`)!;
  const { signal } = new AbortController();
  const found = await reportDestinations(domain, record.rua, { resolver, signal });
  return found.map(({ address }) => address);
}

test('addresses of the organization need nobody to allow them', async () => {
  assert.deepEqual(await addresses('mailto:a@one.test,mailto:b@sub.one.test'), [
    'a@one.test',
    'b@sub.one.test',
  ]);
  const inherits = { '_dmarc.one.test': RECORD, '_dmarc.shop.one.test': RECORD };
  assert.deepEqual(await addresses('mailto:a@one.test', inherits, 'shop.one.test'), ['a@one.test']);
});

test('others get reports only where their domain says so, and may say where', async () => {
  const rua = 'mailto:a@two.test';
  const named = 'one.test._report._dmarc.two.test';
  assert.deepEqual(await addresses(rua), []);
  assert.deepEqual(await addresses(rua, { [named]: { TXT: 'something else' } }), []);
  assert.deepEqual(await addresses(rua, { [named]: { fault: 'timeout' } }), []);
  assert.deepEqual(await addresses(rua, { [named]: { TXT: 'v=DMARC1' } }), ['a@two.test']);
  assert.deepEqual(await addresses(rua, { [named]: { TXT: 'v=DMARC1; rua=mailto:b@two.test' } }), [
    'b@two.test',
  ]);
  assert.deepEqual(
    await addresses(rua, { [named]: { TXT: 'v=DMARC1; rua=mailto:victim@three.test' } }),
    [],
  );
});

test('what is no address of mail is left out, and each address stands once', async () => {
  assert.deepEqual(
    await addresses(
      'https://one.test/,mailto:a@one.test?subject=x,mailto:A%0D%0ABcc:b@one.test,mailto:a@one.test,mailto:%ff@one.test,mailto:%E9%A3%9B@one.test,mailto:a@[192.0.2.1]',
    ),
    ['a@one.test'],
  );
});

test('an obsolete size is read in powers of 1024', () => {
  const { rua } = parseRecord('v=DMARC1; p=none; rua=mailto:a@b.test!10m,mailto:c@b.test!7')!;
  assert.deepEqual(
    rua.map(({ uri, most }) => [uri, most]),
    [
      ['mailto:a@b.test', 10 * 1024 * 1024],
      ['mailto:c@b.test', 7],
    ],
  );
});

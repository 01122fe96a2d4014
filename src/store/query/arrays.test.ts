import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import * as fc from 'fast-check';
import { BindMemory } from '#store/writer/bind-message';
import { Pipelines } from '#store/writer/pipeline';
import { openTestDatabase, type TestDatabase } from '../../../test/support/database/database.ts';
import type { ColumnType, Value } from './arrays.ts';

let database: TestDatabase;
let pipelines: Pipelines;
const memory = new BindMemory();

before(async () => {
  database = await openTestDatabase({ schema: 'empty' });
  pipelines = new Pipelines(await database.connect());
});
after(() => database.close());

/** The values as PostgreSQL understood them, each as text. */
async function heard(type: ColumnType, values: readonly Value[]): Promise<unknown[]> {
  const shown = type === 'bytea' ? `encode(v, 'hex')` : type === 'timestamptz' ? EPOCH : 'v::text';
  const query = {
    name: type,
    text: `select ${shown} as v from unnest($1::${type}[]) with ordinality as u(v, n) order by n`,
    columns: [type],
    rows: values.map((value) => [value]),
  };
  memory.clear();
  const [answer] = await pipelines.send([{ ...query, message: [memory.write(query)] }]);
  return answer!.rows.map(({ v }) => v);
}

const EPOCH = `(extract(epoch from v) * 1000)::bigint::text`;

const text = fc.string({ unit: 'grapheme' }).map((value) => value.replaceAll('\0', ''));

const CASES: readonly (readonly [ColumnType, fc.Arbitrary<Value>, (value: Value) => string])[] = [
  ['text', text, (value) => value as string],
  ['bytea', fc.uint8Array(), (value) => Buffer.from(value as Uint8Array).toString('hex')],
  ['integer', fc.integer(), String],
  ['smallint', fc.integer({ min: -32_768, max: 32_767 }), String],
  ['bigint', fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), String],
  ['bigint', fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n).map(String), String],
  ['bigint', fc.maxSafeInteger(), String],
  ['boolean', fc.boolean(), String],
  ['timestamptz', fc.integer({ min: 0, max: 4e12 }), String],
  ['json', text.map((value) => JSON.stringify(value)), String],
];

for (const [type, value, shown] of CASES) {
  test(`PostgreSQL reads an array of ${type} as it was meant, nulls among it`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.option(value), { maxLength: 20 }), async (values) => {
        const expected = values.map((v) => (v === null ? null : shown(v)));
        assert.deepEqual(await heard(type, values), expected);
      }),
      { numRuns: 40 },
    );
  });
}

test('jsonb is taken as text and as octets', async () => {
  assert.deepEqual(await heard('jsonb', ['{"a":[1,null]}', Buffer.from('"é"'), null]), [
    '{"a": [1, null]}',
    '"é"',
    null,
  ]);
});

test('octets that are no UTF-8 and U+0000 are refused as a text', async () => {
  await assert.rejects(heard('text', [Uint8Array.of(0xff)]), { code: '22021' });
  await assert.rejects(heard('text', ['a\0b']), { code: '22021' });
});

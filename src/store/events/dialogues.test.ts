import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import type { DialogueEntry } from '#protocol/smtp/dialogue';
import { openTestStore, type TestStore } from '../../../test/support/store/store.ts';
import { dialoguesOfMessage, writeDialogue } from './dialogues.ts';

let opened: TestStore;

before(async () => {
  opened = await openTestStore();
});
after(() => opened[Symbol.asyncDispose]());

const at = fc.nat();
/** Of the class that JSON gives back. */
const plain = { noNullPrototype: true };
const entry: fc.Arbitrary<DialogueEntry> = fc.oneof(
  fc.record(
    {
      at,
      kind: fc.constantFrom('sent' as const, 'received' as const),
      line: fc.string({ unit: 'grapheme' }),
    },
    plain,
  ),
  fc.record(
    {
      at,
      kind: fc.constant('content' as const),
      direction: fc.constantFrom('sent' as const, 'received' as const),
      octets: fc.nat(),
    },
    plain,
  ),
  fc.record({ at, kind: fc.constant('note' as const), text: fc.string() }, plain),
  fc.record(
    { at, kind: fc.constant('dropped' as const), entries: fc.nat(), characters: fc.nat() },
    plain,
  ),
);

test('a dialogue is read as it was kept', async () => {
  const { store } = opened;
  await fc.assert(
    fc.asyncProperty(fc.array(entry), async (entries) => {
      const messageId = store.newId();
      const statements = [writeDialogue(messageId, 'attempt', 0, entries)];
      await store.writer.run({ accounts: [], order: messageId, bytes: 0, statements });
      const dialogues = await dialoguesOfMessage(store.pool, messageId);
      assert.deepEqual(dialogues, [{ attemptId: 'attempt', at: 0, entries }]);
    }),
    { numRuns: 50 },
  );
});

test('entries that an earlier version kept whole are read too', async () => {
  const { pool } = opened.store;
  const entries = [{ at: 3, kind: 'sent', line: '250 <ok>' }];
  await pool.query(
    'insert into dialogues (message_id, attempt_id, at, entries) values ($1, $2, $3, $4)',
    ['before', 'attempt', new Date(0), JSON.stringify(entries)],
  );
  const [dialogue] = await dialoguesOfMessage(pool, 'before');
  assert.deepEqual(dialogue!.entries, entries);
});

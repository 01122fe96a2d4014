import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import * as fc from 'fast-check';
import { concat, view } from '#bytes';
import {
  addTestAccounts,
  deliveryJob,
  openTestStore,
  type TestStore,
} from '../../../test/support/store/store.ts';
import {
  BlobUpload,
  blobOrder,
  CHUNK_BYTES,
  readBlob,
  storeBlob,
  sweepBlobs,
  type NewBlob,
} from './blobs.ts';
import { withoutRanges } from './emails.ts';

let opened: TestStore;
let account: string;

before(async () => {
  opened = await openTestStore();
  [account] = (await addTestAccounts(opened.store, 'example.test', ['holder'])) as [string];
});
after(() => opened[Symbol.asyncDispose]());

async function upload(bytes: Uint8Array, piece: number): Promise<NewBlob> {
  const intake = new BlobUpload(opened.store.writer, opened.store.clock);
  for (let at = 0; at < bytes.length; at += piece)
    await intake.push(bytes.subarray(at, at + piece));
  return intake.finish();
}

async function publish(blob: NewBlob): Promise<string> {
  const { writer, pool, clock } = opened.store;
  await writer.run({
    accounts: [],
    order: blobOrder(blob),
    bytes: 0,
    statements: [storeBlob(blob, clock.now())],
  });
  const { rows } = await pool.query<{ id: string }>('select id from blobs where sha256 = $1', [
    blob.sha256,
  ]);
  return rows[0]!.id;
}

async function read(id: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of readBlob(opened.store.pool, id)) chunks.push(chunk);
  return concat(chunks);
}

for (const size of [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 9 * CHUNK_BYTES + 17]) {
  for (const [kind, bytes] of [
    ['random', randomBytes(size)],
    ['even', Buffer.alloc(size, 'abc\r\n')],
  ] as const) {
    test(`${size} ${kind} octets come back as they went in`, async () => {
      const blob = await upload(bytes, 65_536);
      assert.equal(blob.size, size);
      assert.ok(view(await read(await publish(blob))).equals(bytes));
    });
  }
}

test('the same bytes are stored once, small or uploaded in chunks, however many bring them', async () => {
  for (const size of [1000, 3 * CHUNK_BYTES]) {
    const bytes = randomBytes(size);
    const blobs = await Promise.all(Array.from({ length: 6 }, () => upload(bytes, 100_000)));
    const ids = await Promise.all(blobs.map(publish));
    assert.equal(new Set(ids).size, 1);
    assert.ok(view(await read(ids[0]!)).equals(bytes));
  }
});

/** No foreign key looks after them. */
async function chunksWithoutBlob(): Promise<number> {
  const { rows } = await opened.store.pool.query<{ n: number }>(
    'select count(*)::integer as n from blob_chunks where blob_id not in (select id from blobs)',
  );
  return rows[0]!.n;
}

test('sweeping against storing the same bytes ends in a retry, never in a message without its bytes', async () => {
  const { store } = opened;
  const messages = Array.from({ length: 5 }, (_, i) =>
    Buffer.from(`Subject: again ${i}\r\n\r\n${'x'.repeat(500)}\r\n`),
  );
  let sweeping = true;
  const future = store.clock.now() + 86_400_000;
  const sweeper = (async () => {
    let removed = 0;
    while (sweeping) removed += await sweepBlobs(store.pool, future, 100);
    return removed;
  })();
  try {
    for (let round = 0; round < 40; round++) {
      await Promise.all(
        messages.map((message) => store.writer.run(deliveryJob(store, [account], message))),
      );
      // what was delivered leaves again, so that the sweeper always has work
      await store.pool.query('delete from emails where account_id = $1 and id % 2 = 0', [account]);
      if (round % 3 === 0)
        await store.pool.query('delete from emails where account_id = $1', [account]);
    }
    await Promise.all(
      messages.map((message) => store.writer.run(deliveryJob(store, [account], message))),
    );
  } finally {
    sweeping = false;
  }
  assert.ok((await sweeper) > 0, 'the sweeper never met a blob that was free');
  const { rows } = await store.pool.query<{ blob_id: string }>(
    'select blob_id from emails where account_id = $1',
    [account],
  );
  assert.ok(rows.length >= messages.length);
  const originals = new Set(messages.map(String));
  for (const { blob_id: id } of rows)
    assert.ok(originals.has(Buffer.from(await read(id)).toString()));
  assert.equal(await chunksWithoutBlob(), 0);
});

test('uploads that were never published are swept after a day, and not before', async () => {
  const { store } = opened;
  const blob = await upload(randomBytes(2 * CHUNK_BYTES), 50_000);
  assert.equal(blob.kind, 'uploaded');
  const id = blob.kind === 'uploaded' ? blob.uploadId : '';
  const exists = async () =>
    (await store.pool.query('select from blobs where id = $1', [id])).rowCount === 1;
  await sweepBlobs(store.pool, store.clock.now() + 60_000, 1000);
  assert.equal(await exists(), true);
  await sweepBlobs(store.pool, store.clock.now() + 90_000_000, 1000);
  assert.equal(await exists(), false);
  assert.equal(await chunksWithoutBlob(), 0);
});

test('a blob that lost a chunk in a crash is never stored: the message that refers to it fails', async () => {
  const { store } = opened;
  const bytes = randomBytes(3 * CHUNK_BYTES);
  const blob = await upload(bytes, 50_000);
  assert.ok(blob.kind === 'uploaded' && blob.chunks === 3);
  await store.pool.query('delete from blob_chunks where blob_id = $1 and seq = 1', [blob.uploadId]);
  await assert.rejects(store.writer.run(deliveryJob(store, [account], bytes, { blob })), {
    code: '23502',
  });
  const { rows } = await store.pool.query('select sha256 from blobs where id = $1', [
    blob.uploadId,
  ]);
  assert.deepEqual(rows, [{ sha256: null }]);
});

test('hidden ranges are left out however the blob is cut into chunks', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 60 }),
      fc.uniqueArray(fc.nat(60), { maxLength: 8 }),
      fc.integer({ min: 1, max: 20 }),
      (bytes, marks, piece) => {
        const edges = marks.map((mark) => Math.min(mark, bytes.length)).sort((a, b) => a - b);
        const hidden = edges.length % 2 === 0 ? edges : edges.slice(1);
        const expected = bytes.filter((_, i) => {
          for (let k = 0; k < hidden.length; k += 2)
            if (i >= hidden[k]! && i < hidden[k + 1]!) return false;
          return true;
        });
        const seen: number[] = [];
        for (let at = 0; at < bytes.length; at += piece) {
          for (const part of withoutRanges(bytes.subarray(at, at + piece), at, hidden))
            seen.push(...part);
        }
        assert.deepEqual(seen, [...expected]);
      },
    ),
  );
});

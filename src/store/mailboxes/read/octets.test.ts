import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import * as fc from 'fast-check';
import { utf8 } from '#bytes';
import { summarize } from '#protocol/message/summary';
import { BlobUpload, CHUNK_BYTES } from '#store/emails/blobs';
import { append } from '#store/mailboxes/change/append';
import {
  newMessage,
  openTestMail,
  type TestMail,
} from '../../../../test/support/store/mailboxes.ts';
import { readSmall, readViewRange } from './octets.ts';

let t: TestMail;
let account: string;
let inbox: string;

before(async () => {
  t = await openTestMail();
  account = t.accounts[0];
  inbox = (await t.mailbox(account, 'INBOX')).id;
});
after(() => t[Symbol.asyncDispose]());

/** A message as it came, and what hides of it. */
async function stored(
  bytes: Uint8Array,
  { prefix = '', hidden = [] }: { prefix?: string; hidden?: number[] } = {},
): Promise<number> {
  const upload = new BlobUpload(t.mail.writer, t.mail.clock);
  await upload.push(bytes);
  const blob = await upload.finish();
  const message = { ...newMessage(), blob, summary: summarize(bytes.subarray(0, 1000)) };
  const done = await append(t.mail, account, inbox, [message]);
  assert.ok(done.kind === 'appended');
  const size = prefix.length + bytes.length - hiddenOctets(hidden);
  await t.mail.pool.query('update emails set prefix = $2, hidden = $3, size = $4 where id = $1', [
    done.emailIds[0],
    Buffer.from(prefix),
    hidden,
    size,
  ]);
  return done.emailIds[0]!;
}

function hiddenOctets(hidden: readonly number[]): number {
  return hidden.reduce((sum, at, i) => sum + (i % 2 === 0 ? -at : at), 0);
}

async function range(emailId: number, start: number, end: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of readViewRange(t.mail.pool, account, emailId, start, end))
    parts.push(part);
  return Buffer.concat(parts);
}

async function whole(ids: number[], limit?: number): Promise<unknown[]> {
  const views = await readSmall(t.mail.pool, account, ids, limit);
  return views.map((view) =>
    view === undefined ? undefined : view.kind === 'whole' ? Buffer.from(view.bytes) : view.size,
  );
}

test('small views are read octet for octet, alone and together, whatever they hold', async () => {
  const random = randomBytes(5000);
  const packed = Buffer.alloc(100_000, 'the same words again and again ');
  const ids = [
    await stored(random),
    await stored(packed, { prefix: 'Return-Path: <>\r\n', hidden: [5, 10, 20, 50_000] }),
    await stored(Buffer.alloc(0)),
  ];
  const expected = [
    random,
    Buffer.concat([
      utf8('Return-Path: <>\r\n'),
      packed.subarray(0, 5),
      packed.subarray(10, 20),
      packed.subarray(50_000),
    ]),
    Buffer.alloc(0),
  ];
  assert.deepEqual(await whole(ids), expected);
  for (const [i, id] of ids.entries()) assert.deepEqual(await whole([id]), [expected[i]]);
});

test('what is purged, of another account or too large is not brought', async () => {
  const [small, large] = [
    await stored(randomBytes(100)),
    await stored(randomBytes(CHUNK_BYTES + 1)),
  ];
  assert.deepEqual(
    (await whole([999_999, small, large])).map((v) => (v as Buffer)?.length ?? v),
    [undefined, 100, CHUNK_BYTES + 1],
  );
  assert.deepEqual(await whole([large]), [CHUNK_BYTES + 1]);
  assert.deepEqual(await whole([small, large], 50), [100, CHUNK_BYTES + 1]);
  for (const ids of [[small], [small, large]]) {
    const views = await readSmall(t.mail.pool, t.accounts[1], ids);
    assert.deepEqual(
      views,
      ids.map(() => undefined),
    );
  }
});

test('an answer ends before it grows too large, and the rest is asked for again', async () => {
  const ids: number[] = [];
  for (let i = 0; i < 40; i++) ids.push(await stored(randomBytes(CHUNK_BYTES)));
  const first = await readSmall(t.mail.pool, account, ids);
  assert.ok(first.length >= 1 && first.length < ids.length, `${first.length}`);
  assert.ok(first.every((view) => view?.kind === 'whole'));
  let read = 0;
  while (read < ids.length) read += (await readSmall(t.mail.pool, account, ids.slice(read))).length;
  assert.equal(read, ids.length);
});

test('a range of a view is what slice gives, over chunks, prefix and hidden ranges', async () => {
  const bytes = randomBytes(CHUNK_BYTES * 6 + 1234);
  const hidden = [10, 30, CHUNK_BYTES - 5, CHUNK_BYTES + 5, CHUNK_BYTES * 2, CHUNK_BYTES * 3 + 7];
  const prefix = 'Delivered-To: someone@example.test\r\n';
  const id = await stored(bytes, { prefix, hidden });
  const view = Buffer.concat([
    utf8(prefix),
    bytes.subarray(0, 10),
    bytes.subarray(30, CHUNK_BYTES - 5),
    bytes.subarray(CHUNK_BYTES + 5, CHUNK_BYTES * 2),
    bytes.subarray(CHUNK_BYTES * 3 + 7),
  ]);
  assert.ok(Buffer.from(await range(id, 0, view.length)).equals(view));
  assert.ok(Buffer.from(await range(id, 0, Infinity)).equals(view));
  const at = fc.nat(view.length + 10);
  await fc.assert(
    fc.asyncProperty(at, fc.oneof(fc.nat(100), at), async (start, length) => {
      const read = Buffer.from(await range(id, start, start + length));
      assert.ok(read.equals(view.subarray(start, start + length)));
    }),
    { numRuns: 40 },
  );
  assert.equal((await range(999_999, 0, 10)).length, 0);
});

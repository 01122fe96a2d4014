/** Commands that change the store and take long, because somebody else holds the account. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  codeOf,
  ImapClient,
  literal,
  type Piece,
  type Untagged,
} from '../../../test/support/imap/client.ts';
import { ownImap } from '../../../test/support/imap/own-server.ts';

const own = ownImap({ limits: { inProgressEvery: 1 } });

function inProgress(response: Untagged): boolean {
  return response.kind === 'status' && codeOf([response], 'INPROGRESS') !== undefined;
}

/** Runs a command while the accounts are locked, until it has said that it is still at it; what it said. */
async function heldUp(client: ImapClient, ...pieces: readonly Piece[]): Promise<unknown> {
  const holder = await own.at.store.pool.connect();
  try {
    await holder.query('begin');
    await holder.query('select from accounts order by id for update');
    const from = client.untagged.length;
    const { tag, reply } = await client.start(...pieces);
    const said = await client.next('INPROGRESS', inProgress, from);
    await holder.query('rollback');
    assert.equal((await reply).status, 'OK');
    const [figures] = codeOf([said], 'INPROGRESS') ?? [];
    assert.ok(Array.isArray(figures));
    assert.equal(figures[0], tag);
    return figures.slice(1);
  } finally {
    holder.release();
  }
}

test('what takes long says so, with figures where there are some', async () => {
  await using client = await ImapClient.login(own.imap.account('alice'));
  await client.ok('CREATE Other');
  const letter = literal('Subject: x\r\n\r\nx\r\n');
  const unknown = [null, null];
  assert.deepEqual(await heldUp(client, 'APPEND INBOX ', letter), unknown);
  await client.ok('SELECT INBOX');
  assert.deepEqual(await heldUp(client, 'STORE 1 +FLAGS (\\Seen)'), ['0', '1']);
  assert.deepEqual(await heldUp(client, 'COPY 1 Other'), unknown);
  assert.deepEqual(await heldUp(client, 'REPLACE 1 INBOX ', letter), unknown);
  assert.deepEqual(await heldUp(client, 'MOVE 1 Other'), ['0', '1']);
  await client.ok('SELECT Other');
  await client.ok('STORE 1:2 +FLAGS (\\Deleted)');
  assert.deepEqual(await heldUp(client, 'UID EXPUNGE 1'), unknown);
  assert.deepEqual(await heldUp(client, 'CLOSE'), unknown);
});

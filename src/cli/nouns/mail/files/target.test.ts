/** Exports that are repeated, that break off, and whose mailboxes share a name. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { utf8 } from '#bytes';
import type { OutgoingHead } from '#servers/admin/calls/mail-transfer';
import { maildirMessages } from './maildir-source.ts';
import { maildirTarget, mboxTarget, type Target } from './target.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'hikyaku-target-'));
});
after(() => rm(folder, { recursive: true }));

const CONTENT = utf8('Subject: a\r\n\r\nb\r\n');

function write(
  target: Target,
  mailbox: readonly string[],
  uid: number,
  keywords: readonly string[] = [],
): Promise<boolean> {
  const head: OutgoingHead = {
    mailbox: [...mailbox],
    uidValidity: 1,
    uid,
    flags: 0,
    keywords: [...keywords],
    date: uid * 1000,
    size: CONTENT.length,
  };
  return target.write(head, mailbox, CONTENT);
}

async function keywordsIn(root: string): Promise<(readonly string[])[]> {
  const found: (readonly string[])[] = [];
  for await (const { head } of maildirMessages(root, undefined)) found.push(head.keywords);
  return found;
}

test('keywords of an earlier export mean the same after the next one', async () => {
  const root = path.join(folder, 'repeated');
  const first = maildirTarget(root);
  await write(first, [], 1, ['Holidays']);
  await first.end();
  const second = maildirTarget(root);
  assert.equal(await write(second, [], 1, ['Holidays']), false);
  await write(second, [], 2, ['Taxes']);
  await second.end();
  assert.deepEqual(await keywordsIn(root), [['Holidays'], ['Taxes']]);
});

test('keywords of an export that broke off are known to the next one', async () => {
  const root = path.join(folder, 'broken-off');
  await write(maildirTarget(root), [], 1, ['Holidays']);
  const next = maildirTarget(root);
  await write(next, [], 1, ['Holidays']);
  await write(next, [], 2, ['Taxes']);
  await next.end();
  assert.deepEqual(await keywordsIn(root), [['Holidays'], ['Taxes']]);
});

test('a mailbox INBOX below the one that was asked for takes no message away from it', async () => {
  const root = path.join(folder, 'namesakes');
  const target = mboxTarget(root);
  await write(target, [], 1);
  await write(target, ['2019'], 2);
  await write(target, ['INBOX'], 3);
  await target.end();
  const text = await readFile(path.join(root, 'INBOX.mbox'), 'utf8');
  assert.equal(text.match(/^From MAILER-DAEMON /gm)?.length, 2);
});

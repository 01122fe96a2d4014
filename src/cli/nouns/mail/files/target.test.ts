/** Exports that are repeated, that break off, and whose mailboxes have names that no file can have. */
import assert from 'node:assert/strict';
import { mkdtemp, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test, type TestContext } from 'node:test';
import { utf8 } from '#bytes';
import type { OutgoingHead } from '#servers/admin/calls/mail-transfer';
import { maildirMessages } from './maildir-source.ts';
import { openSource } from './source.ts';
import { maildirTarget, mboxTarget, type Target } from './target.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'hikyaku-target-'));
});
after(() => rm(folder, { recursive: true }));

const CONTENT = utf8('Subject: a\r\n\r\nb\r\n');
const TARGETS = { maildir: maildirTarget, mbox: mboxTarget };

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

/** The seconds at which messages came, by the name of their mailbox. */
async function imported(
  from: string,
  mailbox?: readonly string[],
): Promise<Record<string, number[]>> {
  const found: Record<string, number[]> = {};
  for await (const { head } of await openSource(from, mailbox))
    (found[JSON.stringify(head.mailbox)] ??= []).push(head.date! / 1000);
  return found;
}

/** What stands there: the octets of a file, the names in a folder. */
async function stateOf(place: string, isFolder: boolean): Promise<string> {
  if (!isFolder) return readFile(place, 'latin1');
  return (await readdir(place)).toSorted().join('/');
}

/** From here on it is known how each file and folder stood when it was synced last. @returns those that changed since, below a folder and with it */
async function watchSyncs(t: TestContext): Promise<(below: string) => Promise<string[]>> {
  const synced = new Map<number, string>();
  const any = await open('/');
  const handles = Object.getPrototypeOf(any) as typeof any;
  await any.close();
  const sync: (this: typeof any) => Promise<void> = Reflect.get(handles, 'sync');
  t.mock.method(handles, 'sync', async function (this: typeof any): Promise<void> {
    const found = await this.stat();
    const place = `/proc/self/fd/${this.fd}`;
    synced.set(found.ino, await stateOf(place, found.isDirectory()));
    await sync.call(this);
  });
  return async (below) => {
    const places = [
      below,
      ...(await readdir(below, { recursive: true })).map((n) => path.join(below, n)),
    ];
    const unsynced: string[] = [];
    for (const place of places) {
      const found = await stat(place);
      const state = await stateOf(place, found.isDirectory());
      if (synced.get(found.ino) !== state) unsynced.push(path.relative(below, place));
    }
    return unsynced;
  };
}

for (const [form, make] of Object.entries(TARGETS)) {
  test(`${form}: at the end every file and folder is on disk, those above that were made too`, async (t) => {
    const parent = await mkdtemp(path.join(folder, 'durable-'));
    const root = path.join(parent, 'a', 'b');
    const unsynced = await watchSyncs(t);
    const target = make(root);
    await write(target, [], 1, ['Holidays']);
    await write(target, ['Archive', '2019'], 2);
    await write(target, ['Archive', '2019'], 3, ['Holidays']);
    await write(target, ['x'.repeat(255)], 4);
    await target.end();
    assert.deepEqual(await unsynced(parent), []);
  });

  test(`${form}: names that no file can have come back as they were, and twice is as once`, async () => {
    const root = await mkdtemp(path.join(folder, 'names-'));
    const names = [
      [],
      ['INBOX', 'below'],
      ['.'],
      ['..', '...', '.hidden'],
      ['~', '-rf', ' '],
      ['cur'],
      ['new', 'tmp'],
      ['dovecot-keywords'],
      ['mailbox-names.json'],
      ['mailbox-names', 'json'],
      ['mailbox-names.json', 'below'],
      ['a'],
      ['a.mbox'],
      ['a.mbox', 'a.mbox.part'],
      ['a.mbox.part', 'below'],
      ['a', 'mbox'],
      [String.raw`a\2eb`, String.raw`\5c`],
      ['x'.repeat(255)],
      ['x'.repeat(254), 'y'.repeat(255)],
      ['日'.repeat(85)],
      ['日'.repeat(84), '本'.repeat(85)],
      ['\u{1f4ee}'.repeat(63)],
      ['.'.repeat(100)],
      ['.'.repeat(255)],
      ['\\'.repeat(255)],
      Array.from({ length: 32 }, (_, level) => `${level}${'z'.repeat(250)}`),
      Array.from({ length: 32 }, () => 'a'),
      ['Work'],
      ['work'],
      ['WORK', 'Below'],
      ['work', 'below'],
      ['Straße'],
      ['STRASSE'],
    ];
    for (let run = 0; run < 2; run++) {
      const target = make(root);
      for (const [index, name] of names.entries()) await write(target, name, index + 1);
      await target.end();
    }
    const expected = Object.fromEntries(
      names.map((name, index) => [
        JSON.stringify(name.length === 0 ? ['INBOX'] : name),
        [index + 1],
      ]),
    );
    assert.deepEqual(await imported(root), expected);
  });

  test(`${form}: no two mailboxes have files that differ by case alone, whichever was exported first`, async () => {
    const root = await mkdtemp(path.join(folder, 'case-'));
    const first = make(root);
    await write(first, ['work'], 1);
    await write(first, ['work', 'Below'], 2);
    await first.end();
    const second = make(root);
    await write(second, ['Work'], 3);
    await write(second, ['Work', 'Below'], 4);
    await write(second, ['work'], 1);
    await write(second, ['work', 'Below'], 2);
    await second.end();
    const all = (await readdir(root, { recursive: true })).map((name) => name.normalize('NFC'));
    assert.equal(new Set(all.map((name) => name.toUpperCase())).size, all.length);
    assert.deepEqual(await imported(root), {
      '["work"]': [1],
      '["work","Below"]': [2],
      '["Work"]': [3],
      '["Work","Below"]': [4],
    });
  });

  test(`${form}: below the mailbox that was asked for lies one that is called INBOX`, async () => {
    const root = await mkdtemp(path.join(folder, 'namesakes-'));
    const target = make(root);
    await write(target, [], 1);
    await write(target, ['2019'], 2);
    await write(target, ['INBOX'], 3);
    await target.end();
    assert.deepEqual(await imported(root, ['Letters']), {
      '["Letters"]': [1],
      '["Letters","2019"]': [2],
      '["Letters","INBOX"]': [3],
    });
  });
}

test('a folder of Maildirs is none itself, and comes in', async () => {
  const root = await mkdtemp(path.join(folder, 'maildirs-'));
  await write(maildirTarget(path.join(root, 'lists')), [], 1);
  await write(maildirTarget(path.join(root, 'family')), ['2019'], 2);
  assert.deepEqual(await imported(root), { '["lists"]': [1], '["family","2019"]': [2] });
});

test('a single mbox is of the mailbox that it was exported from', async () => {
  const root = await mkdtemp(path.join(folder, 'single-'));
  const target = mboxTarget(root);
  const names = [['.hidden'], ['x'.repeat(255)]];
  for (const [index, name] of names.entries()) await write(target, name, index + 1);
  await target.end();
  const files = (await readdir(root)).filter((name) => name.endsWith('.mbox'));
  const found = await Promise.all(files.map((name) => imported(path.join(root, name))));
  assert.deepEqual(Object.assign({}, ...found), {
    '[".hidden"]': [1],
    [JSON.stringify(names[1])]: [2],
  });
});

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

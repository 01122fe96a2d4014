/** `mail import` and `mail export`: mailboxes from files and to files, repeated without duplicates. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { smallDisk } from '../../support/machine/small-disk.ts';
import { startRunningServer, type RunningServer } from '../../support/program/running-server.ts';

const ALICE = 'alice@example.test';
const BOB = 'bob@example.test';

let server: RunningServer;
let folder: string;

before(async () => {
  server = await startRunningServer();
  folder = await mkdtemp(path.join(tmpdir(), 'hikyaku-transfer-'));
});

after(async () => {
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const message = (subject: string, body = 'Hello\n'): string =>
  `From: carol@example.org\nSubject: ${subject}\nMessage-ID: <${subject}@example.org>\n\n${body}`;

async function maildir(files: Readonly<Record<string, string>>): Promise<string> {
  const root = await mkdtemp(path.join(folder, 'maildir-'));
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(root, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
    await utimes(file, 1_600_000_000, 1_600_000_000);
  }
  return root;
}

async function imported(account: string, ...args: string[]): Promise<unknown> {
  return JSON.parse(await server.done('mail', 'import', account, ...args, '--json'));
}

test('a Maildir comes in with its folders, flags, keywords and times, and only once', async () => {
  const root = await maildir({
    'cur/1.a.host:2,S': message('read'),
    'cur/2.b.host:2,FRa': message('answered'),
    'new/3.c.host': message('fresh'),
    'dovecot-keywords': '0 $Forwarded\n',
    '.Archive.&ZeVnLA-/cur/4.d.host:2,S': message('below'),
  });
  assert.deepEqual(await imported(ALICE, root), { account: ALICE, imported: 4, known: 0 });
  assert.deepEqual(await imported(ALICE, root), { account: ALICE, imported: 0, known: 4 });
  const mails = await server.json('mail', 'list', ALICE);
  const told = mails.map((mail) => ({
    subject: mail['subject'],
    mailbox: mail['mailbox'],
    flags: mail['flags'],
    receivedAt: mail['receivedAt'],
  }));
  const receivedAt = new Date(1_600_000_000_000).toISOString();
  assert.deepEqual(
    told.toSorted((a, b) => (String(a.subject) < String(b.subject) ? -1 : 1)),
    [
      { subject: 'answered', mailbox: 'INBOX', flags: ['\\Answered', '\\Flagged'], receivedAt },
      { subject: 'below', mailbox: 'Archive/日本', flags: ['\\Seen'], receivedAt },
      { subject: 'fresh', mailbox: 'INBOX', flags: [], receivedAt },
      { subject: 'read', mailbox: 'INBOX', flags: ['\\Seen'], receivedAt },
    ],
  );
});

test('a mailbox is named with what is above it, where it is listed and where it is shown', async () => {
  const listed = (name: string): Promise<Record<string, unknown>[]> =>
    server.json('mail', 'list', ALICE, '--mailbox', name);
  const [below, ...others] = await listed('Archive/日本');
  assert.deepEqual([below!['subject'], others], ['below', []]);
  assert.deepEqual(await listed('archive/日本'), [below]);
  assert.equal((await listed('inbox')).length, 3);
  assert.deepEqual(await listed('Archive'), []);
  const [shown] = await server.json('mail', 'show', ALICE, String(below!['id']));
  assert.equal(shown!['mailbox'], 'Archive/日本');
  const { code, stderr } = await server.command('mail', 'list', ALICE, '--mailbox', '日本');
  assert.equal(code, 2);
  assert.match(stderr, /alice@example\.test has no mailbox 日本/);
});

test('an export is a Maildir that gets what it lacks, and comes back as it was', async () => {
  const target = path.join(folder, 'exported');
  const exported = async (): Promise<{ exported: number; known: number }> =>
    JSON.parse(await server.done('mail', 'export', ALICE, target, '--json'));
  assert.equal((await exported()).exported, 4);
  const again = await exported();
  assert.equal(again.exported, 0);
  assert.equal(again.known, 4);
  const names = await readdir(path.join(target, 'cur'));
  assert.equal(names.length, 3);
  assert.ok(names.some((name) => name.endsWith(':2,FRa')));
  assert.equal(await readFile(path.join(target, 'dovecot-keywords'), 'utf8'), '0 $Forwarded\n');
  const below = path.join(target, '.Archive.&ZeVnLA-/cur');
  const [name] = await readdir(below);
  assert.equal(await readFile(path.join(below, name!), 'utf8'), message('below'));
  // into another account it comes whole, into its own not at all
  assert.deepEqual(await imported(ALICE, target), { account: ALICE, imported: 0, known: 4 });
  assert.deepEqual(await imported(BOB, target), { account: BOB, imported: 4, known: 0 });
});

test('mbox files go out and come in, with what looks like their own lines in a message', async () => {
  const body = 'one\n\nFrom here on\n>From there\n\nFrom alice Fri Jul  8 12:08:34 2011\n';
  const root = await maildir({ 'cur/1.a.host:2,SF': message('tricky', body) });
  await imported(BOB, root, '--mailbox', 'Tricky');
  const target = path.join(folder, 'mbox');
  const options = ['--format', 'mbox', '--mailbox', 'Tricky'];
  await server.done('mail', 'export', BOB, target, ...options);
  const file = path.join(target, 'INBOX.mbox');
  const text = await readFile(file, 'utf8');
  assert.match(text, /^From MAILER-DAEMON Sun Sep 13 12:26:40 2020\nStatus: RO\nX-Status: F\n/);
  assert.match(text, /\n>From here on\n>>From there\n\n>From alice/);
  assert.deepEqual(await imported(BOB, file, '--mailbox', 'Tricky'), {
    account: BOB,
    imported: 0,
    known: 1,
  });
});

test('a full disk is told, with what to do', async (t) => {
  await using disk = await smallDisk(1);
  if (disk.refused !== undefined) return t.skip(disk.refused);
  const target = path.join(disk.path, 'mail');
  await disk.fill();
  const { code, stderr } = await server.command('mail', 'export', ALICE, target);
  assert.equal(code, 2);
  assert.match(
    stderr,
    /^hikyaku: the .* cannot be (?:made|written to .*): ENOSPC.*\n {2}Make room/,
  );
});

test('words that can be no keywords keep no message of an mbox out, nor the keywords of others', async () => {
  const file = path.join(folder, 'words.mbox');
  const many = Array.from({ length: 101 }, (_, i) => `word${i}`).join(' ');
  const messages = [`good`, `${'x'.repeat(201)} fine`, many].map(
    (words, i) =>
      `From MAILER-DAEMON Sun Sep 13 12:26:40 2020\nX-Keywords: ${words}\n${message(`words${i}`)}\n`,
  );
  await writeFile(file, messages.join(''));
  assert.deepEqual(await imported(BOB, file, '--mailbox', 'Words'), {
    account: BOB,
    imported: 3,
    known: 0,
  });
  const target = path.join(folder, 'words');
  await server.done('mail', 'export', BOB, target, '--format', 'mbox', '--mailbox', 'Words');
  const text = await readFile(path.join(target, 'INBOX.mbox'), 'utf8');
  assert.deepEqual(text.match(/(?<=^X-Keywords: ).*/gm), ['good', 'fine']);
});

test('mail that was delivered here is known again after its export', async () => {
  const args = `smtp probe 127.0.0.1 --port ${server.ports.smtp} --from c@example.org --to ${ALICE}`;
  await server.done(...args.split(' '), '--subject', 'delivered');
  const target = path.join(folder, 'delivered');
  await server.done('mail', 'export', ALICE, target);
  assert.deepEqual(await imported(ALICE, target), { account: ALICE, imported: 0, known: 5 });
});

test('a mailbox is meant by import and export as mail list means it', async () => {
  const root = await maildir({ 'cur/1.a.host:2,S': message('filed') });
  await imported(BOB, root, '--mailbox', 'Archive/2019');
  assert.deepEqual(await imported(BOB, root, '--mailbox', 'archive/2019'), {
    account: BOB,
    imported: 0,
    known: 1,
  });
  const target = path.join(folder, 'filed');
  const [done] = await server.json('mail', 'export', BOB, target, '--mailbox', 'ARCHIVE/2019');
  assert.equal(done!['exported'], 1);
  const mailboxes = await server.json('mail', 'mailboxes', BOB);
  const names = mailboxes.map((one) => one['mailbox']);
  assert.deepEqual(
    names.filter((name) => /^archive(\/2019)?$/i.test(String(name))),
    ['Archive', 'Archive/2019'],
  );
  const nowhere = await server.command('mail', 'export', BOB, target, '--mailbox', 'Nowhere');
  assert.equal(nowhere.code, 2);
  assert.match(
    nowhere.stderr,
    /^hikyaku: bob@example\.test has no mailbox Nowhere\n {2}bin\/hikyaku mail/,
  );
  for (const verb of ['import', 'export']) {
    const nameless = await server.command('mail', verb, BOB, root, '--mailbox', 'A//B');
    assert.equal(nameless.code, 2);
    assert.match(nameless.stderr, /^hikyaku: --mailbox A\/\/B names no mailbox\n/);
  }
});

test('a folder that cannot be made is said to be none', async () => {
  const file = path.join(folder, 'a-file');
  await writeFile(file, '');
  const refused = await server.command('mail', 'export', BOB, path.join(file, 'below'));
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /^hikyaku: the folder .* cannot be made: .*\n {2}Name a folder/);
});

test('what is no mail is said to be none', async () => {
  const nothing = path.join(folder, 'nothing.txt');
  await writeFile(nothing, 'no mbox at all\n');
  const refused = await server.command('mail', 'import', ALICE, nothing);
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /is no mbox/);
  const missing = await server.command('mail', 'import', ALICE, path.join(folder, 'missing'));
  assert.equal(missing.code, 2);
  const nobody = await server.command(
    'mail',
    'import',
    'nobody@example.test',
    path.join(folder, 'exported'),
  );
  assert.equal(nobody.code, 2);
  assert.match(nobody.stderr, /there is no account/);
});

test('mailboxes whose names no file can have, or that differ by case alone, go into another account as they are', async () => {
  const long = ['x'.repeat(255), '日本'.repeat(40), '../.', 'a.mbox/b'];
  const one = await maildir({ 'cur/1.a.host:2,S': message('named') });
  for (const name of long) await imported(ALICE, one, '--mailbox', `Names/${name}`);
  const two = await maildir({
    '.Case.Below/cur/1.a.host:2,S': message('large'),
    '.case.Below/cur/1.a.host:2,S': message('small'),
  });
  await imported(ALICE, two, '--mailbox', 'Names');
  for (const format of ['maildir', 'mbox']) {
    const target = path.join(folder, `names-${format}`);
    const options = ['--format', format, '--mailbox', 'Names'];
    await server.done('mail', 'export', ALICE, target, ...options);
    await imported(BOB, target, '--mailbox', format);
    const mailboxes = await server.json('mail', 'mailboxes', BOB);
    const full = new Set(
      mailboxes.filter(({ messages }) => messages === 1).map((each) => each['mailbox']),
    );
    for (const name of [...long, 'Case/Below', 'case/Below'])
      assert.ok(full.has(`${format}/${name}`), name);
  }
});

/** What a folder that a stranger filled may not bring in. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { concat, latin1 } from '#bytes';
import { CommandFailure } from '#cli/failure';
import { openSource } from './source.ts';

const SECRET = 'From root Fri Jul  8 12:08:34 2011\nSubject: secret\n\nof somebody else\n';

let base: string;
let secret: string;
let root: string;

before(async () => {
  base = await mkdtemp(path.join(tmpdir(), 'hikyaku-source-'));
  secret = path.join(base, 'secret');
  await writeFile(secret, SECRET);
  await mkdir(path.join(base, 'secrets'));
  await writeFile(path.join(base, 'secrets', 'one'), SECRET);
});

after(() => rm(base, { recursive: true }));

beforeEach(async () => {
  root = await mkdtemp(path.join(base, 'root-'));
});

/** What is read of the folder. */
async function readAll(given = root): Promise<string[]> {
  const texts: string[] = [];
  for await (const { pieces } of await openSource(given, undefined)) {
    const parts: Uint8Array[] = [];
    for await (const piece of pieces) parts.push(piece);
    texts.push(latin1(concat(parts)));
  }
  return texts;
}

async function assertRefused(): Promise<void> {
  await assert.rejects(readAll(), (error) => {
    assert.ok(error instanceof CommandFailure);
    assert.match(error.message, /is a link to somewhere else/);
    return true;
  });
}

test('a message of a Maildir that is a link to another file is not read', async () => {
  await mkdir(path.join(root, 'cur'));
  await symlink(secret, path.join(root, 'cur', '1.a:2,S'));
  await assertRefused();
});

test('nor is a folder of messages that is a link to another one', async () => {
  await mkdir(path.join(root, 'new'));
  await symlink(path.join(base, 'secrets'), path.join(root, 'cur'));
  await assertRefused();
});

test('nor an mbox that is one', async () => {
  await symlink(secret, path.join(root, 'a.mbox'));
  await assertRefused();
});

test('nor what tells of keywords and names', async () => {
  for (const name of ['dovecot-keywords', 'mailbox-names.json']) {
    root = await mkdtemp(path.join(base, 'root-'));
    await mkdir(path.join(root, 'cur'));
    await symlink(secret, path.join(root, name));
    await assertRefused();
  }
});

test('pipes and folders in the place of files are passed by, and hold nobody up', async () => {
  await mkdir(path.join(root, 'cur', '2.folder'), { recursive: true });
  execFileSync('mkfifo', [path.join(root, 'cur', '1.pipe'), path.join(root, 'dovecot-keywords')]);
  await writeFile(path.join(root, 'cur', '3.a'), 'Subject: a\n\n');
  assert.deepEqual(await readAll(), ['Subject: a\n\n']);
  root = await mkdtemp(path.join(base, 'root-'));
  await mkdir(path.join(root, 'folder.mbox'));
  execFileSync('mkfifo', [path.join(root, 'pipe.mbox')]);
  await writeFile(path.join(root, 'whole.mbox'), SECRET);
  assert.equal((await readAll()).length, 1);
});

test('what is named itself may be a link', async () => {
  await symlink(secret, path.join(root, 'mine'));
  assert.equal((await readAll(path.join(root, 'mine'))).length, 1);
  await symlink(path.join(root, 'there'), path.join(root, 'box'));
  await mkdir(path.join(root, 'there', 'cur'), { recursive: true });
  await writeFile(path.join(root, 'there', 'cur', '1.a'), 'Subject: a\n\n');
  assert.equal((await readAll(path.join(root, 'box'))).length, 1);
});

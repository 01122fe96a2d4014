import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtempDisposable, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { makeFolder } from './make-folder.ts';

test('folders that are missing are made for their owner alone, and one that is there is left as it is', async () => {
  await using root = await mkdtempDisposable(path.join(tmpdir(), 'hikyaku-folder-'));
  const folder = path.join(root.path, 'a', 'b', 'c');
  await makeFolder(folder);
  for (const one of [folder, path.dirname(folder)])
    assert.equal((await stat(one)).mode & 0o777, 0o700);
  await chmod(folder, 0o755);
  await makeFolder(folder);
  assert.equal((await stat(folder)).mode & 0o777, 0o755);
});

test('a link to a folder is one', async () => {
  await using root = await mkdtempDisposable(path.join(tmpdir(), 'hikyaku-folder-'));
  await mkdir(path.join(root.path, 'real'));
  await symlink('real', path.join(root.path, 'link'));
  await makeFolder(path.join(root.path, 'link'));
  await makeFolder(path.join(root.path, 'link', 'below'));
  assert.ok((await stat(path.join(root.path, 'real', 'below'))).isDirectory());
});

test('a file in the way is told, at its place or above', async () => {
  await using root = await mkdtempDisposable(path.join(tmpdir(), 'hikyaku-folder-'));
  const file = path.join(root.path, 'file');
  await writeFile(file, '');
  await assert.rejects(makeFolder(file), { code: 'EEXIST' });
  await assert.rejects(makeFolder(path.join(file, 'below')), { code: 'ENOTDIR' });
});

test('where no folders can be made it fails, and does not try for ever', async () => {
  for (const folder of ['/proc/hikyaku', '/proc/hikyaku/below'])
    await assert.rejects(makeFolder(folder), { code: 'ENOENT' });
});

import assert from 'node:assert/strict';
import { cp, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { silentLog } from '#log';
import { findBinaries } from './binaries.ts';
import { startEmbedded } from './start.ts';

let folder: string;
/** A copy of the package as an install leaves it that ran no scripts: the libraries' links are missing. */
let native: string;
let links: readonly { readonly source: string; readonly target: string }[];

before(async () => {
  const installed = await findBinaries();
  if ('kind' in installed) assert.fail(installed.message);
  const from = dirname(dirname(installed.postgres));
  links = JSON.parse(await readFile(join(from, 'pg-symlinks.json'), 'utf8')) as typeof links;
  const names = new Set(links.map(({ target }) => basename(target)));
  folder = await mkdtemp(join(tmpdir(), 'hikyaku-binaries-'));
  native = join(folder, 'native');
  await cp(from, native, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => !names.has(basename(path)),
  });
});

after(async () => {
  await rm(folder, { recursive: true, force: true });
});

test('an install that ran no scripts gets its links, from several starts at once, and runs', async () => {
  await assert.rejects(stat(join(native, 'lib/libpq.so.5')), { code: 'ENOENT' });
  const found = await Promise.all(Array.from({ length: 8 }, () => findBinaries(native)));
  assert.ok(found.every((outcome) => !('kind' in outcome)));
  for (const { target } of links) await stat(join(folder, target));
  const server = await startEmbedded({ dataDir: join(folder, 'data'), log: silentLog, native });
  assert.equal(server.kind, 'running');
  if (server.kind === 'running') await server.stop();
});

test('links that cannot be made are an error with a remedy', async () => {
  const broken = join(folder, 'broken/native');
  await mkdir(broken, { recursive: true });
  await writeFile(
    join(broken, 'pg-symlinks.json'),
    JSON.stringify([{ source: 'native/lib/a.so.1', target: 'native/lib/a.so' }]),
  );
  const outcome = await findBinaries(broken);
  assert.ok('kind' in outcome && outcome.kind === 'broken-install');
  assert.match(outcome.message, /cannot be linked: ENOENT/);
  assert.match(outcome.remedy, /npm rebuild/);
});

test('a missing program is an error with a remedy', async () => {
  const empty = join(folder, 'empty/native');
  await mkdir(empty, { recursive: true });
  await writeFile(join(empty, 'pg-symlinks.json'), '[]');
  const outcome = await findBinaries(empty);
  assert.ok('kind' in outcome && outcome.kind === 'broken-install');
  assert.match(outcome.message, /cannot be run: ENOENT/);
});

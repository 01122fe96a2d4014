/**
 * The published package: what `npm pack` puts into it, and that what was installed from it runs, without the checkout.
 * A copy of the checkout is packed, with all that must stay out of the package in it, so that the checkout keeps
 * its `dist/` or its lack of one. The dependencies come from the checkout, by a registry on loopback.
 */
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { privateTextFindings } from '../../../tools/check/private-text.ts';
import { findMail } from '../../support/program/mailbox.ts';
import { startPackageRegistry } from '../../support/program/package-registry.ts';
import { startRunningServer } from '../../support/program/running-server.ts';
import { Wire } from '../../support/smtp/wire.ts';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const NOT_COPIED = new Set(
  ['node_modules', '.git', 'data', 'dist'].map((name) => path.join(ROOT, name)),
);
const BOB = 'bob@example.test';
const PATIENCE = 120_000;

let home: string;
/** Holds a `node` that is new enough, as the machine of a user of the package does. */
let machine: string;
let installed: string;
let program: string;

before(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'hikyaku-tarball-'));
  machine = path.join(home, 'bin');
  await mkdir(machine);
  await symlink(process.execPath, path.join(machine, 'node'));
  const folder = path.join(home, 'app');
  await mkdir(folder);
  await install(await pack(), folder);
  installed = path.join(folder, 'node_modules/hikyaku');
  program = path.join(folder, 'node_modules/.bin/hikyaku');
});

after(() => rm(home, { recursive: true, force: true }));

/** In an environment of its own: settings of the user's npm, or of the one that runs the tests, do not count. */
async function npm(cwd: string, ...args: readonly string[]): Promise<void> {
  const env = { PATH: `${machine}:${process.env['PATH']}`, HOME: home };
  await promisify(execFile)('npm', args, { cwd, env, timeout: PATIENCE });
}

/** The tarball of the checkout as it is now. */
async function pack(): Promise<string> {
  const copy = path.join(home, 'checkout');
  await cp(ROOT, copy, { recursive: true, filter: (source) => !NOT_COPIED.has(source) });
  await symlink(path.join(ROOT, 'node_modules'), path.join(copy, 'node_modules'));
  await npm(copy, 'pack', '--pack-destination', home);
  const tarballs = (await readdir(home)).filter((name) => name.endsWith('.tgz'));
  assert.equal(tarballs.length, 1);
  return path.join(home, tarballs[0]!);
}

async function install(tarball: string, folder: string): Promise<void> {
  await using registry = await startPackageRegistry(path.join(ROOT, 'node_modules'));
  await writeFile(path.join(folder, 'package.json'), '{"private":true}');
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-update-notifier'];
  await npm(folder, 'install', ...flags, `--registry=${registry.url}`, tarball);
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map(({ parentPath, name }) => path.relative(folder, path.join(parentPath, name)))
    .sort();
}

test('it holds what runs and what is read, and nothing else', async () => {
  const files = await filesBelow(installed);
  const read = ['CHANGELOG.md', 'LICENSE', 'README.ja.md', 'README.md', 'docs/flow.md'];
  const run = [
    'bin/hikyaku',
    'bin/node',
    'dist/main.js',
    'dist/cli/nouns/serve/worker.js',
    'dist/package.json',
    'package.json',
  ];
  for (const file of [...read, ...run]) assert.ok(files.includes(file), `${file} is missing`);
  const rest = files.filter((file) => !read.includes(file) && !run.includes(file));
  const allowed =
    /^(?:docs\/[\w./-]+\.md|dist\/[\w/.-]+\.(?:js|sql)|deploy\/systemd\/[\w.-]+|hikyaku\.example\.toml)$/;
  const strange = rest.filter((file) => !allowed.test(file) || /\.test\.|^dist\/test\//.test(file));
  assert.deepEqual(strange, []);
});

test('every module in it comes from one in src, and all of the SQL is there', async () => {
  const files = await filesBelow(path.join(installed, 'dist'));
  const sources = new Set(await filesBelow(path.join(ROOT, 'src')));
  const modules = files.filter((file) => file.endsWith('.js'));
  assert.ok(modules.length > 100);
  const orphans = modules.filter((file) => !sources.has(file.replace(/\.js$/, '.ts')));
  assert.deepEqual(orphans, []);
  const isSql = (file: string): boolean => file.endsWith('.sql');
  assert.deepEqual(files.filter(isSql), [...sources].filter(isSql));
});

test('it holds no private text', async () => {
  const texts = (await filesBelow(installed)).map(async (file) => ({
    path: file,
    text: await readFile(path.join(installed, file), 'utf8'),
  }));
  assert.deepEqual(privateTextFindings(await Promise.all(texts)), []);
});

test('what was installed from it takes a message by SMTP, shows it, and ends at SIGTERM with 0', async () => {
  const env = { PATH: `${machine}:/usr/bin:/bin` };
  await using server = await startRunningServer({ program, env });
  const wire = await Wire.open(server.ports.smtp, false);
  const commands = ['EHLO client.test', 'MAIL FROM:<carol@example.org>', `RCPT TO:<${BOB}>`];
  for (const command of commands) assert.equal((await wire.command(command)).code, 250);
  assert.equal((await wire.command('DATA')).code, 354);
  const letter = 'From: carol@example.org\r\nSubject: From the package\r\n\r\nHello Bob\r\n.';
  assert.equal((await wire.command(letter)).code, 250);
  await findMail(server, BOB, 'From the package');
  assert.equal(await server.end('SIGTERM'), 0, server.lastWords());
});

for (const { where, names } of [
  { where: 'where the only Node.js is too old', names: false },
  { where: 'where HIKYAKU_NODE names one that is too old', names: true },
])
  test(`${where}, it says so with a remedy and ends with 2`, async () => {
    const old = path.join(home, names ? 'named' : 'only');
    await mkdir(old);
    const node = path.join(old, 'node');
    await writeFile(node, '#!/bin/sh\necho false\n', { mode: 0o755 });
    const env = {
      PATH: names ? `${machine}:/usr/bin:/bin` : `${old}:/usr/bin:/bin`,
      ...(names && { HIKYAKU_NODE: node }),
    };
    const { status, stdout, stderr } = spawnSync(program, ['--help'], { env, encoding: 'utf8' });
    assert.deepEqual({ status, stdout }, { status: 2, stdout: '' });
    assert.match(stderr, /Node\.js 24 or newer is needed: .*\/node is older.\n.*HIKYAKU_NODE/);
  });

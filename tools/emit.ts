/**
 * What the published package runs, made by `npm pack` and `npm publish` (prepack): JavaScript of every module that
 * src/main.ts reaches, the SQL that the store reads, and a package.json that gives `#…` its meaning among them.
 * Why so: docs/decisions/0013-published-tarball.md.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { filesBelow, ROOT } from './check/source-tree.ts';

const DIST = path.join(ROOT, 'dist');

/** Node.js looks for `imports` in the nearest package.json only, so that this one hides that of the checkout. */
const MANIFEST = { type: 'module', imports: { '#*': './*.js' } };

function emit(): number {
  rmSync(DIST, { recursive: true, force: true });
  const tsc = path.join(ROOT, 'node_modules/.bin/tsc');
  const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.publish.json'], {
    cwd: ROOT,
    stdio: 'inherit',
  });
  if (status !== 0) return 1;
  for (const file of filesBelow('src').filter((name) => name.endsWith('.sql'))) {
    cpSync(path.join(ROOT, file), path.join(DIST, path.relative('src', file)));
  }
  writeFileSync(path.join(DIST, 'package.json'), `${JSON.stringify(MANIFEST, null, 2)}\n`);
  return 0;
}

process.exitCode = emit();

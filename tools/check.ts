/**
 * `npm run check`: every rule of the house that a program can hold, one after the other, each with its name,
 * its time and its findings. Ends with 1 when one of them failed. One rule, one file: `tools/check/`.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { LANGUAGES } from '#protocol/dsn/language';
import { loopFindings } from './check/import-loops.ts';
import { importFindings, type Packages } from './check/import-rule.ts';
import { installedPackages, licenceFindings } from './check/licences.ts';
import { namedFileFindings } from './check/named-files.ts';
import { linkFindings } from './check/page-links.ts';
import { twinFindings, twinsAmong, unlinkedFindings } from './check/page-twins.ts';
import { isTextFile, privateTextFindings } from './check/private-text.ts';
import {
  filesBelow,
  readSource,
  ROOT,
  typescriptFiles,
  type Findings,
} from './check/source-tree.ts';
import { sqlFileFindings, sqlInCodeFindings } from './check/sql-rule.ts';
import { formatRfcIndex, RFC_PAGE, rfcIndex } from './rfc-index.ts';
import { formatSettingsExample, SETTINGS_EXAMPLE } from './settings-example.ts';
import { formatSettingsPage, SETTINGS_PAGES } from './settings-page.ts';

interface Check {
  readonly name: string;
  run(): Findings | Promise<Findings>;
}

const CHECKS: readonly Check[] = [
  { name: 'types', run: () => program('tsc', '-p', '.') },
  { name: 'lint', run: () => program('oxlint', '--type-aware', '--deny-warnings', '-f', 'unix') },
  { name: 'format', run: () => program('oxfmt', '--check') },
  {
    name: 'imports',
    run: () => importFindings(typescriptFiles(['src', 'test', 'tools', 'bench']), dependencies()),
  },
  {
    name: 'import loops',
    run: () => loopFindings(typescriptFiles(['src', 'test', 'tools', 'bench'])),
  },
  {
    name: 'SQL',
    run: () => [
      ...sqlInCodeFindings(typescriptFiles(['src'])),
      ...sqlFileFindings(
        filesBelow('src')
          .filter((file) => file.endsWith('.sql'))
          .map((file) => readSource(file)),
      ),
    ],
  },
  {
    name: 'licences',
    run: () => licenceFindings(installedPackages(path.join(ROOT, 'node_modules'))),
  },
  {
    name: 'private text',
    run: () =>
      privateTextFindings(
        filesBelow('')
          .filter((file) => isTextFile(file))
          .map((file) => readSource(file)),
      ),
  },
  { name: 'pages in two languages', run: twins },
  { name: 'links of pages', run: links },
  {
    name: 'the way of a message',
    run: () => {
      const files = filesBelow('');
      return ['docs/flow.md', 'docs/flow.ja.md'].flatMap((page) =>
        namedFileFindings(readSource(page), files),
      );
    },
  },
  {
    name: 'RFC index',
    run: () =>
      staleFindings(RFC_PAGE, formatRfcIndex(rfcIndex(typescriptFiles(['src']))), 'rfc-index'),
  },
  {
    name: 'settings',
    run: () => [
      ...LANGUAGES.flatMap((language) =>
        staleFindings(SETTINGS_PAGES[language], formatSettingsPage(language), 'settings-page'),
      ),
      ...staleFindings(SETTINGS_EXAMPLE, formatSettingsExample(), 'settings-example'),
    ],
  },
];

/** Runs a tool of `node_modules` under the Node that runs this; its output is the finding when it fails. */
async function program(name: string, ...args: readonly string[]): Promise<Findings> {
  const file = path.join(ROOT, 'node_modules/.bin', name);
  const child = spawn(process.execPath, [file, ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.once('error', reject).once('close', resolve);
  const code = await promise;
  return code === 0 ? [] : [`${name} ended with ${code}`, ...output.trimEnd().split('\n')];
}

function dependencies(): Packages {
  const manifest = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
    devDependencies: Record<string, string>;
    optionalDependencies: Record<string, string>;
  };
  return {
    production: new Set(
      Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies }),
    ),
    development: new Set(Object.keys(manifest.devDependencies)),
  };
}

function pages(): readonly string[] {
  return filesBelow('').filter((file) => file.endsWith('.md') && !file.startsWith('test/suites/'));
}

function twins(): Findings {
  const there = new Set(pages());
  return twinsAmong([...there]).flatMap(([one, other]) => {
    if (!there.has(one)) return [`${one} is missing`];
    const [page, twin] = [readSource(one), readSource(other)];
    return unlinkedFindings(page, twin).concat(twinFindings(page, twin));
  });
}

function links(): Findings {
  const files = new Set(filesBelow(''));
  const read = (file: string): string => readSource(file).text;
  return pages().flatMap((page) => linkFindings(readSource(page), files, read));
}

/** A page that a tool makes is as the tool makes it now. */
function staleFindings(page: string, expected: string, tool: string): Findings {
  const file = path.join(ROOT, page);
  const stale = !existsSync(file) || readFileSync(file, 'utf8') !== expected;
  return stale ? [`${page} is stale: run bin/node tools/${tool}.ts`] : [];
}

const only = process.argv.slice(2);
const unknown = only.filter((name) => !CHECKS.some((check) => check.name === name));
if (unknown.length > 0) {
  console.error(`check: no check is called ${unknown.join(', ')}`);
  console.error(`  There are: ${CHECKS.map((check) => check.name).join(', ')}.`);
  process.exit(2);
}
let failed = 0;
for (const check of CHECKS) {
  if (only.length > 0 && !only.includes(check.name)) continue;
  const start = performance.now();
  const findings = await check.run();
  const seconds = ((performance.now() - start) / 1000).toFixed(1).padStart(5);
  console.log(`${findings.length === 0 ? 'ok    ' : 'FAILED'} ${seconds} s  ${check.name}`);
  for (const finding of findings) console.log(`    ${finding}`);
  if (findings.length > 0) failed++;
}
if (failed > 0) {
  console.log(`${failed} of the checks failed`);
  process.exitCode = 1;
}

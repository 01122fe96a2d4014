/**
 * Holds the import rule of the design: who may import whom, how an import is written, what a pure layer may
 * not touch, and names of files that hide their content. The rule itself is data in `import-table.ts`.
 *
 * Tests beside the code may import what they need, but are held to the same way of writing imports.
 */
import { isBuiltin } from 'node:module';
import path from 'node:path';
import {
  AMBIENT,
  EXEMPT,
  HIDING_NAMES,
  LAYERS,
  LEAVES,
  ONLY_FOR,
  type Ambient,
  type Layer,
} from './import-table.ts';
import { lineAt, type Findings, type SourceFile } from './source-tree.ts';
import { moduleReferences, scan, type ModuleReference, type Scan } from './typescript-scan.ts';

export interface Packages {
  /** Installed with the program. */
  readonly production: ReadonlySet<string>;
  /** Installed for work on it only. */
  readonly development: ReadonlySet<string>;
}

interface Subject {
  readonly file: SourceFile;
  readonly scan: Scan;
  /** Without `src/` and `.ts`; undefined outside src. */
  readonly name: string | undefined;
  readonly isTest: boolean;
}

/** Every breach of the rule in the given files. */
export function importFindings(files: readonly SourceFile[], packages: Packages): Findings {
  const findings: string[] = [];
  const edges = new Map<string, Set<string>>();
  for (const file of files) {
    findings.push(...nameFindings(file.path));
    const subject = toSubject(file);
    const references = moduleReferences(subject.scan);
    for (const reference of references) {
      const report = (what: string): void => {
        findings.push(`${file.path}:${lineAt(file.text, reference.start)}: ${what}`);
      };
      checkReference(subject, reference, packages, report);
      noteEdge(edges, subject, reference);
    }
    findings.push(...ambientFindings(subject));
  }
  return [...findings, ...cycleFindings(edges)];
}

function toSubject(file: SourceFile): Subject {
  const name = /^src\/(.*?)\.ts$/.exec(file.path)?.[1];
  const isTest = file.path.endsWith('.test.ts');
  return { file, scan: scan(file.text), name, isTest };
}

/** The name of a file says what it holds. */
function nameFindings(file: string): Findings {
  const base = path.posix.basename(file).replace(/(?:\.test)?(?:\.d)?\.ts$/, '');
  if (HIDING_NAMES.includes(base)) return [`${file}: «${base}» hides what the file holds`];
  if (!/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(base)) return [`${file}: a file name is kebab-case`];
  return [];
}

function checkReference(
  subject: Subject,
  { specifier, typeOnly }: ModuleReference,
  packages: Packages,
  report: (what: string) => void,
): void {
  if (specifier.startsWith('.')) return checkRelative(subject, specifier, report);
  if (specifier.startsWith('#')) return checkInternal(subject, specifier.slice(1), report);
  if (isBuiltin(specifier)) return checkBuiltin(subject, specifier, report);
  checkPackage(subject, specifier, typeOnly, packages, report);
}

function checkRelative(subject: Subject, specifier: string, report: (what: string) => void): void {
  if (!specifier.endsWith('.ts')) report(`'${specifier}' lacks its extension .ts`);
  if (!specifier.startsWith('../') || subject.name === undefined) return;
  const target = path.posix.join(path.posix.dirname(subject.file.path), specifier);
  const testSupport = subject.isTest && !target.startsWith('src/');
  if (!testSupport)
    report(`'${specifier}': '../' is not used, an import of another folder starts with '#'`);
}

function checkInternal(subject: Subject, target: string, report: (what: string) => void): void {
  if (/\.[cm]?[jt]s$/.test(target)) report(`'#${target}': an import with '#' carries no extension`);
  const { name } = subject;
  if (name === undefined || subject.isTest) return;
  const folder = path.posix.dirname(name);
  if (folder !== '.' && path.posix.dirname(target) === folder)
    report(`'#${target}' stays in its folder: write './${path.posix.basename(target)}.ts'`);
  const only = Object.entries(ONLY_FOR).find(([folder]) => lies(target, folder));
  if (only !== undefined && !only[1].some((importer) => lies(name, importer)))
    return report(`${name} may not import ${target}: only ${only[1].join(', ') || 'nothing'} may`);
  if (LEAVES.includes(target)) return;
  const layer = layerOf(name);
  if (layer === undefined) {
    if (LEAVES.includes(name)) return report(`${name} is a leaf and may not import ${target}`);
    return report(`${name} lies in no folder of the import table`);
  }
  if (!layer.may.some((folder) => folder === '*' || lies(target, folder)))
    report(`${layer.path} may not import ${target}`);
}

function checkBuiltin(subject: Subject, specifier: string, report: (what: string) => void): void {
  if (!specifier.startsWith('node:')) report(`'${specifier}' is written 'node:${specifier}'`);
  if (subject.name === undefined || subject.isTest) return;
  const layer = layerOf(subject.name);
  const builtin = specifier.replace(/^node:/, '').split('/')[0]!;
  const allowed =
    layer?.mayUse === undefined
      ? !(layer?.mayNotUse ?? []).includes(builtin)
      : layer.mayUse.includes(builtin);
  if (!allowed) report(`${layer!.path} may not use node:${builtin}`);
}

function checkPackage(
  subject: Subject,
  specifier: string,
  typeOnly: boolean,
  packages: Packages,
  report: (what: string) => void,
): void {
  const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
  const importer = subject.isTest ? undefined : subject.name;
  const shipped = importer !== undefined;
  const known =
    packages.production.has(name) ||
    (packages.development.has(name) && !shipped) ||
    (typeOnly && packages.development.has(`@types/${name}`));
  if (!known)
    report(`package '${name}' is not among the ${shipped ? '' : 'development '}dependencies`);
  if (!shipped) return;
  const owner = LAYERS.find((layer) => layer.ownPackages?.includes(name));
  const everything = layerOf(importer)?.may.includes('*') === true;
  if (owner !== undefined && !everything && !lies(importer, owner.path))
    report(`package '${name}' is for ${owner.path} alone`);
}

/** Clocks, randomness and environment that a layer must be given. */
function ambientFindings({ file, scan: { code }, name, isTest }: Subject): Findings {
  if (name === undefined || isTest) return [];
  const exempt: readonly Ambient[] = EXEMPT[file.path] ?? [];
  return (layerOf(name)?.withoutAmbient ?? [])
    .filter((ambient) => !exempt.includes(ambient))
    .flatMap((ambient) =>
      [...code.matchAll(AMBIENT[ambient])].map(
        (match) =>
          `${file.path}:${lineAt(code, match.index)}: ${match[0].trim()} is ambient ${ambient}; it comes in as an argument`,
      ),
    );
}

/** The folders of `protocol/` may use each other, but not in a circle. */
function noteEdge(
  edges: Map<string, Set<string>>,
  subject: Subject,
  { specifier }: ModuleReference,
): void {
  if (subject.isTest) return;
  const from = protocolFolder(subject.name ?? '');
  const to = protocolFolder(specifier.replace(/^#/, ''));
  if (from === undefined || to === undefined || from === to) return;
  edges.set(from, (edges.get(from) ?? new Set()).add(to));
}

function protocolFolder(name: string): string | undefined {
  return /^protocol\/([^/]+)\//.exec(name)?.[1];
}

function cycleFindings(edges: ReadonlyMap<string, ReadonlySet<string>>): Findings {
  const finished = new Set<string>();
  const findings: string[] = [];
  const visit = (folder: string, trail: readonly string[]): void => {
    if (trail.includes(folder)) {
      const circle = [...trail.slice(trail.indexOf(folder)), folder];
      findings.push(
        `src/protocol: the folders import each other in a circle: ${circle.join(' → ')}`,
      );
      return;
    }
    if (finished.has(folder)) return;
    for (const next of edges.get(folder) ?? []) visit(next, [...trail, folder]);
    finished.add(folder);
  };
  for (const folder of edges.keys()) visit(folder, []);
  return findings;
}

/** Whether a name (`protocol/smtp/reply`) is the folder or lies in it. */
function lies(name: string, folder: string): boolean {
  return name === folder || name.startsWith(`${folder}/`);
}

function layerOf(name: string): Layer | undefined {
  return LAYERS.filter((layer) => lies(name, layer.path)).sort(
    (a, b) => b.path.length - a.path.length,
  )[0];
}

/**
 * The files of the checkout as the checks see them: everything but what is installed, built or run data.
 * Read from the disk, not from Git, so that a check works in an unpacked archive and before a first commit.
 */
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

export interface SourceFile {
  /** From the root of the checkout, with `/`. */
  readonly path: string;
  readonly text: string;
}

/** What a check finds: one line a finding, `path:line: what is wrong`, empty when all is well. */
export type Findings = readonly string[];

export const ROOT = path.resolve(import.meta.dirname, '../..');

const NOT_OURS = new Set(['node_modules', 'dist', 'data', '.git']);

/** Paths of all files below `folder` (from the root, '' for the root itself), sorted. */
export function filesBelow(folder: string, root = ROOT): string[] {
  const found: string[] = [];
  const visit = (relative: string): void => {
    for (const entry of readdirSync(path.join(root, relative), { withFileTypes: true })) {
      if (NOT_OURS.has(entry.name)) continue;
      const child = relative === '' ? entry.name : `${relative}/${entry.name}`;
      if (entry.isDirectory()) visit(child);
      else if (entry.isFile()) found.push(child);
    }
  };
  visit(folder);
  return found.sort();
}

/** The TypeScript files of the named top folders, those that do not exist left out. */
export function typescriptFiles(folders: readonly string[], root = ROOT): SourceFile[] {
  const present = new Set(readdirSync(root));
  return folders
    .filter((folder) => present.has(folder))
    .flatMap((folder) => filesBelow(folder, root))
    .filter((file) => file.endsWith('.ts') && !file.startsWith('test/suites/'))
    .map((file) => readSource(file, root));
}

export function readSource(file: string, root = ROOT): SourceFile {
  return { path: file, text: readFileSync(path.join(root, file), 'utf8') };
}

/** The number, from 1, of the line on which an offset lies. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1))
    line++;
  return line;
}

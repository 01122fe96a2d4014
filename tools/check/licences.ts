/**
 * Holds the licence rule: what is installed, for running or for work, is under a licence of the design's list.
 * Nothing under GPL, AGPL or EUPL is linked. Reads what lies in `node_modules`, not what the lockfile says.
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { Findings } from './source-tree.ts';

const ALLOWED = new Set([
  'MIT',
  'MIT-0',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  '0BSD',
  'Unlicense',
  'PostgreSQL',
  'BlueOak-1.0.0',
  'Unicode-3.0',
  'Unicode-DFS-2016',
  'MPL-2.0',
  'Python-2.0',
  'PSF-2.0',
]);

export interface InstalledPackage {
  readonly name: string;
  /** An SPDX expression, undefined where its package.json names none. */
  readonly licence: string | undefined;
}

/** Packages whose licence is not on the list, or which name none. */
export function licenceFindings(installed: readonly InstalledPackage[]): Findings {
  return installed
    .filter(({ licence }) => licence === undefined || !isAllowed(licence))
    .map(({ name, licence }) => `${name}: licence ${licence ?? 'not named'} is not on the list`);
}

/** Whether an SPDX expression can be met by licences of the list alone: OR needs one, AND needs all. */
export function isAllowed(expression: string): boolean {
  const text = expression.trim();
  if (text.startsWith('(') && matchingParenthesis(text) === text.length - 1)
    return isAllowed(text.slice(1, -1));
  const alternatives = splitOutside(text, ' OR ');
  if (alternatives.length > 1) return alternatives.some((part) => isAllowed(part));
  const together = splitOutside(text, ' AND ');
  if (together.length > 1) return together.every((part) => isAllowed(part));
  return ALLOWED.has(text);
}

function matchingParenthesis(text: string): number {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '(') depth++;
    else if (text[at] === ')' && --depth === 0) return at;
  }
  return -1;
}

function splitOutside(text: string, operator: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '(') depth++;
    else if (text[at] === ')') depth--;
    else if (depth === 0 && text.startsWith(operator, at)) {
      parts.push(text.slice(from, at));
      from = at + operator.length;
    }
  }
  return [...parts, text.slice(from)];
}

/** Every package below a `node_modules` folder, nested ones too; links to our own folders left out. */
export function installedPackages(nodeModules: string): InstalledPackage[] {
  if (!existsSync(nodeModules)) return [];
  const found: InstalledPackage[] = [];
  for (const entry of readdirSync(nodeModules, { withFileTypes: true })) {
    if (!entry.isDirectory() || entry.name.startsWith('.')) continue;
    const folder = path.join(nodeModules, entry.name);
    const manifest = entry.name.startsWith('@')
      ? undefined
      : readManifest(path.join(folder, 'package.json'));
    if (manifest) found.push(manifest);
    const nested = entry.name.startsWith('@') ? folder : path.join(folder, 'node_modules');
    found.push(...installedPackages(nested));
  }
  return found;
}

function readManifest(file: string): InstalledPackage | undefined {
  if (!existsSync(file)) return undefined;
  const manifest: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (typeof manifest !== 'object' || manifest === null) return undefined;
  const { name, version, license } = manifest as Record<string, unknown>;
  const licence =
    typeof license === 'object' && license !== null
      ? (license as { type?: unknown }).type
      : license;
  return {
    name: `${String(name)} ${String(version)}`,
    licence: typeof licence === 'string' ? licence : undefined,
  };
}

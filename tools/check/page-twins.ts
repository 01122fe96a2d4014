/**
 * A page and its twin, `README.md` and `README.ja.md`, say the same in two languages: as many headings of each level in the same order,
 * the same code blocks, tables with as many rows, the same places to lead to. Comments in a block may be translated; commands may not differ.
 */
import path from 'node:path';
import type { Findings, SourceFile } from './source-tree.ts';

const TWIN = /\.ja\.md$/;

interface Outline {
  /** `#` signs of each heading, in order. */
  readonly headings: readonly string[];
  /** Contents of the fenced blocks without comments. */
  readonly blocks: readonly string[];
  /** Rows of each table. */
  readonly tables: readonly number[];
  /** Ids of the places that others lead to, `<a id="…">`. */
  readonly places: readonly string[];
}

/** Each page with its twin, by their paths. @param files paths from the root of the checkout */
export function twinsAmong(files: readonly string[]): readonly (readonly [string, string])[] {
  return files
    .filter((file) => TWIN.test(file))
    .map((file) => [file.replace(TWIN, '.md'), file] as const);
}

/** What two pages lack for a reader to go from one to the other: a link below each title. */
export function unlinkedFindings(one: SourceFile, other: SourceFile): Findings {
  return [
    [one, `[日本語](${path.basename(other.path)})`] as const,
    [other, `[English](${path.basename(one.path)})`] as const,
  ]
    .filter(([page, link]) => page.text.split('\n')[2] !== link)
    .map(([page, link]) => `${page.path}:3: ${link} is not there`);
}

/** Where two pages differ in outline or in code. */
export function twinFindings(one: SourceFile, other: SourceFile): Findings {
  const [a, b] = [outline(one.text), outline(other.text)];
  const findings: string[] = [];
  for (const what of ['headings', 'tables', 'places'] as const) {
    const [here, there] = [b[what].join(' '), a[what].join(' ')];
    if (here !== there)
      findings.push(`${other.path}: ${what} differ: ${there} in ${one.path}, ${here} here`);
  }
  if (a.blocks.length !== b.blocks.length)
    findings.push(
      `${other.path}: ${b.blocks.length} code blocks, ${a.blocks.length} in ${one.path}`,
    );
  for (const [index, block] of a.blocks.entries())
    if (b.blocks[index] !== undefined && b.blocks[index] !== block)
      findings.push(`${other.path}: code block ${index + 1} differs from that of ${one.path}`);
  return findings;
}

function outline(markdown: string): Outline {
  const headings: string[] = [];
  const blocks: string[] = [];
  const tables: number[] = [];
  const places: string[] = [];
  let block: string[] | undefined;
  let before = '';
  for (const line of markdown.split('\n')) {
    if (/^\s*```/.test(line)) {
      if (block === undefined) block = [line.trim()];
      else {
        blocks.push(block.join('\n'));
        block = undefined;
      }
    } else if (block !== undefined) {
      const code = line.replace(/(?:^|\s)(?:#|\/\/)\s.*$/, '').trimEnd();
      if (code !== '') block.push(code);
    } else {
      const heading = /^(#{1,6})\s/.exec(line);
      if (heading) headings.push(heading[1]!);
      if (line.startsWith('|')) tables.push((before.startsWith('|') ? tables.pop()! : 0) + 1);
      places.push(...Array.from(line.matchAll(/<a id="([^"]*)"/g), ([, id]) => id!));
    }
    before = line;
  }
  return { headings, blocks, tables, places };
}

/**
 * Finds files that import each other in a loop. Whoever reads one of them has to know all of them, so a loop is one file in
 * several pieces. Imports of types and `import(…)` count as others do: the reader follows them too, though the program may not.
 */
import path from 'node:path';
import type { Findings, SourceFile } from './source-tree.ts';
import { moduleReferences, scan } from './typescript-scan.ts';

/** From a file to those that it imports, both as `src/cli/run.ts`. */
type Imports = ReadonlyMap<string, readonly string[]>;

/** One finding a loop: the shortest way around that begins at the first of its files. */
export function loopFindings(files: readonly SourceFile[]): Findings {
  const imports = importsOf(files.filter((file) => !file.path.endsWith('.test.ts')));
  return knotsOf(imports)
    .map((knot) => loopFinding(knot, imports))
    .sort();
}

function loopFinding(knot: readonly string[], imports: Imports): string {
  const way = wayAround(knot, imports);
  const others = knot.length - (way.length - 1);
  const more = others > 0 ? ` (${others} more in the same knot)` : '';
  return `${way[0]}: a loop of imports: ${way.join(' → ')}${more}`;
}

function importsOf(files: readonly SourceFile[]): Imports {
  const known = new Set(files.map((file) => file.path));
  return new Map(
    files.map(({ path: from, text }) => [
      from,
      moduleReferences(scan(text))
        .map(({ specifier }) => pathOf(from, specifier))
        .filter((to) => known.has(to)),
    ]),
  );
}

function pathOf(from: string, specifier: string): string {
  return specifier.startsWith('#')
    ? `src/${specifier.slice(1)}.ts`
    : path.posix.join(path.posix.dirname(from), specifier);
}

/** Files each of which reaches all others of its knot (Tarjan's strongly connected components), those of one file left out. */
function knotsOf(imports: Imports): string[][] {
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const open: string[] = [];
  const isOpen = new Set<string>();
  const knots: string[][] = [];
  // the depth is that of the longest chain of imports
  const visit = (file: string): void => {
    order.set(file, order.size);
    lowest.set(file, order.get(file)!);
    open.push(file);
    isOpen.add(file);
    for (const next of imports.get(file)!) {
      if (!order.has(next)) visit(next);
      else if (!isOpen.has(next)) continue;
      lowest.set(file, Math.min(lowest.get(file)!, lowest.get(next)!));
    }
    if (lowest.get(file) !== order.get(file)) return;
    const knot = open.splice(open.indexOf(file));
    for (const member of knot) isOpen.delete(member);
    if (knot.length > 1 || imports.get(file)!.includes(file)) knots.push(knot.sort());
  };
  for (const file of imports.keys()) if (!order.has(file)) visit(file);
  return knots;
}

/** From the first file of a knot back to it, by as few imports as there are. */
function wayAround(knot: readonly string[], imports: Imports): readonly string[] {
  const first = knot[0]!;
  const members = new Set(knot);
  const seen = new Set<string>();
  let ways: readonly (readonly string[])[] = [[first]];
  for (;;) {
    const longer: string[][] = [];
    for (const way of ways)
      for (const next of imports.get(way.at(-1)!)!) {
        if (next === first) return [...way, first];
        if (!members.has(next) || seen.has(next)) continue;
        seen.add(next);
        longer.push([...way, next]);
      }
    ways = longer;
  }
}

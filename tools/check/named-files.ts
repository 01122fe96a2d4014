/**
 * Holds a page about the code, docs/flow.md, to the code: each file and folder that it names in backticks is there. A name may be short, its last
 * folders or the file alone; capitals stand for what is one of many (`commands/VERB.ts`).
 */
import { lineAt, type Findings, type SourceFile } from './source-tree.ts';

const NAMED = /`([\w.-]+(?:\/[\w.-]+)*(?:\.ts|\/))`/g;
const ONE_OF_MANY = /(?:^|\/)[A-Z]+\.ts$/;

/**
 * What a page names and is not there.
 * @param files paths from the root of the checkout
 */
export function namedFileFindings(page: SourceFile, files: readonly string[]): Findings {
  const known = new Set(files.flatMap((file) => endsOf(file)));
  return [...page.text.matchAll(NAMED)]
    .filter(([, name]) => !ONE_OF_MANY.test(name!) && !known.has(name!))
    .map(({ index, 1: name }) => `${page.path}:${lineAt(page.text, index)}: ${name} is not there`);
}

/** A file by its last names, and each of its folders by theirs, with a slash at the end. */
function endsOf(file: string): string[] {
  const parts = file.split('/');
  return parts.flatMap((_, index) => {
    const named = parts.slice(0, index + 1);
    const end = named.length === parts.length ? '' : '/';
    return named.map((_name, from) => `${named.slice(from).join('/')}${end}`);
  });
}

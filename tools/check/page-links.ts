/** Links of the pages to files of the checkout lead somewhere: the file or folder is there, and in it the place that they name after `#`. */
import path from 'node:path';
import { lineAt, type Findings, type SourceFile } from './source-tree.ts';

const LINK = /\]\(([^()\s]+)\)/g;
const CODE = /^\s*```.*?^\s*```|`[^`\n]*`/gms;

/**
 * Links that lead nowhere.
 * @param files paths from the root of the checkout
 * @param read the text of one of them
 */
export function linkFindings(
  page: SourceFile,
  files: ReadonlySet<string>,
  read: (file: string) => string,
): Findings {
  // code holds no links; what stands before it stays on its line
  const text = page.text.replaceAll(CODE, (code) => code.replaceAll(/[^\n]/g, ' '));
  return [...text.matchAll(LINK)]
    .filter(([, target]) => !/^[a-z]+:/.test(target!))
    .filter(([, target]) => !leadsSomewhere(page, target!, files, read))
    .map(({ index, 1: target }) => `${page.path}:${lineAt(text, index)}: ${target} leads nowhere`);
}

function leadsSomewhere(
  page: SourceFile,
  target: string,
  files: ReadonlySet<string>,
  read: (file: string) => string,
): boolean {
  const [name = '', place] = target.split('#', 2);
  const file = name === '' ? page.path : path.posix.join(path.posix.dirname(page.path), name);
  if (name.endsWith('/')) return [...files].some((one) => one.startsWith(file));
  if (!files.has(file)) return false;
  return place === undefined || placesOf(read(file)).has(place);
}

/** Its ids, and its headings as GitHub names them. */
function placesOf(markdown: string): ReadonlySet<string> {
  const ids = Array.from(markdown.matchAll(/<a id="([^"]*)"/g), ([, id]) => id!);
  const headings = Array.from(markdown.matchAll(/^#{1,6} (.*)$/gm), ([, text]) =>
    text!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
  return new Set([...ids, ...headings]);
}

/**
 * Makes `docs/rfcs.md`: which RFC, and which section of it, stands behind which file. Read from the
 * references in the comments of `src/` (`RFC 5321 §4.1.1.3`), so that the page cannot promise what no code
 * refers to. `bin/node tools/rfc-index.ts` writes it; `npm run check` fails when it is stale.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT, typescriptFiles, type SourceFile } from './check/source-tree.ts';
import { RFC_TITLES } from './rfc-titles.ts';

export const RFC_PAGE = 'docs/rfcs.md';

const REFERENCE =
  /\bRFC[ \u00A0-]?(\d{3,5})((?:[,;]? (?:and |or )?(?:§§?|[Ss]ections? )[\dA-Z][\d.A-Za-z–]*)*)/g;
const SECTION = /(?:§§?|[Ss]ections? )([\dA-Z][\d.A-Za-z–]*)/g;

/** RFC number → section ('' for the RFC as a whole) → files that refer to it. */
type RfcIndex = Map<number, Map<string, Set<string>>>;

/** Every reference in the given files, tests left out. */
export function rfcIndex(files: readonly SourceFile[]): RfcIndex {
  const index: RfcIndex = new Map();
  for (const file of files) {
    if (file.path.endsWith('.test.ts')) continue;
    for (const match of file.text.replaceAll(/\n\s*(?:\*|\/\/)\s/g, ' ').matchAll(REFERENCE)) {
      const number = Number(match[1]);
      const sections = index.get(number) ?? new Map<string, Set<string>>();
      index.set(number, sections);
      const named = [...match[2]!.matchAll(SECTION)].map((part) => part[1]!.replace(/\.$/, ''));
      for (const section of named.length === 0 ? [''] : named)
        sections.set(section, (sections.get(section) ?? new Set()).add(file.path));
    }
  }
  return index;
}

/** The page as Markdown, sorted, so that equal sources give equal text. */
export function formatRfcIndex(index: RfcIndex): string {
  const lines = [
    '# RFCs and where they stand in the code',
    '',
    'Made by `bin/node tools/rfc-index.ts` from the references in `src/`; not edited by hand.',
  ];
  for (const [number, sections] of [...index].sort(([a], [b]) => a - b)) {
    const title = RFC_TITLES[number];
    lines.push(
      '',
      `## [RFC ${number}](https://www.rfc-editor.org/rfc/rfc${number})${title ? ` ${title}` : ''}`,
    );
    lines.push('', '| Section | Files |', '|---|---|');
    for (const [section, files] of [...sections].sort(([a], [b]) => compareSections(a, b))) {
      const links = [...files].sort().map((file) => `[${file.replace(/^src\//, '')}](../${file})`);
      lines.push(`| ${section === '' ? 'as a whole' : `§${section}`} | ${links.join(' ')} |`);
    }
  }
  return `${lines.join('\n')}\n`;
}

/** `4.1.2` before `4.1.10`, letters (appendices) after numbers. */
function compareSections(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

if (import.meta.main) {
  const page = formatRfcIndex(rfcIndex(typescriptFiles(['src'])));
  writeFileSync(path.join(ROOT, RFC_PAGE), page);
}

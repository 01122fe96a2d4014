/**
 * README.md and README.ja.md say the same in two languages: as many headings of each level in the same order,
 * and the same code blocks. Comments in a block may be translated; commands may not differ.
 */
import type { Findings, SourceFile } from './source-tree.ts';

interface Outline {
  /** `#` signs of each heading, in order. */
  readonly headings: readonly string[];
  /** Contents of the fenced blocks without comments. */
  readonly blocks: readonly string[];
}

/** Where two READMEs differ in outline or in code. */
export function twinFindings(one: SourceFile, other: SourceFile): Findings {
  const [a, b] = [outline(one.text), outline(other.text)];
  const findings: string[] = [];
  if (a.headings.join(' ') !== b.headings.join(' '))
    findings.push(
      `${other.path}: headings differ: ${a.headings.join(' ')} in ${one.path}, ${b.headings.join(' ')} here`,
    );
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
  let block: string[] | undefined;
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
    }
  }
  return { headings, blocks };
}

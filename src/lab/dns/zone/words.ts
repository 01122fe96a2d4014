/** Zone files as words (RFC 1035 §5.1): comments, quotes, escapes, and parentheses that join lines. One pass, linear. Pure. */
import type { Said } from '#lab/dns/said';
import { flaw, type Flaw } from '#lab/dns/wire/flaws';
import type { Word } from '#lab/dns/wire/word';

export interface WordLine {
  /** From 1, where the entry begins. */
  readonly line: number;
  /** The entry begins with a blank: its owner is the one before. */
  readonly indented: boolean;
  readonly words: readonly Word[];
}

export interface WordProblem {
  readonly line: number;
  readonly problem: Said;
}

/** The entries of a zone file, or the first thing in it that cannot be read. */
export function readWords(text: string): readonly WordLine[] | WordProblem {
  const entries: WordLine[] = [];
  let words: Word[] = [];
  let line = 1;
  let begun = 1;
  let indented = false;
  let depth = 0;
  let at = 0;
  const finish = () => {
    if (words.length > 0) entries.push({ line: begun, indented, words });
    words = [];
    begun = line;
    indented = text[at] === ' ' || text[at] === '\t';
  };
  finish();
  while (at < text.length) {
    const character = text[at]!;
    if (character === '\n') {
      at++;
      line++;
      if (depth === 0) finish();
    } else if (character === ';') {
      const end = text.indexOf('\n', at);
      at = end === -1 ? text.length : end;
    } else if (character === '(' || character === ')') {
      depth += character === '(' ? 1 : -1;
      if (depth < 0) return { line, problem: flaw('parenthesis', {}).flaw };
      at++;
    } else if (/\s/.test(character)) at++;
    else if (character === '"') {
      const read = readQuoted(text, at + 1);
      if (read === undefined) return { line, problem: flaw('quote', {}).flaw };
      words.push({ text: read.text, quoted: true });
      at = read.end;
    } else {
      const end = endOfWord(text, at);
      words.push({ text: text.slice(at, end), quoted: false });
      at = end;
    }
  }
  if (depth > 0) return { line, problem: flaw('unclosed', {}).flaw };
  finish();
  return entries;
}

/** The words of one value, as it stands behind the type. */
export function valueWords(value: string): readonly Word[] | Flaw {
  const entries = readWords(`(${value}\n)`);
  return 'problem' in entries ? { flaw: entries.problem } : (entries[0]?.words ?? []);
}

function readQuoted(text: string, start: number): { text: string; end: number } | undefined {
  let out = '';
  for (let at = start; at < text.length; at++) {
    const character = text[at]!;
    if (character === '"') return { text: out, end: at + 1 };
    if (character === '\n') return undefined;
    if (character !== '\\') out += character;
    else {
      const code = /^\d{3}/.exec(text.slice(at + 1, at + 4))?.[0];
      out += code === undefined ? (text[at + 1] ?? '') : String.fromCharCode(Number(code) & 255);
      at += code === undefined ? 1 : 3;
    }
  }
  return undefined;
}

function endOfWord(text: string, start: number): number {
  let at = start;
  while (at < text.length && !/[\s;()"]/.test(text[at]!)) at += text[at] === '\\' ? 2 : 1;
  return Math.min(at, text.length);
}

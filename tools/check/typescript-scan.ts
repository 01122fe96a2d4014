/**
 * A small scanner of TypeScript: tells code from comments, strings, templates and regular expressions, and
 * finds the imports. The compiler's own interface is not used, since TypeScript 7 has no stable one.
 *
 * Invariant: `code` is as long as the source and has its line ends, so that offsets hold for both.
 */

export interface StringLiteral {
  readonly start: number;
  /** What stands between the quotes, as written; a template's substitutions are `${}`. */
  readonly text: string;
}

export interface Scan {
  /** The source with comments, regular expressions and the contents of strings turned to spaces. */
  readonly code: string;
  readonly strings: readonly StringLiteral[];
}

export interface ModuleReference {
  readonly specifier: string;
  readonly start: number;
  /** `import type`, `export type`: gone when the program runs. */
  readonly typeOnly: boolean;
}

/** After these a slash begins a regular expression; after anything else it divides. */
const BEFORE_REGEX = new Set('(,=:[!&|?{};+-*%<>~^');
const WORDS_BEFORE_REGEX =
  /\b(?:return|typeof|case|in|of|delete|void|throw|new|else|do|await|yield)$/;

/** Splits a source in code and strings; unterminated pieces run to the end of the file. */
export function scan(source: string): Scan {
  const code = Array.from({ length: source.length }, (_, index) => source.charAt(index));
  const strings: StringLiteral[] = [];
  let at = 0;

  const blank = (from: number, to: number): void => {
    for (let i = from; i < to && i < code.length; i++) if (code[i] !== '\n') code[i] = ' ';
  };
  const skipTo = (end: number): void => {
    const stop = end === -1 ? source.length : end;
    blank(at, stop);
    at = stop;
  };
  const quoted = (quote: string): void => {
    const start = at;
    let end = at + 1;
    while (end < source.length && source[end] !== quote && source[end] !== '\n')
      end += source[end] === '\\' ? 2 : 1;
    blank(start + 1, end);
    strings.push({ start, text: source.slice(start + 1, end) });
    at = end + 1;
  };
  const regex = (): void => {
    const start = at;
    let inClass = false;
    for (at++; at < source.length && source[at] !== '\n'; at++) {
      if (source[at] === '\\') at++;
      else if (source[at] === '[') inClass = true;
      else if (source[at] === ']') inClass = false;
      else if (source[at] === '/' && !inClass) break;
    }
    blank(start + 1, at);
    at++;
  };
  const template = (): void => {
    const start = at++;
    let text = '';
    while (at < source.length && source[at] !== '`') {
      const from = at;
      if (source.startsWith('${', at)) {
        at += 2;
        text += '${}';
        codeUntil('}');
        continue;
      }
      at += source[at] === '\\' ? 2 : 1;
      text += source.slice(from, at);
      blank(from, at);
    }
    strings.push({ start, text });
    at++;
  };
  const codeUntil = (closing: string): void => {
    let depth = 0;
    let last = '';
    let lastAt = -1;
    while (at < source.length) {
      const char = source[at]!;
      const here = at;
      if (char === closing && depth === 0) {
        at++;
        return;
      }
      if (source.startsWith('//', at)) skipTo(source.indexOf('\n', at));
      else if (source.startsWith('/*', at)) {
        const end = source.indexOf('*/', at + 2);
        skipTo(end === -1 ? -1 : end + 2);
      } else if (char === "'" || char === '"') quoted(char);
      else if (char === '`') template();
      else if (char === '/' && regexMayStart(source, last, lastAt)) regex();
      else {
        if (char === '{') depth++;
        else if (char === '}') depth--;
        at++;
      }
      if (code[here] !== ' ' && code[here] !== '\n') {
        last = char;
        lastAt = here;
      }
    }
  };
  codeUntil('');
  return { code: code.join(''), strings };
}

function regexMayStart(source: string, last: string, lastAt: number): boolean {
  if (last === '' || BEFORE_REGEX.has(last)) return true;
  return WORDS_BEFORE_REGEX.test(source.slice(Math.max(0, lastAt - 10), lastAt + 1));
}

const MODULE_STATEMENT =
  /\b(?:(import|export)(\s+type\b)?(?:[\s\w$*{},]*?\bfrom)?\s*(?=['"])|import\s*\(\s*(?=['"`]))/g;

/** Every module that a source names: import and export statements, `import(…)`, types written `import('…')`. */
export function moduleReferences({ code, strings }: Scan): ModuleReference[] {
  const byStart = new Map(strings.map((literal) => [literal.start, literal]));
  const references: ModuleReference[] = [];
  for (const match of code.matchAll(MODULE_STATEMENT)) {
    const literal = byStart.get(match.index + match[0].length);
    if (literal === undefined) continue;
    references.push({
      specifier: literal.text,
      start: literal.start,
      typeOnly: match[2] !== undefined,
    });
  }
  return references;
}

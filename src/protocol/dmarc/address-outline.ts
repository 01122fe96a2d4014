/**
 * The outline of an address field that has been found well-formed: where comments and routes stand, which the list of
 * addresses does not tell any more. One pass over the text, linear.
 */

export interface Outline {
  /** obs-route: `<@a,@b:c@d>` (RFC 5322 §4.4). */
  readonly route: boolean;
  /** A comment with parts of an address on both sides of it, or with an `@` in it. */
  readonly commentInAddress: boolean;
}

/** Characters of the outline: `Q` a quoted string, `C` a comment; the rest stands for itself, without white space. */
export function outlineOf(text: string): Outline {
  let outline = '';
  let atInComment = false;
  for (let at = 0; at < text.length;) {
    const character = text[at]!;
    if (character === '"') {
      at = endOf(text, at, '"');
      outline += 'Q';
    } else if (character === '(') {
      const end = endOf(text, at, ')');
      atInComment ||= /[@\uff20\ufe6b]/.test(text.slice(at, end));
      at = end;
      outline += '\u0001';
    } else {
      if (character !== ' ' && character !== '\t') outline += character;
      at++;
    }
  }
  return {
    route: /<[\u0001,]*@/.test(outline) || outline.includes('<\u0001,'),
    commentInAddress: atInComment || hasInnerComment(outline),
  };
}

/** A comment beside the `@`, beside a dot, or inside angle brackets. */
function hasInnerComment(outline: string): boolean {
  return /[@.<]\u0001|\u0001[@.>]/.test(outline);
}

/** The offset after the quoted string or comment that starts at `from`; comments nest. */
function endOf(text: string, from: number, close: '"' | ')'): number {
  let depth = 0;
  for (let at = from + 1; at < text.length; at++) {
    const character = text[at];
    if (character === '\\') at++;
    else if (character === close && depth-- === 0) return at + 1;
    else if (character === '(' && close === ')') depth++;
  }
  return text.length;
}

/**
 * HTML as plain text, for previews and for search: tags, comments, styles and scripts out, character references decoded,
 * a line end where a block starts or ends. No rendering, and no safe HTML: the result is text. Total and linear.
 * Called by preview.ts, part-text.ts.
 */

/** Elements whose content is no text of the page. */
const HIDDEN_END: Readonly<Record<string, RegExp>> = {
  style: /<\/style/gi,
  script: /<\/script/gi,
  title: /<\/title/gi,
};

const BLOCK =
  /^(?:address|article|blockquote|body|br|dd|div|dl|dt|footer|form|h[1-6]|header|hr|li|ol|p|pre|section|table|td|th|tr|ul)$/;

const TAG_NAME = /\/?([A-Za-z][A-Za-z0-9]{0,20})/y;

export function htmlText(html: string): string {
  let text = '';
  let at = 0;
  while (at < html.length) {
    const open = html.indexOf('<', at);
    if (open < 0) break;
    text += html.slice(at, open);
    TAG_NAME.lastIndex = open + 1;
    const name = TAG_NAME.exec(html)?.[1]!.toLowerCase();
    if (name === undefined && html[open + 1] !== '!' && html[open + 1] !== '?') {
      text += '<';
      at = open + 1;
      continue;
    }
    at = tagEnd(html, open, name);
    if (name !== undefined && BLOCK.test(name)) text += '\n';
  }
  return decodeReferences(text + html.slice(at));
}

/** The offset after a tag, and after what it hides; what has no end goes on to the end. */
function tagEnd(html: string, open: number, name: string | undefined): number {
  if (name === undefined && html.startsWith('<!--', open)) {
    const end = html.indexOf('-->', open + 4);
    return end < 0 ? html.length : end + 3;
  }
  const hidden = name === undefined || html[open + 1] === '/' ? undefined : hiddenEnd(name);
  if (hidden) {
    hidden.lastIndex = open;
    const end = hidden.exec(html)?.index;
    return end === undefined ? html.length : end;
  }
  const end = html.indexOf('>', open);
  return end < 0 ? html.length : end + 1;
}

function hiddenEnd(name: string): RegExp | undefined {
  return Object.hasOwn(HIDDEN_END, name) ? HIDDEN_END[name] : undefined;
}

/** Those that mail has; the others of HTML stay as they are written. */
const REFERENCES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00A0',
  shy: '\u00AD',
  zwnj: '\u200C',
  zwj: '\u200D',
  copy: '©',
  reg: '®',
  trade: '™',
  hellip: '…',
  mdash: '—',
  ndash: '–',
  lsquo: '‘',
  rsquo: '’',
  ldquo: '“',
  rdquo: '”',
  laquo: '«',
  raquo: '»',
  bull: '•',
  middot: '·',
  euro: '€',
  pound: '£',
  yen: '¥',
  auml: 'ä',
  ouml: 'ö',
  uuml: 'ü',
  Auml: 'Ä',
  Ouml: 'Ö',
  Uuml: 'Ü',
  szlig: 'ß',
  eacute: 'é',
  egrave: 'è',
  agrave: 'à',
  ccedil: 'ç',
};

function decodeReferences(text: string): string {
  return text.replaceAll(
    /&(?:#(\d{1,7})|#[xX]([0-9A-Fa-f]{1,6})|([A-Za-z]{2,8}));?/g,
    (whole, decimal: string | undefined, hex: string | undefined, name: string | undefined) => {
      if (name !== undefined) return Object.hasOwn(REFERENCES, name) ? REFERENCES[name]! : whole;
      const code = decimal === undefined ? Number.parseInt(hex!, 16) : Number(decimal);
      const isText = code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
      return isText ? String.fromCodePoint(code) : '\uFFFD';
    },
  );
}

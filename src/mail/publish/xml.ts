/**
 * As much of XML 1.0 as settings for mail programs need. Writing escapes everything; reading takes elements, attributes and text, and refuses
 * whatever a request of a mail program has no use for: document types, entities of its own, CDATA, comments, instructions but the first.
 * Linear, bounded in depth and number, no recursion.
 */

export type XmlNode = XmlElement | string;

export interface XmlElement {
  readonly name: string;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly children: readonly XmlNode[];
}

export function element(name: string, ...children: readonly XmlNode[]): XmlElement {
  return { name, children };
}

export function withAttributes(
  of: XmlElement,
  attributes: Readonly<Record<string, string>>,
): XmlElement {
  return { ...of, attributes };
}

export function formatXml(root: XmlElement): string {
  return `<?xml version="1.0" encoding="utf-8"?>\n${formatElement(root, '')}\n`;
}

function formatElement({ name, attributes = {}, children }: XmlElement, indent: string): string {
  const start = [
    name,
    ...Object.entries(attributes).map(([key, value]) => `${key}="${escaped(value)}"`),
  ];
  const open = `${indent}<${start.join(' ')}>`;
  if (children.length === 0) return `${open.slice(0, -1)}/>`;
  if (children.every((child) => typeof child === 'string'))
    return `${open}${children.map(escaped).join('')}</${name}>`;
  const inside = children.map((child) =>
    typeof child === 'string'
      ? `${indent}  ${escaped(child)}`
      : formatElement(child, `${indent}  `),
  );
  return [open, ...inside, `${indent}</${name}>`].join('\n');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** What XML 1.0 cannot hold at all (§2.2) is replaced. */
function escaped(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[^\t\n\r\x20-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replaceAll(/[&<>"']/g, (character) => ENTITIES[character]!);
}

const MAX_DEPTH = 16;
const MAX_ELEMENTS = 200;
const PROLOGUE = /^\ufeff?(?:<\?xml[^<>]{0,200}\?>)?/;
/** One tag; attributes are passed over. */
const TAG =
  /<(\/?)([A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?)((?:\s+[A-Za-z_][\w.:-]*\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/y;

/** The text of each element that holds nothing but text, by its local name, the first of each; undefined where it is no such XML. */
export function readTexts(xml: string): ReadonlyMap<string, string> | undefined {
  const texts = new Map<string, string>();
  const open: { name: string; hasElements: boolean; from: number }[] = [];
  let count = 0;
  let at = PROLOGUE.exec(xml)![0].length;
  for (;;) {
    const next = xml.indexOf('<', at);
    const between = xml.slice(at, next === -1 ? xml.length : next);
    if (open.length === 0 && between.trim() !== '') return undefined;
    if (next === -1) return open.length === 0 && count > 0 ? texts : undefined;
    TAG.lastIndex = next;
    const tag = TAG.exec(xml);
    if (tag === null) return undefined;
    at = TAG.lastIndex;
    const [, slash, name = '', attributes, selfClosing] = tag;
    if (slash === '') {
      if (++count > MAX_ELEMENTS || (open.length === 0 && count > 1)) return undefined;
      const parent = open.at(-1);
      if (parent) parent.hasElements = true;
      if (selfClosing === '') open.push({ name, hasElements: false, from: at });
      if (open.length > MAX_DEPTH) return undefined;
      continue;
    }
    const closed = open.pop();
    if (closed?.name !== name || attributes !== '' || selfClosing !== '') return undefined;
    const text = closed.hasElements ? '' : unescaped(xml.slice(closed.from, next));
    if (text === undefined) return undefined;
    const local = name.slice(name.indexOf(':') + 1);
    if (!closed.hasElements && !texts.has(local)) texts.set(local, text.trim());
  }
}

/** Undefined where an entity is not one of the five that need no declaration. */
function unescaped(text: string): string | undefined {
  let known = true;
  const plain = text.replaceAll(/&([^;&]{0,10});?/g, (all, name: string) => {
    const found = Object.entries(ENTITIES).find(([, entity]) => entity === `&${name};`);
    if (found === undefined || !all.endsWith(';')) known = false;
    return found?.[0] ?? '';
  });
  return known ? plain : undefined;
}

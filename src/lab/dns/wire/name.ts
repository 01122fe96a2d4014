/**
 * Domain names of the practice Internet. In text: lower case, no trailing dot, the root is the empty string, and every octet that could be
 * taken for something else is written `\DDD` (RFC 1035 §5.1), so that a dot always separates labels. On the wire: RFC 1035 §3.1. Pure.
 */
import { concat, fromLatin1 } from '#bytes';

const MAX_LABEL = 63;
const MAX_NAME = 255;

/** What stands in the text of a label as it is. */
const PLAIN = /^[a-z0-9_*/+=-]+$/;

/** A name as a person or a zone file writes it, or undefined where it cannot be a name. Relative to `origin` without a trailing dot, if one is given. */
export function parseName(text: string, origin?: string): string | undefined {
  if (text.length > 4 * MAX_NAME) return undefined;
  if (text === '.') return '';
  if (text === '@') return origin;
  const absolute = text.endsWith('.') && !text.endsWith(String.raw`\.`);
  const labels = readLabels(absolute ? text.slice(0, -1) : text);
  if (labels === undefined || labels.some(({ length }) => length === 0 || length > MAX_LABEL)) {
    return undefined;
  }
  const name = nameOf(labels);
  const whole = absolute || origin === undefined || origin === '' ? name : `${name}.${origin}`;
  return octetsOf(whole) > MAX_NAME ? undefined : whole;
}

/** The labels of escaped text, one character per octet. */
function readLabels(text: string): string[] | undefined {
  const labels = [''];
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (character === '.') labels.push('');
    else if (character === '\\') {
      const code = /^\d{3}/.exec(text.slice(at + 1, at + 4))?.[0];
      if (code === undefined && at + 1 >= text.length) return undefined;
      if (code !== undefined && Number(code) > 255) return undefined;
      labels[labels.length - 1] +=
        code === undefined ? text[at + 1]! : String.fromCharCode(Number(code));
      at += code === undefined ? 1 : 3;
    } else if (character > '\u007e' || character < '!') return undefined;
    else labels[labels.length - 1] += character;
  }
  return labels;
}

/** The labels of a name, unescaped, one character per octet. */
export function labelsOf(name: string): readonly string[] {
  if (name === '') return [];
  const labels = name.split('.');
  return name.includes('\\') ? labels.map(unescape) : labels;
}

/** The name of unescaped labels. */
export function nameOf(labels: readonly string[]): string {
  return labels.map(escapeLabel).join('.');
}

function escapeLabel(label: string): string {
  const lower = label.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
  if (PLAIN.test(lower)) return lower;
  return lower.replaceAll(
    /[^a-z0-9_*/+=-]/g,
    (octet) => `\\${String(octet.charCodeAt(0)).padStart(3, '0')}`,
  );
}

function unescape(label: string): string {
  return label.replaceAll(/\\(\d{3})/g, (_, code: string) => String.fromCharCode(Number(code)));
}

export function parentOf(name: string): string {
  const dot = name.indexOf('.');
  return dot === -1 ? '' : name.slice(dot + 1);
}

/** Whether `name` is `apex` or below it. */
export function isWithin(name: string, apex: string): boolean {
  return apex === '' || name === apex || name.endsWith(`.${apex}`);
}

/** The names from `name` up to `apex`, both included. */
export function upTo(name: string, apex: string): readonly string[] {
  const names = [name];
  for (let at = name; at !== apex && at !== '';) {
    at = parentOf(at);
    names.push(at);
  }
  return names;
}

/** The canonical order of names (RFC 4034 §6.1). */
export function compareNames(a: string, b: string): number {
  const left = labelsOf(a);
  const right = labelsOf(b);
  for (let back = 1; back <= Math.min(left.length, right.length); back++) {
    const one = left.at(-back)!;
    const other = right.at(-back)!;
    if (one !== other) return one < other ? -1 : 1;
  }
  return left.length - right.length;
}

function octetsOf(name: string): number {
  return labelsOf(name).reduce((sum, { length }) => sum + length + 1, 1);
}

/** In lower case and without pointers, as signatures want it (RFC 4034 §6.2). */
export function encodeName(name: string): Uint8Array {
  const parts = labelsOf(name).map((label) =>
    concat([Uint8Array.of(label.length), fromLatin1(label)]),
  );
  return concat([...parts, Uint8Array.of(0)]);
}

export interface ReadName {
  readonly name: string;
  /** The offset after the name. */
  readonly end: number;
}

/** Reads a name and follows its pointers, each to an earlier place; undefined where that leads nowhere. */
export function decodeName(packet: Uint8Array, start: number): ReadName | undefined {
  const labels: string[] = [];
  let at = start;
  let end: number | undefined;
  let before = start;
  let octets = 1;
  for (;;) {
    const length = packet[at];
    if (length === undefined) return undefined;
    if (length === 0) return { name: nameOf(labels), end: end ?? at + 1 };
    if (length >= 0xc0) {
      const low = packet[at + 1];
      if (low === undefined) return undefined;
      end ??= at + 2;
      const target = ((length & 0x3f) << 8) | low;
      if (target >= before) return undefined;
      before = target;
      at = target;
    } else if (length > MAX_LABEL || at + 1 + length > packet.length) return undefined;
    else {
      octets += length + 1;
      if (octets > MAX_NAME) return undefined;
      labels.push(String.fromCharCode(...packet.subarray(at + 1, at + 1 + length)));
      at += length + 1;
    }
  }
}

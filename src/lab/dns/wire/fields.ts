/**
 * The kinds of fields that data of records is made of, each with its way from words of a zone file to octets and back. An encoder answers
 * a flaw where a word cannot be meant; a decoder undefined where the octets end too soon. Pure.
 */
import { isIPv4, isIPv6 } from 'node:net';
import { concat, fromLatin1, latin1, utf8, view } from '#bytes';
import { flaw, type Flaw } from './flaws.ts';
import { decodeName, encodeName, parseName } from './name.ts';
import { typeCode, typeName } from './record-types.ts';
import { decodeTypes, encodeTypes } from './type-bits.ts';
import type { Word } from './word.ts';

export type Field =
  | 'ip4'
  | 'ip6'
  | 'name'
  | 'u8'
  | 'u16'
  | 'u32'
  | 'time'
  | 'type'
  | 'string'
  | 'tag'
  | 'strings'
  | 'rest-text'
  | 'hex'
  | 'base64'
  | 'types';

interface Read {
  readonly text: string;
  readonly end: number;
}

interface FieldCodec {
  /** It is the last and takes every word that is left. */
  readonly takesRest?: true;
  encode(words: readonly Word[], origin: string): Uint8Array | Flaw;
  decode(octets: Uint8Array, at: number): Read | undefined;
}

const MAX_STRING = 255;
/** RFC 8659 §4.1. */
const TAG = /^[A-Za-z0-9]{1,255}$/;

export const FIELDS: { readonly [F in Field]: FieldCodec } = {
  ip4: {
    encode: ([word]) =>
      isIPv4(word!.text)
        ? Uint8Array.from(word!.text.split('.'), Number)
        : flaw('ip4', { word: word!.text }),
    decode: (octets, at) =>
      at + 4 > octets.length
        ? undefined
        : { text: octets.subarray(at, at + 4).join('.'), end: at + 4 },
  },
  ip6: {
    encode: ([word]) => encodeIp6(word!.text) ?? flaw('ip6', { word: word!.text }),
    decode: (octets, at) =>
      at + 16 > octets.length
        ? undefined
        : { text: formatIp6(octets.subarray(at, at + 16)), end: at + 16 },
  },
  name: {
    encode([word], origin) {
      const name = parseName(word!.text, origin);
      return name === undefined ? flaw('name', { word: word!.text }) : encodeName(name);
    },
    decode(octets, at) {
      const read = decodeName(octets, at);
      return read && { text: `${read.name}.`, end: read.end };
    },
  },
  u8: number(1),
  u16: number(2),
  u32: number(4),
  time: {
    encode: ([word]) => encodeTime(word!.text) ?? flaw('time', { word: word!.text }),
    decode: (octets, at) =>
      at + 4 > octets.length
        ? undefined
        : { text: formatTime(view(octets).readUInt32BE(at)), end: at + 4 },
  },
  type: {
    encode([word]) {
      const code = typeCode(word!.text);
      return code === undefined
        ? flaw('type', { word: word!.text })
        : Uint8Array.of(code >> 8, code & 255);
    },
    decode: (octets, at) =>
      at + 2 > octets.length
        ? undefined
        : { text: typeName((octets[at]! << 8) | octets[at + 1]!), end: at + 2 },
  },
  string: {
    encode([word]) {
      const octets = textOctets(word!);
      return octets.length > MAX_STRING
        ? flaw('long', { word: word!.text.slice(0, 40) })
        : pascal(octets);
    },
    decode: readString,
  },
  tag: {
    encode: ([word]) =>
      TAG.test(word!.text) ? pascal(fromLatin1(word!.text)) : flaw('tag', { word: word!.text }),
    decode(octets, at) {
      const end = at + 1 + (octets[at] ?? 256);
      const text = latin1(octets.subarray(at + 1, end));
      return end > octets.length || !TAG.test(text) ? undefined : { text, end };
    },
  },
  strings: {
    takesRest: true,
    // A string that is too long becomes several, as every provider's form does it (RFC 7208 §3.3 joins them again).
    encode: (words) => concat(words.flatMap((word) => pieces(textOctets(word)).map(pascal))),
    decode(octets, at) {
      const texts: string[] = [];
      let end = at;
      while (end < octets.length) {
        const read = readString(octets, end);
        if (read === undefined) return undefined;
        texts.push(read.text);
        end = read.end;
      }
      return texts.length === 0 ? undefined : { text: texts.join(' '), end };
    },
  },
  'rest-text': {
    encode: ([word]) => textOctets(word!),
    decode: (octets, at) => ({ text: quoted(octets.subarray(at)), end: octets.length }),
  },
  hex: {
    takesRest: true,
    encode(words) {
      const text = words.map((word) => word.text).join('');
      return /^(?:[0-9a-f]{2})+$/i.test(text) ? Buffer.from(text, 'hex') : flaw('hex', {});
    },
    decode: (octets, at) => rest(octets, at, 'hex'),
  },
  base64: {
    takesRest: true,
    encode(words) {
      const text = words.map((word) => word.text).join('');
      return /^[A-Za-z0-9+/]+={0,2}$/.test(text) ? Buffer.from(text, 'base64') : flaw('base64', {});
    },
    decode: (octets, at) => rest(octets, at, 'base64'),
  },
  types: {
    takesRest: true,
    encode(words) {
      const codes = words.map((word) => typeCode(word.text));
      return codes.includes(undefined) ? flaw('types', {}) : encodeTypes(codes as number[]);
    },
    decode(octets, at) {
      const codes = decodeTypes(octets.subarray(at));
      return codes && { text: codes.map(typeName).join(' '), end: octets.length };
    },
  },
};

/** What is left, in one word: without octets there is none. */
function rest(octets: Uint8Array, at: number, form: 'hex' | 'base64'): Read | undefined {
  if (at >= octets.length) return undefined;
  return { text: view(octets.subarray(at)).toString(form), end: octets.length };
}

function number(size: 1 | 2 | 4): FieldCodec {
  const most = 2 ** (8 * size) - 1;
  return {
    encode([word]) {
      const { text } = word!;
      if (!/^\d{1,10}$/.test(text) || Number(text) > most)
        return flaw('number', { word: text, most });
      const octets = Buffer.alloc(size);
      octets.writeUIntBE(Number(text), 0, size);
      return octets;
    },
    decode: (octets, at) =>
      at + size > octets.length
        ? undefined
        : { text: String(view(octets).readUIntBE(at, size)), end: at + size },
  };
}

function textOctets({ text, quoted: inQuotes }: Word): Uint8Array {
  const plain = inQuotes
    ? text
    : text.replaceAll(/\\(\d{3}|.)/gs, (_, one: string) =>
        one.length === 3 ? String.fromCharCode(Number(one) & 255) : one,
      );
  // Escapes are octets; what was typed beyond ISO-8859-1 can only be meant as UTF-8.
  return /^[\0-\u00ff]*$/.test(plain) ? fromLatin1(plain) : utf8(plain);
}

function pascal(octets: Uint8Array): Uint8Array {
  return concat([Uint8Array.of(octets.length), octets]);
}

function pieces(octets: Uint8Array): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let at = 0; at === 0 || at < octets.length; at += MAX_STRING) {
    parts.push(octets.subarray(at, at + MAX_STRING));
  }
  return parts;
}

function readString(octets: Uint8Array, at: number): Read | undefined {
  const end = at + 1 + (octets[at] ?? 256);
  return end > octets.length ? undefined : { text: quoted(octets.subarray(at + 1, end)), end };
}

function quoted(octets: Uint8Array): string {
  const text = latin1(octets)
    .replaceAll(/["\\]/g, String.raw`\$&`)
    .replaceAll(/[^\x20-\x7e]/g, (octet) => `\\${String(octet.charCodeAt(0)).padStart(3, '0')}`);
  return `"${text}"`;
}

function encodeIp6(text: string): Uint8Array | undefined {
  if (!isIPv6(text) || text.includes('%')) return undefined;
  // The URL parser knows every spelling, the one with an IPv4 tail too.
  const [head, tail] = new URL(`http://[${text}]`).hostname.slice(1, -1).split('::');
  const left = groups(head!);
  const right = groups(tail ?? '');
  const all =
    tail === undefined
      ? left
      : [...left, ...Array<number>(8 - left.length - right.length).fill(0), ...right];
  return Uint8Array.from(all.flatMap((group) => [group >> 8, group & 255]));
}

function groups(text: string): number[] {
  return text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
}

function formatIp6(octets: Uint8Array): string {
  const text = Array.from({ length: 8 }, (_, index) =>
    view(octets)
      .readUInt16BE(2 * index)
      .toString(16),
  ).join(':');
  return new URL(`http://[${text}]`).hostname.slice(1, -1);
}

function encodeTime(text: string): Uint8Array | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(text)?.slice(1).map(Number);
  if (parts === undefined) return undefined;
  const [year, month, day, hour, minute, second] = parts as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const octets = Buffer.alloc(4);
  octets.writeUInt32BE((Date.UTC(year, month - 1, day, hour, minute, second) / 1_000) % 2 ** 32);
  return octets;
}

function formatTime(seconds: number): string {
  return new Date(seconds * 1_000).toISOString().replaceAll(/[-:T]|\.\d+Z/g, '');
}

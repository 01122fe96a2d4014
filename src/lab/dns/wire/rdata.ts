/**
 * The data of records between the presentation form of zone files (RFC 1035 §5) and octets, by one table of fields for each type. Octets
 * are in canonical form: names in lower case and whole (RFC 4034 §6.2), since signatures are made over them. An unknown type is written
 * as `\# length hex` (RFC 3597 §5). Pure.
 */
import { concat } from '#bytes';
import { FIELDS } from './fields.ts';
import type { Field } from './fields.ts';
import { flaw, type Flaw } from './flaws.ts';
import { TYPE } from './record-types.ts';
import type { TypeName } from './record-types.ts';
import type { Word } from './word.ts';

/** The fields of each type in order (RFC 1035 §3.3, 3596, 2782, 8659, 6698, 4034, 4255). A last field may take all that is left. */
const FORMS: { readonly [T in TypeName]?: readonly Field[] } = {
  A: ['ip4'],
  AAAA: ['ip6'],
  NS: ['name'],
  CNAME: ['name'],
  PTR: ['name'],
  DNAME: ['name'],
  MX: ['u16', 'name'],
  TXT: ['strings'],
  SPF: ['strings'],
  HINFO: ['string', 'string'],
  SOA: ['name', 'name', 'u32', 'u32', 'u32', 'u32', 'u32'],
  SRV: ['u16', 'u16', 'u16', 'name'],
  NAPTR: ['u16', 'u16', 'string', 'string', 'string', 'name'],
  CAA: ['u8', 'tag', 'rest-text'],
  TLSA: ['u8', 'u8', 'u8', 'hex'],
  SMIMEA: ['u8', 'u8', 'u8', 'hex'],
  SSHFP: ['u8', 'u8', 'hex'],
  DS: ['u16', 'u8', 'u8', 'hex'],
  CDS: ['u16', 'u8', 'u8', 'hex'],
  DNSKEY: ['u16', 'u8', 'u8', 'base64'],
  CDNSKEY: ['u16', 'u8', 'u8', 'base64'],
  OPENPGPKEY: ['base64'],
  RRSIG: ['type', 'u8', 'u8', 'u32', 'time', 'time', 'u16', 'name', 'base64'],
  NSEC: ['name', 'types'],
};

const BY_CODE = new Map<number, readonly Field[]>(
  Object.entries(FORMS).map(([name, fields]) => [TYPE[name as TypeName], fields]),
);

/** The form of a type's data, or undefined where only its octets are known. */
export function formOf(type: number): readonly Field[] | undefined {
  return BY_CODE.get(type);
}

const MAX_RDATA = 65_535;

/** The octets of presentation words, or what is wrong with them. */
export function encodeRdata(
  type: number,
  words: readonly Word[],
  origin: string,
): Uint8Array | Flaw {
  if (words[0]?.text === String.raw`\#`) return encodeGeneric(words.slice(1));
  const form = formOf(type);
  if (form === undefined) return flaw('generic-only', {});
  const parts: Uint8Array[] = [];
  let left = words;
  for (const field of form) {
    if (left.length === 0 && field !== 'types') {
      const given = words.map(({ text }) => text).join(' ');
      return given === '' ? flaw('nothing', {}) : flaw('missing', { words: given });
    }
    const taken = FIELDS[field].takesRest ? left : left.slice(0, 1);
    const octets = FIELDS[field].encode(taken, origin);
    if ('flaw' in octets) return octets;
    parts.push(octets);
    left = left.slice(taken.length);
  }
  if (left.length > 0) return flaw('too-much', { word: left[0]!.text });
  const whole = concat(parts);
  return whole.length > MAX_RDATA ? flaw('too-long', {}) : whole;
}

function encodeGeneric([length, ...digits]: readonly Word[]): Uint8Array | Flaw {
  const text = digits.map((word) => word.text).join('');
  if (!/^(?:[0-9a-f]{2})*$/i.test(text)) return flaw('generic-digits', {});
  const octets = Buffer.from(text, 'hex');
  return String(octets.length) === length?.text ? octets : flaw('generic-length', {});
}

/** The presentation form of octets; what does not fit the form of its type is written in the generic way. */
export function formatRdata(type: number, rdata: Uint8Array): string {
  const generic = String.raw`\# ${rdata.length} ${Buffer.from(rdata).toString('hex')}`.trimEnd();
  const form = formOf(type);
  if (form === undefined) return generic;
  const words: string[] = [];
  let at = 0;
  for (const field of form) {
    const read = FIELDS[field].decode(rdata, at);
    if (read === undefined) return generic;
    if (read.text !== '') words.push(read.text);
    at = read.end;
  }
  return at === rdata.length ? words.join(' ') : generic;
}

/** Records as lines of a zone file (RFC 1035 §5.1). Pure. */
import { hex } from '#bytes';
import type { RecordData } from '#protocol/dns/resolver';
import { textStrings, type PlannedRecord, type PlanType } from './record.ts';

export function zoneLine(name: string, text: string): string {
  return textLine(name, textStrings(text));
}

/** One line; of a TXT record with several strings several. */
export function plannedLine(record: PlannedRecord): string {
  const { name, type, data } = record;
  return type === 'TXT'
    ? textLine(name, data)
    : `${name}. IN ${type} ${recordText(type, data as never)}`;
}

function textLine(name: string, strings: readonly string[]): string {
  const quoted = strings.map((text) => `"${escaped(text)}"`);
  const data = quoted.length === 1 ? quoted[0]! : `( ${quoted.join('\n    ')} )`;
  return `${name}. IN TXT ${data}`;
}

/** The data of a record as a zone file writes it. */
export function recordText<T extends PlanType>(type: T, data: RecordData[T]): string {
  return WRITERS[type](data);
}

const WRITERS: { readonly [T in PlanType]: (data: RecordData[T]) => string } = {
  A: (address) => address,
  AAAA: (address) => address,
  CNAME: absolute,
  PTR: absolute,
  MX: ({ preference, exchange }) => `${preference} ${absolute(exchange)}`,
  TXT: (strings) => strings.map((text) => `"${escaped(text)}"`).join(' '),
  SRV: ({ priority, weight, port, target }) => `${priority} ${weight} ${port} ${absolute(target)}`,
  TLSA: ({ usage, selector, matchingType, certificate }) =>
    `${usage} ${selector} ${matchingType} ${hex(certificate)}`,
  CAA: ({ flags, tag, value }) => `${flags} ${tag} "${escaped(value)}"`,
};

function absolute(name: string): string {
  return name === '.' ? '.' : `${name}.`;
}

function escaped(text: string): string {
  return text
    .replaceAll(/["\\]/g, String.raw`\$&`)
    .replaceAll(
      /[^\x20-\x7e]/g,
      (character) => `\\${String(character.codePointAt(0)! & 0xff).padStart(3, '0')}`,
    );
}

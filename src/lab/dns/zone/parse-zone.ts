/**
 * The text of a zone file (RFC 1035 §5, $TTL by RFC 2308 §4) to plain records, or the first line that is wrong. `$INCLUDE` is refused: there is
 * no folder to take files from. SOA records are passed over, since the hosting company makes its own. Pure and bounded.
 */
import { refused, type Refused } from '#lab/dns/outcome';
import type { ZoneRecord } from '#lab/dns/records';
import { saidWith, shortened, type Said } from '#lab/dns/said';
import { HOW, WHAT } from '#lab/dns/texts/zone-file';
import { encodeRdata, formatRdata } from '#lab/dns/wire/rdata';
import type { Word } from '#lab/dns/wire/word';
import { isWithin, parseName } from '#lab/dns/wire/name';
import { TYPE, typeCode, typeName } from '#lab/dns/wire/record-types';
import { readWords } from './words.ts';
import type { WordLine } from './words.ts';

const MAX_TEXT = 256 * 1024;
const MAX_RECORDS = 2_000;
const DEFAULT_TTL = 3_600;

interface State {
  origin: string;
  ttl: number;
  owner: string;
  readonly sets: Map<string, { name: string; type: string; ttl: number; values: string[] }>;
  count: number;
}

export function parseZone(text: string, zone: string): readonly ZoneRecord[] | Refused {
  if (text.length > MAX_TEXT) {
    return wrong(1, saidWith(WHAT.long, { most: MAX_TEXT }), HOW.parts);
  }
  const lines = readWords(text);
  if ('problem' in lines) {
    return wrong(lines.line, lines.problem, HOW.close);
  }
  const state: State = { origin: zone, ttl: DEFAULT_TTL, owner: zone, sets: new Map(), count: 0 };
  for (const line of lines) {
    const problem = line.words[0]!.text.startsWith('$')
      ? readDirective(line, state)
      : readEntry(line, zone, state);
    if (problem !== undefined) return problem;
  }
  return [...state.sets.values()];
}

function readDirective({ line, words }: WordLine, state: State): Refused | undefined {
  const [directive, value] = words.map((word) => word.text);
  const ttl = readTtl(value ?? '');
  const origin = parseName(value ?? '', state.origin);
  if (directive?.toUpperCase() === '$TTL' && ttl !== undefined) state.ttl = ttl;
  else if (directive?.toUpperCase() === '$ORIGIN' && origin !== undefined) state.origin = origin;
  else {
    const words = shortened(`${directive} ${value ?? ''}`);
    return wrong(line, saidWith(WHAT.directive, { words }), HOW.directives);
  }
  return undefined;
}

function readEntry(entry: WordLine, zone: string, state: State): Refused | undefined {
  const { line, indented, words } = entry;
  const rest = [...words];
  if (!indented) {
    const text = rest.shift()!.text;
    const owner = parseName(text, state.origin);
    if (owner === undefined) {
      const word = shortened(text);
      return wrong(line, saidWith(WHAT.name, { word }), HOW.name);
    }
    state.owner = owner;
  }
  const ttl = takeTtlAndClass(rest) ?? state.ttl;
  const word = rest.shift()?.text ?? '';
  const type = typeCode(word);
  if (type === undefined) {
    return wrong(line, saidWith(WHAT.type, { word: shortened(word) }), HOW.order);
  }
  if (type === TYPE.SOA) return undefined;
  const name = state.owner;
  if (!isWithin(name, zone)) {
    return wrong(line, saidWith(WHAT.outside, { name, zone }), saidWith(HOW.dot, { zone }));
  }
  if (++state.count > MAX_RECORDS) {
    return wrong(line, saidWith(WHAT.many, { most: MAX_RECORDS }), HOW.fewer);
  }
  const rdata = encodeRdata(type, rest, state.origin);
  if ('flaw' in rdata) return wrong(line, rdata.flaw, saidWith(HOW.data, { type: typeName(type) }));
  const key = `${type} ${name}`;
  const set = state.sets.get(key) ?? { name, type: typeName(type), ttl, values: [] };
  state.sets.set(key, set);
  // A set has one TTL (RFC 2181 §5.2): the least that was given.
  set.ttl = Math.min(set.ttl, ttl);
  set.values.push(formatRdata(type, rdata));
  return undefined;
}

/** Takes TTL and class, which stand in either order, from the front. */
function takeTtlAndClass(words: Word[]): number | undefined {
  let ttl: number | undefined;
  for (let taken = 0; taken < 2; taken++) {
    const text = words[0]?.text ?? '';
    const seconds = ttl === undefined ? readTtl(text) : undefined;
    if (seconds !== undefined) ttl = seconds;
    else if (text.toUpperCase() !== 'IN') break;
    words.shift();
  }
  return ttl;
}

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 };

/** Seconds, or with units as BIND writes them: `1h30m`. */
function readTtl(text: string): number | undefined {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  if (text.length > 20 || !/^(?:\d{1,6}[smhdw])+$/i.test(text)) return undefined;
  const parts = [...text.toLowerCase().matchAll(/(\d+)([smhdw])/g)];
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * UNITS[unit!]!, 0);
}

function wrong(line: number, what: Said, how: Said): Refused {
  return refused('line', { line, what, how });
}

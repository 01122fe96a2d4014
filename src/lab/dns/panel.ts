/** The hosting company's panel: the records of the learner's zones, and the keys that sign them. */
import type { Books } from './books.ts';
import { dsOf, makeKey } from './dnssec/key.ts';
import { dsRemarks } from './ds-remarks.ts';
import type { HostedContent, ServerSerial } from './hosting.ts';
import { TTL } from './infrastructure.ts';
import { changed, isRefused, refused } from './outcome.ts';
import type { Changed, Refused } from './outcome.ts';
import { judgeTogether, plainRecord, readRecord } from './records.ts';
import { remarksOn } from './remarks.ts';
import type { ZoneRecord } from './records.ts';
import { notYours } from './registrar.ts';
import { listed, shortened } from './said.ts';
import { judgeMeant } from './unlikely.ts';
import { formatRdata } from './wire/rdata.ts';
import { parseName } from './wire/name.ts';
import { TYPE } from './wire/record-types.ts';
import { KEY_TTL } from './zone/zone.ts';
import type { RRset } from './zone/zone.ts';
import { parseZone } from './zone/parse-zone.ts';
import { keyOf } from './zones.ts';

/** One value, to be put beside those that are there or taken from them. */
export interface RecordInput {
  readonly name: string;
  readonly type: string;
  readonly ttl?: number;
  readonly value: string;
}

export interface ListedZone {
  readonly kind: 'zone';
  readonly zone: string;
  /** That of the newest content; a server that has not looked yet has an older one. */
  readonly serial: number;
  readonly servers: readonly ServerSerial[];
  readonly records: readonly ZoneRecord[];
  readonly keys: readonly ListedKey[];
}

export interface ListedKey {
  readonly keyTag: number;
  /** The data of the DS record to be handed to the registrar. */
  readonly ds: string;
  readonly dnskey: string;
}

export type Signed = Changed & { readonly keys: readonly ListedKey[] };

const MAX_SETS = 2_000;
const MAX_OCTETS = 1_048_576;
const MAX_KEYS = 3;

export class Panel {
  readonly #books: Books;

  constructor(books: Books) {
    this.#books = books;
  }

  listZone(text: string): ListedZone | Refused {
    const zone = parseName(text) ?? text;
    const content = this.#content(zone);
    if (isRefused(content)) return content;
    const { hosting, clock } = this.#books;
    const servers = hosting.serials(zone, clock.now());
    return {
      kind: 'zone',
      zone,
      serial: hosting.serial(zone)!,
      servers,
      records: content.records,
      keys: listKeys(zone, content),
    };
  }

  /** In place of what the name has of this type. */
  setRecords(zone: string, record: ZoneRecord): Promise<Changed | Refused> {
    return this.#edit(zone, (sets, apex) => {
      const set = readRecord(record, apex);
      return 'kind' in set ? set : replace(sets, [set]);
    });
  }

  addRecord(zone: string, { name, type, ttl, value }: RecordInput): Promise<Changed | Refused> {
    return this.#edit(zone, (sets, apex) => {
      const one = readRecord({ name, type, ttl: ttl ?? TTL.hosted, values: [value] }, apex);
      if ('kind' in one) return one;
      const old = find(sets, one);
      const values = [
        ...(old === undefined ? [] : plainRecord(old).values),
        ...plainRecord(one).values,
      ];
      const both = readRecord(
        { ...plainRecord(one), ttl: ttl ?? old?.ttl ?? TTL.hosted, values },
        apex,
      );
      return 'kind' in both ? both : replace(sets, [both]);
    });
  }

  /** One value, or everything of a name and type. */
  removeRecord(
    zone: string,
    { name, type, value }: Omit<RecordInput, 'ttl' | 'value'> & { readonly value?: string },
  ): Promise<Changed | Refused> {
    return this.#edit(zone, (sets, apex) => {
      const owner = name === '@' ? apex : (parseName(name) ?? name);
      const old = sets.find(
        (set) => set.name === owner && plainRecord(set).type === type.toUpperCase(),
      );
      if (old === undefined) {
        return refused('no-such-set', {
          name: shortened(owner),
          type: shortened(type.toUpperCase()),
          zone: apex,
        });
      }
      const others = sets.filter((set) => set !== old);
      if (value === undefined) return others;
      const one = readRecord({ name, type, ttl: old.ttl, values: [value] }, apex);
      if ('kind' in one) return one;
      const left = old.rdatas.filter((rdata) => Buffer.compare(rdata, one.rdatas[0]!) !== 0);
      if (left.length === old.rdatas.length) {
        return refused('no-such-value', {
          name: owner,
          type: type.toUpperCase(),
          value: shortened(value),
          values: shortened(plainRecord(old).values.join(', '), 500),
        });
      }
      return left.length === 0 ? others : [...others, { ...old, rdatas: left }];
    });
  }

  /** What the text of a zone file has, in place of the same names and types; with `whole` in place of everything. */
  importZone(zone: string, text: string, whole = false): Promise<Changed | Refused> {
    return this.#edit(zone, (sets, apex) => {
      const records = parseZone(text, apex);
      if ('kind' in records) return records;
      const read = records.map((record) => readRecord(record, apex));
      const wrong = read.find((set) => 'kind' in set);
      return wrong === undefined ? replace(whole ? [] : sets, read as RRset[]) : wrong;
    });
  }

  /** Makes a key and signs with it. Nobody believes it until its DS is at the registry. */
  signZone(zone: string): Promise<Signed | Refused> {
    return this.#rekey(zone, ({ keys }, apex) =>
      keys.length > 0 ? refused('signed', { zone: apex }) : [makeKey()],
    );
  }

  /** A second key, which signs beside the first (RFC 6781 §4.1.2, double signature). */
  rollKey(zone: string): Promise<Signed | Refused> {
    return this.#rekey(zone, ({ keys }, apex) => {
      if (keys.length === 0) return refused('not-signed', { zone: apex });
      return keys.length >= MAX_KEYS
        ? refused('too-many-keys', { zone: apex, count: keys.length })
        : [...keys, makeKey()];
    });
  }

  /** Takes a key away. Who still goes by its DS believes nothing any more. */
  retireKey(zone: string, keyTag: number): Promise<Signed | Refused> {
    return this.#rekey(zone, ({ keys }, apex) => {
      const left = keys.filter((key) => keyOf(key).tag !== keyTag);
      const tags = listed(keys.map((key) => String(keyOf(key).tag)));
      return left.length === keys.length
        ? refused('no-such-key', { zone: apex, tag: keyTag, tags })
        : left;
    });
  }

  unsignZone(zone: string): Promise<Signed | Refused> {
    return this.#rekey(zone, ({ keys }, apex) =>
      keys.length === 0 ? refused('never-signed', { zone: apex }) : [],
    );
  }

  #content(zone: string): HostedContent | Refused {
    const { registry, hosting } = this.#books;
    const content = registry.learners.has(zone) ? hosting.content(zone) : undefined;
    return content ?? notYours(zone, [...registry.learners.keys()]);
  }

  #rekey(
    text: string,
    decide: (content: HostedContent, zone: string) => HostedContent['keys'] | Refused,
  ): Promise<Signed | Refused> {
    return this.#books.facts.inTurn(async () => {
      const zone = parseName(text) ?? text;
      const content = this.#content(zone);
      if (isRefused(content)) return content;
      const keys = decide(content, zone);
      if ('kind' in keys) return keys;
      const next = { ...content, keys };
      const { at, byAll } = await this.#books.putZone(zone, next);
      const remarks = dsRemarks(zone, this.#books.registry.learners.get(zone)?.ds ?? [], keys);
      const done = changed(zone, at, { from: at, byAll }, KEY_TTL, remarks);
      return { ...this.#books.note('zone', done), keys: listKeys(zone, next) };
    });
  }

  #edit(
    text: string,
    decide: (sets: readonly RRset[], zone: string) => readonly RRset[] | Refused,
  ): Promise<Changed | Refused> {
    return this.#books.facts.inTurn(async () => {
      const zone = parseName(text) ?? text;
      const content = this.#content(zone);
      if (isRefused(content)) return content;
      const old = content.records.map((record) => readRecord(record, zone) as RRset);
      const sets = decide(old, zone);
      if ('kind' in sets) return sets;
      const known = new Set(old);
      const fresh = sets.filter((set) => !known.has(set) && hasMore(find(old, set), set));
      const problem = judgeMeant(zone, fresh) ?? judgeSets(zone, sets);
      if (problem !== undefined) return problem;
      const records = sets.map(plainRecord);
      const { at, byAll } = await this.#books.putZone(zone, { ...content, records });
      const remarks = remarksOn(zone, old, sets);
      const done = changed(zone, at, { from: at, byAll }, remembered(old, sets), remarks);
      return this.#books.note('zone', done);
    });
  }
}

function judgeSets(zone: string, sets: readonly RRset[]): Refused | undefined {
  if (sets.length > MAX_SETS)
    return refused('too-many-sets', { count: sets.length, most: MAX_SETS });
  const octets = sets.flatMap(({ rdatas }) => rdatas).reduce((sum, { length }) => sum + length, 0);
  if (octets > MAX_OCTETS) return refused('too-many-octets', { count: octets, most: MAX_OCTETS });
  if (sets.some(({ name, type }) => name === zone && type === TYPE.DS))
    return refused('ds-in-zone', { zone });
  return judgeTogether(zone, sets);
}

/** Seconds that a cache may keep what is changed now: the old set's TTL, or that of its absence. */
function remembered(old: readonly RRset[], sets: readonly RRset[]): number {
  const touched = (one: RRset, others: readonly RRset[]) => {
    const other = find(others, one);
    return (
      other === undefined || JSON.stringify(plainRecord(other)) !== JSON.stringify(plainRecord(one))
    );
  };
  const gone = old.filter((set) => touched(set, sets)).map(({ ttl }) => ttl);
  const fresh = sets.filter((set) => find(old, set) === undefined);
  return Math.max(0, ...gone, ...(fresh.length > 0 ? [TTL.negative] : []));
}

function replace(sets: readonly RRset[], fresh: readonly RRset[]): RRset[] {
  return [...sets.filter((set) => find(fresh, set) === undefined), ...fresh];
}

function find(sets: readonly RRset[], { name, type }: RRset): RRset | undefined {
  return sets.find((set) => set.name === name && set.type === type);
}

function hasMore(old: RRset | undefined, { rdatas }: RRset): boolean {
  const known = old?.rdatas ?? [];
  return !rdatas.every((one) => known.some((other) => Buffer.compare(one, other) === 0));
}

function listKeys(zone: string, { keys }: HostedContent): ListedKey[] {
  return keys.map((kept) => {
    const { tag, dnskey } = keyOf(kept);
    return {
      keyTag: tag,
      ds: formatRdata(TYPE.DS, dsOf(zone, dnskey)),
      dnskey: formatRdata(TYPE.DNSKEY, dnskey),
    };
  });
}

/** The sets of a section of a response, each with the signatures that cover it (RFC 4035 §5.3.1), and back to records. Pure. */
import { view } from '#bytes';
import { isWithin } from '#lab/dns/wire/name';
import { TYPE } from '#lab/dns/wire/record-types';
import type { WireRecord } from '#lab/dns/wire/message';
import type { SignedSet } from './cache.ts';

/** Only what lies within `apex`: of anything else the server that answered is no authority. */
export function setsOf(records: readonly WireRecord[], apex: string): SignedSet[] {
  const sets = new Map<string, { ttl: number; rdatas: Uint8Array[]; signatures: Uint8Array[] }>();
  const own = records.filter(({ name, rdata }) => isWithin(name, apex) && rdata.length >= 2);
  for (const { name, type, ttl, rdata } of own) {
    const covered = type === TYPE.RRSIG ? view(rdata).readUInt16BE(0) : type;
    const key = `${covered} ${name}`;
    const set = sets.get(key) ?? { ttl: Infinity, rdatas: [], signatures: [] };
    sets.set(key, set);
    set.ttl = Math.min(set.ttl, ttl);
    (type === TYPE.RRSIG ? set.signatures : set.rdatas).push(rdata);
  }
  return [...sets]
    .filter(([, { rdatas }]) => rdatas.length > 0)
    .map(([key, { ttl, rdatas, signatures }]) => {
      const space = key.indexOf(' ');
      const set = { name: key.slice(space + 1), type: Number(key.slice(0, space)), ttl, rdatas };
      return { set, signatures };
    });
}

export function recordsOf({ set, signatures }: SignedSet, ttl: number): WireRecord[] {
  const { name, type, rdatas } = set;
  return [
    ...rdatas.map((rdata) => ({ name, type, ttl, rdata })),
    ...signatures.map((rdata) => ({ name, type: TYPE.RRSIG, ttl, rdata })),
  ];
}

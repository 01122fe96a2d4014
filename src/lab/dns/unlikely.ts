/**
 * What could stand in a zone and is never meant: names that were completed although they were whole, hosts of one label, underscores in
 * names of hosts. Judged when somebody writes it; what stands there already stays. Pure.
 */
import { refused } from './outcome.ts';
import type { Refused } from './outcome.ts';
import { TARGETED } from './records.ts';
import { formatRdata } from './wire/rdata.ts';
import { TYPE } from './wire/record-types.ts';
import type { RRset } from './zone/zone.ts';

/** Others may well lead to names with underscores: keys of signatures are handed on by CNAME. */
const HOSTS_ALONE: ReadonlySet<number> = new Set([TYPE.MX, TYPE.NS, TYPE.SRV]);

export function judgeMeant(zone: string, fresh: readonly RRset[]): Refused | undefined {
  for (const set of fresh) {
    if (isTwice(set.name, zone))
      return refused('twice-the-zone', { name: set.name, zone, meant: once(set.name, zone) });
    if (!TARGETED.has(set.type)) continue;
    for (const target of targetsOf(set)) {
      const problem = judgeTarget(zone, set.type, target);
      if (problem !== undefined) return problem;
    }
  }
  return undefined;
}

/** The hosts that the data of a set leads to; `.` (there is none, RFC 7505) is left out. */
export function targetsOf({ type, rdatas }: RRset): string[] {
  const words = rdatas.map((rdata) => formatRdata(type, rdata).split(' ').at(-1)!);
  return words.map((word) => word.slice(0, -1)).filter((host) => host !== '');
}

function judgeTarget(zone: string, type: number, target: string): Refused | undefined {
  if (isTwice(target, zone))
    return refused('target-twice-the-zone', { target, zone, meant: once(target, zone) });
  if (!target.includes('.')) return refused('target-of-one-label', { target, zone });
  return HOSTS_ALONE.has(type) && target.includes('_')
    ? refused('underscore-in-target', { target })
    : undefined;
}

function isTwice(name: string, zone: string): boolean {
  return `.${name}`.endsWith(`.${zone}.${zone}`);
}

function once(name: string, zone: string): string {
  return name.slice(0, -zone.length - 1);
}

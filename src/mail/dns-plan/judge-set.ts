/**
 * Records of one name and type beside what a resolver answered. What counts is what a record does, not how it is written: an SPF record
 * may allow others too, a DMARC policy may be stricter, an alias may be published as addresses. Pure; called by compare.ts.
 */
import type { DnsAnswer } from '#protocol/dns/resolver';
import { foundIn, standing, ttlOf, why, type SetAnswers } from './found.ts';
import { judgeAddresses, judgeAlias } from './judge-addresses.ts';
import { isSameData } from './same-data.ts';
import { judgeCaa } from './judge-caa.ts';
import { judgeText } from './judge-text.ts';
import type { PlannedRecord } from './record.ts';
import type { ComparedRecord } from './standing.ts';
import { recordText } from './zone-line.ts';

/** @param planned not empty, of one name and type (or of both types of addresses) */
export function judgeSet(
  planned: readonly PlannedRecord[],
  answers: SetAnswers,
): readonly ComparedRecord[] {
  const first = planned[0]!;
  switch (first.type) {
    case 'A':
    case 'AAAA':
      return judgeAddresses(planned, answers);
    case 'CNAME':
      return [judgeAlias(first, answers)];
    case 'TXT':
      return planned.map((one) => judgeText(one as typeof first, answers));
    case 'CAA':
      return judgeCaa(planned as readonly (typeof first)[], answers);
    case 'MX':
    case 'SRV':
    case 'TLSA':
    case 'PTR':
      return judgeData(planned, answers.get(first.name, first.type));
  }
}

/** Each planned record is one of those there, and those there are planned. */
export function judgeData(
  planned: readonly PlannedRecord[],
  answer: DnsAnswer | undefined,
): readonly ComparedRecord[] {
  const first = planned[0]!;
  const found = foundIn(answer);
  if (found === undefined) return planned.map((one) => standing(one, 'unknown', why(answer)));
  const { type } = first;
  const observed = found.map((data) => recordText(type, data as never));
  const isThere = (one: PlannedRecord): boolean => found.some((data) => isSameData(one, data));
  const others = found
    .map((data, index) => ({ data, text: observed[index]! }))
    .filter(({ data }) => !planned.some((one) => isSameData(one, data)));
  const ttl = ttlOf(answer);
  // one wrong record for one planned is a different one; beside the right one it is too much
  const replaced = planned.every((one) => !isThere(one)) && others.length > 0;
  const judged = planned.map((one): ComparedRecord => {
    if (isThere(one)) return standing(one, 'right', observed, ttl);
    const isOther = replaced && one.purpose !== 'dane-next';
    return standing(one, isOther ? 'different' : 'missing', observed, ttl);
  });
  if (replaced) return judged;
  const extra = others.map(({ text }): ComparedRecord => ({
    standing: 'extra',
    name: first.name,
    type,
    planned: undefined,
    observed: [text],
    ttl,
  }));
  return [...judged, ...extra];
}

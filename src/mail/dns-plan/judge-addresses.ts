/** The addresses of the host, and the names that lead to it. */
import type { DnsAnswer } from '#protocol/dns/resolver';
import { foundIn, standing, ttlOf, why, type SetAnswers } from './found.ts';
import type { PlannedRecord } from './record.ts';
import { isSameAddress } from './same-data.ts';
import type { ComparedRecord } from './standing.ts';

const FAMILIES = ['A', 'AAAA'] as const;

/** @param planned of both families */
export function judgeAddresses(
  planned: readonly PlannedRecord[],
  answers: SetAnswers,
): readonly ComparedRecord[] {
  const { name } = planned[0]!;
  return FAMILIES.flatMap((type) => {
    const wanted = planned.filter((one) => one.type === type);
    const answer = answers.get(name, type);
    const found = foundIn(answer) as readonly string[] | undefined;
    if (found === undefined) return wanted.map((one) => standing(one, 'unknown', why(answer)));
    const ttl = ttlOf(answer);
    const judged = wanted.map((one) =>
      found.some((address) => isSameAddress(address, one.data as string))
        ? standing(one, 'right', found, ttl)
        : standing(one, found.length > 0 ? 'different' : 'missing', found, ttl),
    );
    const isPlanned = (address: string): boolean =>
      wanted.some((one) => isSameAddress(address, one.data as string));
    // what stands in the place of a planned one is told there
    if (judged.some((one) => one.standing === 'different')) return judged;
    const extra = found
      .filter((address) => !isPlanned(address))
      .map((address): ComparedRecord => ({
        standing: 'extra',
        name,
        type,
        planned: undefined,
        observed: [address],
        ttl,
      }));
    return [...judged, ...extra];
  });
}

/** An alias is right where its name leads to the host, or to addresses that are all the host's. */
export function judgeAlias(
  planned: Extract<PlannedRecord, { type: 'CNAME' }>,
  answers: SetAnswers,
): ComparedRecord {
  const own = FAMILIES.map((type) => answers.get(planned.name, type));
  const addresses = own.flatMap((answer) => foundIn(answer) ?? []) as string[];
  const aliases = [...new Set(own.flatMap(aliasesOf))];
  const observed = aliases.length > 0 ? aliases : addresses;
  const ttls = own.flatMap((answer) => ttlOf(answer) ?? []);
  const ttl = ttls.length === 0 ? undefined : Math.min(...ttls);
  if (aliases.includes(planned.data)) return standing(planned, 'right', observed, ttl);
  if (own.some((answer) => foundIn(answer) === undefined))
    return standing(planned, 'unknown', own.flatMap(why));
  if (observed.length === 0) return standing(planned, 'missing', [], ttl);
  const hosts = FAMILIES.flatMap((type) => foundIn(answers.get(planned.data, type)) ?? []);
  const leadsThere =
    addresses.length > 0 &&
    addresses.every((address) => hosts.some((host) => isSameAddress(address, host as string)));
  return standing(planned, leadsThere ? 'right' : 'different', observed, ttl);
}

function aliasesOf(answer: DnsAnswer | undefined): readonly string[] {
  return answer === undefined || answer.kind === 'failure' ? [] : answer.aliases;
}

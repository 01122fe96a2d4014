/** All days of a simulation together, by provider, with what is thought of the address in the end. Pure. */
import type { FinalStanding, SimulatedDay } from './tell-day.ts';

export interface Total extends Pick<
  SimulatedDay,
  | 'provider'
  | 'handedIn'
  | 'inbox'
  | 'spam'
  | 'deferred'
  | 'refused'
  | 'opened'
  | 'complaints'
  | 'waiting'
  | 'quota'
  | 'reputation'
> {
  /** Reply and rule, and how often; empty: everything was taken. */
  readonly mostFrequent: string;
}

export function totalsOf(
  days: readonly SimulatedDay[],
  standing: readonly FinalStanding[],
): readonly Total[] {
  const addresses = standing.filter(({ kind }) => kind === 'ip');
  return addresses.map(({ provider, quota, reputation }) => {
    const own = days.filter((day) => day.provider === provider);
    const sum = (
      key: 'handedIn' | 'inbox' | 'spam' | 'deferred' | 'refused' | 'opened' | 'complaints',
    ) => own.reduce((all, day) => all + day[key], 0);
    const waiting = own.at(-1)?.waiting ?? 0;
    return {
      provider,
      handedIn: sum('handedIn'),
      inbox: sum('inbox'),
      spam: sum('spam'),
      deferred: sum('deferred'),
      refused: sum('refused'),
      opened: sum('opened'),
      complaints: sum('complaints'),
      waiting,
      quota,
      reputation,
      mostFrequent: mostFrequentOf(own),
    };
  });
}

function mostFrequentOf(days: readonly SimulatedDay[]): string {
  const counts = new Map<string, number>();
  for (const [reply, count] of days.flatMap(({ replies }) => Object.entries(replies)))
    counts.set(reply, (counts.get(reply) ?? 0) + count);
  const [most] = [...counts].toSorted(([one, a], [other, b]) => b - a || (one < other ? -1 : 1));
  return most === undefined ? '' : `${most[1]} × ${most[0]}`;
}

/** The people of a provider, as they are shown. Pure. */
import type { Crowd } from '#lab/people/person';
import type { Provider } from '#lab/providers/rule';

export interface ListedPerson {
  readonly address: string;
  readonly name: string;
  readonly temper: string;
  readonly box: string;
  readonly asked: boolean;
  /** Domains whose mail alone is let in; empty: everybody's. */
  readonly allows: readonly string[];
}

export function peopleOf({ people, crowds, domain }: Provider): ListedPerson[] {
  return [
    ...people.map(({ name, shown, temper, box = 'open', asked, allows = [] }) => ({
      address: `${name}@${domain}`,
      name: shown,
      temper: temper as string,
      box: box as string,
      asked,
      allows,
    })),
    ...crowds.map((crowd) => ({
      address: `${crowdName(crowd)}@${domain}`,
      name: `${crowd.count}`,
      temper: Object.entries(crowd.tempers)
        .map(([temper, weight]) => `${temper} ${weight}`)
        .join(', '),
      box: 'open',
      asked: crowd.asked,
      allows: [],
    })),
  ];
}

/** `reader0001…reader5000` */
export function crowdName({ prefix, count }: Pick<Crowd, 'prefix' | 'count'>): string {
  return `${prefix}0001…${prefix}${String(count).padStart(4, '0')}`;
}

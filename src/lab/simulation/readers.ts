/**
 * To whom the newsletter goes: a list as shops have them. Most asked for it, a few never did, and now and then an address was mistyped. Pure: the
 * same seed gives the same list, and each day goes on in it where the day before ended.
 */
import { chance } from '#lab/people/person';
import type { Provider } from '#lab/providers/rule';

/** Readers that a list has at one provider; after the last comes the first again. */
const LIST = 1500;
/** Of a hundred addresses. */
const MISTYPED = 0.004;
const NEVER_ASKED = 0.008;

/** @param from place in the list, over all days */
export function readersFrom(
  seed: number,
  { name, domain }: Pick<Provider, 'name' | 'domain'>,
  from: number,
  count: number,
): readonly string[] {
  return Array.from({ length: count }, (_, index) => {
    const place = (from + index) % LIST;
    // who is at a place of the list stays there
    const roll = chance(seed, 'list', name, place);
    const kind = roll < MISTYPED ? 'raeder' : roll < MISTYPED + NEVER_ASKED ? 'guest' : 'reader';
    return `${kind}${String(place + 1).padStart(4, '0')}@${domain}`;
  });
}

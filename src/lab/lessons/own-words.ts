/** What a page says of a domain and of addresses, as it is for this learner. Pure. */
import type { LessonRun } from '#store/lab/lesson-runs';
import { ON_PAGES } from './learners-domain.ts';

/** As pages write it; a network of another number is a setting (`lab.network`). */
const NETWORK_ON_PAGES = '127.20.';

export function inOwnWords(
  text: string,
  { prepared }: Pick<LessonRun, 'prepared'>,
  ownAddress: string,
): string {
  const { domain } = prepared;
  const network = `${ownAddress.split('.').slice(0, 2).join('.')}.`;
  const placed = text.replaceAll(NETWORK_ON_PAGES, network);
  return typeof domain === 'string' ? placed.replaceAll(ON_PAGES, domain) : placed;
}

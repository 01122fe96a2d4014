/** How steps are told: in whose words, and by which names. */
import type { Language } from '#protocol/dsn/language';
import type { Places } from './places.ts';

export interface Telling {
  readonly places: Places;
  readonly language: Language;
  /** An IANA name. */
  readonly timeZone: string;
}

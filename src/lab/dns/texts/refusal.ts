/** What a refusal says. */
import type { Phrase } from '#mail/story/phrase';

export interface Refusal {
  /** For programs; stable. Several causes may have one. */
  readonly reason: string;
  readonly message: Phrase;
  readonly remedy: Phrase;
}

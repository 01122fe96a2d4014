/**
 * Enhanced status codes in plain words (RFC 3463 and the registry of RFC 5248): what the code says, and what
 * the author of a message can do about it. Used by notices and by the story of a message. The class (4 or 5) is
 * not in the words: that a server tries again, or does not, is said beside them.
 */
import { parseEnhancedCode } from '#protocol/smtp/enhanced-code';
import type { Language } from './language.ts';
import { STATUS_WORDS, SUBJECT_WORDS } from './status-words.ts';

export interface StatusWords {
  /** One sentence: what the code says. */
  readonly meaning: string;
  /** One or two sentences to the author. */
  readonly advice: string;
  /** Where the code is defined. */
  readonly rfc: string;
}

/** Words for `5.1.1`; where the code itself is not known, those of its subject (the middle number). */
export function statusWords(status: string, language: Language): StatusWords {
  const code = parseEnhancedCode(status);
  const exact = code && STATUS_WORDS[`${code.subject}.${code.detail}`];
  const words = exact ?? SUBJECT_WORDS[code?.subject ?? 0] ?? SUBJECT_WORDS[0]!;
  const [meaning, advice] = words[language];
  return { meaning, advice, rfc: words.rfc };
}

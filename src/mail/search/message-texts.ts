/**
 * The text of a message as it is kept for searches that many messages answer (store/search/texts.ts): of each place its strings, the
 * shorter ones first, up to a bound: what reads well of a page of HTML stands before its source.
 * Called by index-account.ts, text-keys.ts.
 */
import { utf8 } from '#bytes';
import { TEXT_PLACES, type EmailTexts, type TextPlace } from '#store/search/texts';
import { INDEX_VERSION } from './index/grams.ts';

/** Between two strings; a needle that has it is not looked for here, nor one with what stands for letters that UTF-8 has not. */
const BETWEEN = '\0';
const UNCERTAIN = /[\0\ufffd]/;

/** Letters of a place that are kept: a letter without its quotations, a header without its signatures. */
const LIMITS: Readonly<Record<TextPlace, number>> = {
  header: 4096,
  body: 8192,
  subject: 1024,
  from: 1024,
  to: 1024,
  cc: 1024,
};

/** The folded strings of a message. */
export type Strings = Readonly<Record<TextPlace, readonly string[]>>;

/** @param incomplete there is more text than the strings hold */
export function packTexts(emailId: number, strings: Strings, incomplete: boolean): EmailTexts {
  const texts: Partial<Record<TextPlace, Uint8Array>> = {};
  let cut = incomplete ? (1 << TEXT_PLACES.length) - 1 : 0;
  for (const [bit, place] of TEXT_PLACES.entries()) {
    const { text, more } = beginning(strings[place], LIMITS[place]);
    if (more) cut |= 1 << bit;
    texts[place] = utf8(text);
  }
  return { emailId, version: INDEX_VERSION, cut, texts: texts as EmailTexts['texts'] };
}

function beginning(strings: readonly string[], limit: number): { text: string; more: boolean } {
  const sorted = strings.length > 1 ? strings.toSorted((a, b) => a.length - b.length) : strings;
  const text = sorted.join(BETWEEN);
  return text.length <= limit ? { text, more: false } : { text: text.slice(0, limit), more: true };
}

/** What to look for among kept texts; undefined for what cannot be told by them. */
export function needleOctets(folded: string): Buffer | undefined {
  if (UNCERTAIN.test(folded) || !folded.isWellFormed()) return undefined;
  return Buffer.from(folded, 'utf8');
}

/** Which of our languages a reader of a page wants. Pure. */
import type { Language } from '#protocol/dsn/language';

/**
 * The language for a reader: `?lang=` over Accept-Language (RFC 9110 §12.5.4) over the server's own.
 * @param accept the header as it came
 */
export function chooseLanguage(
  asked: string | undefined,
  accept: string | undefined,
  fallback: Language,
): Language {
  if (isLanguage(asked)) return asked;
  let best: Language = fallback;
  let quality = 0;
  for (const range of (accept ?? '').slice(0, 500).split(',')) {
    const [tag = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const primary = tag.split('-')[0];
    const q = parameters.find((parameter) => parameter.startsWith('q='));
    const weight = q === undefined ? 1 : Number(q.slice(2));
    if (isLanguage(primary) && weight > quality) [best, quality] = [primary, weight];
  }
  return best;
}

function isLanguage(tag: string | undefined): tag is Language {
  return tag === 'en' || tag === 'ja';
}

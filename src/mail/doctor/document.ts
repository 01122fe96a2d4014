/** Where a check is explained: a page of the documentation that comes with this program, or wherever the settings say it is published. */
import type { Language } from '#protocol/dsn/language';
import type { CheckId } from './texts.ts';

const PAGES = { en: 'doctor.md', ja: 'doctor.ja.md' } as const satisfies Record<Language, string>;

/** @param base an https URL; empty: the folder of this installation */
export function documentOf(id: CheckId, language: Language, base: string): string {
  const folder = base === '' ? 'docs' : base.replace(/\/$/, '');
  return `${folder}/${PAGES[language]}#${id.toLowerCase()}`;
}

/** Where a check is explained: a page of the documentation that comes with this program, or wherever the settings say it is published. */
import type { Language } from '#protocol/dsn/language';
import type { CheckId } from './texts.ts';

const PAGES = { en: 'doctor.md', ja: 'doctor.ja.md' } as const satisfies Record<Language, string>;

/** @param base an https URL; empty: the folder of this installation */
export function documentOf(id: CheckId, language: Language, base: string): string {
  return `${pagesOf(base)}/${PAGES[language]}#${id.toLowerCase()}`;
}

/** Where the pages lie: that URL, or the folder of this installation. */
export function pagesOf(base: string): string {
  return base === '' ? 'docs' : base.replace(/\/$/, '');
}

/** The place in the page on trouble that tells what to do about attempts that were put off at a stage with this enhanced status code (RFC 3463). */
export function placeOnDeferral(stage: string, status: string): string {
  return /^\d\.7\.(?:2[0-79]|3[0-2]|40)$/.test(status)
    ? 'put-off-authentication'
    : /^\d\.7\./.test(status)
      ? 'put-off-reputation'
      : /^\d\.2\./.test(status)
        ? 'put-off-mailbox'
        : stage === 'tls'
          ? 'put-off-tls'
          : /^\d\.4\./.test(status) || stage === 'connect'
            ? 'put-off-network'
            : 'put-off-later';
}

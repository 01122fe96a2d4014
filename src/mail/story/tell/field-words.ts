/** Words of single fields: sites, listeners, reasons, times. A word that no catalogue knows stands for itself. */
import type { Language } from '#protocol/dsn/language';
import { LOCAL_SITE } from '#store/queue/enqueue';
import { FRAME, LISTENERS } from '#mail/story/texts/frame-texts';
import { type Phrase, phraseFor, say } from '#mail/story/phrase';
import { KIND_OF_ACTION, NOTICE_KINDS, CAUSES, REASONS } from '#mail/story/texts/reason-texts';
import type { Moment, MomentOf } from '#mail/story/spoken';
import { rfcMark } from './tell-route.ts';

/** The empty text is the null reverse-path; anything else stands for itself. */
export function reversePathOf(path: string | undefined, shown: string, language: Language): string {
  return path === '' ? FRAME.nullReversePath[language] : shown;
}

export function tlsOf(version: string | undefined, language: Language): string {
  return version === undefined
    ? FRAME.withoutTls[language]
    : say(FRAME.withTls, language, { version });
}

export function listenerOf(listener: string, language: Language): string {
  return phraseFor(LISTENERS, listener)?.[language] ?? listener;
}

export function noticeKind(kind: string, language: Language): string {
  const named = Object.hasOwn(KIND_OF_ACTION, kind)
    ? KIND_OF_ACTION[kind as keyof typeof KIND_OF_ACTION]
    : kind;
  return phraseFor(NOTICE_KINDS, named)?.[language] ?? named;
}

export function causeOf(cause: string, language: Language): string {
  return phraseFor(CAUSES, cause)?.[language] ?? cause;
}

export function reasonOf(
  reason: string | undefined,
  language: Language,
): { readonly text: string; readonly rfc: string | undefined } {
  const phrase = phraseFor(REASONS, reason);
  if (phrase) return { text: phrase[language], rfc: phrase.rfc };
  return { text: reason ?? FRAME.notRecorded[language], rfc: undefined };
}

/** A site of the queue as people call it (`mail/queue/route/site.ts`). */
export function siteText(site: string, language: Language): string {
  if (site === LOCAL_SITE) return FRAME.localSite[language];
  if (site.startsWith('relay:')) {
    return say(FRAME.relaySite, language, { relay: site.slice('relay:'.length) });
  }
  return site.replaceAll(',', ', ');
}

export function enumerate(parts: readonly string[], language: Language): string {
  return parts.join(language === 'ja' ? '、' : ', ');
}

/** The time alone on the same day, else with its date. */
export function timeOf(at: number, from: number, momentOf: MomentOf): string {
  const moment = momentOf(at);
  return moment.date === momentOf(from).date ? moment.time : dateAndTime(moment);
}

export function dateAndTime({ date, time }: Moment): string {
  return `${date} ${time}`;
}

export function cited<P extends Phrase>(
  phrase: P & { readonly rfc: string },
  language: Language,
  values: Parameters<typeof say<P>>[2],
): string {
  return `${say(phrase, language, values)} ${rfcMark(phrase.rfc)}`;
}

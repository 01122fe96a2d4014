/** A result in a language: what was observed, what is right, why it matters, how to mend it. */
import { say, type Phrase } from '#mail/story/phrase';
import type { Language } from '#protocol/dsn/language';
import type { Evidence } from './outcome.ts';
import { textOf, type Result } from './result.ts';
import { TEXTS } from './texts.ts';
import { WORDS } from './texts/frame.ts';

export interface Told {
  readonly title: string;
  readonly observed: string;
  readonly expected: string;
  readonly why: string;
  /** Undefined where there is nothing to mend. */
  readonly remedy: string | undefined;
}

/** @param hostname of this server, which remedies name */
export function tellResult(result: Result, hostname: string, language: Language): Told {
  const { id, status, finding, subject } = result;
  const check = TEXTS[id];
  const text = textOf(id, finding);
  const values = { domain: subject, hostname, ...result.values };
  const tell = (phrase: Phrase): string => endedOnce(say(phrase, language, values as never));
  const mends = status === 'warn' || status === 'fail' || status === 'unknown';
  // what is unknown is not mended as what is wrong
  const remedy = text.remedy ?? (status === 'unknown' ? undefined : check.remedy);
  return {
    title: tell(check.title),
    observed: tell(text),
    expected: tell(check.expected),
    why: tell(check.why),
    remedy: remedy !== undefined && (mends || text.remedy) ? tell(remedy) : undefined,
  };
}

/** What others said may have ended its sentence already. */
function endedOnce(text: string): string {
  return text.replaceAll(/(?<![.。])\.(?=[.。](?:\s|$))/g, '');
}

export function tellEvidence({ asked, by, answer, ttl }: Evidence, language: Language): string {
  const told =
    by === ''
      ? say(WORDS['evidence-here'], language, { asked, answer })
      : say(WORDS.evidence, language, { asked, by, answer });
  return ttl === undefined ? told : `${told} ${say(WORDS.ttl, language, { ttl: String(ttl) })}`;
}

/** What a check comes to: every criterion, seen with its evidence or missing, in the language of who asks. */
import { say, type Phrase } from '#mail/story/phrase';
import type { Language } from '#protocol/dsn/language';
import type { Evidence, Lesson, Sight } from './lesson.ts';

export interface Verdict {
  readonly lesson: string;
  readonly passed: boolean;
  readonly seen: readonly {
    readonly key: string;
    readonly text: string;
    readonly evidence: Evidence;
  }[];
  readonly missing: readonly {
    readonly key: string;
    readonly text: string;
    /** What was there instead; null: nothing that looks like it. */
    readonly why: string | null;
  }[];
}

/** Pure. A lesson without criteria is never passed. */
export function verdictOf(
  { number, criteria }: Pick<Lesson, 'number' | 'criteria'>,
  sights: Readonly<Record<string, Sight>>,
  language: Language,
): Verdict {
  const seen: Verdict['seen'][number][] = [];
  const missing: Verdict['missing'][number][] = [];
  for (const [key, phrase] of Object.entries<Phrase>(criteria)) {
    const text = say(phrase, language, {});
    const sight = sights[key];
    if (sight?.kind === 'seen') seen.push({ key, text, evidence: sight.evidence });
    else missing.push({ key, text, why: sight?.why?.[language] ?? null });
  }
  return { lesson: number, passed: missing.length === 0 && seen.length > 0, seen, missing };
}

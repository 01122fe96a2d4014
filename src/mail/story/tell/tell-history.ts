/** What is known of a sender, as `reputation show` tells it. Pure. */
import type { Counts, Standing } from '#mail/reputation/score';
import type { Language } from '#protocol/dsn/language';
import { HISTORY_STEPS, SHOWN_HISTORY } from '#mail/story/texts/history-texts';
import { say } from '#mail/story/phrase';

export interface ToldHistory extends Counts {
  readonly name: string;
  readonly standing: Standing;
  readonly score: number;
}

/** @param times as they are shown */
export function tellHistory(
  { name, standing, ...counted }: ToldHistory,
  times: { readonly since: string; readonly last: string },
  language: Language,
): readonly string[] {
  const { accepted, junked, refused, unknown, spam, toJunk, fromJunk, score } = counted;
  const amounts = { accepted, junked, refused, unknown, spam, toJunk, fromJunk, score };
  const texts = Object.fromEntries(
    Object.entries(amounts).map(([key, amount]) => [key, String(amount)]),
  ) as Record<keyof typeof amounts, string>;
  return [
    say(HISTORY_STEPS['history-of'], language, { ...texts, sender: name }),
    say(SHOWN_HISTORY.since, language, times),
    say(HISTORY_STEPS[`history-${standing}`], language, {}),
  ];
}

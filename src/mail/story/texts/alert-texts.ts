/** Words of alerts: in the story, in letters and in what the command line shows. */
import type { Phrase } from '#mail/story/phrase';
import type { Severity } from '#mail/alerts/rule';

export const SEVERITY_TEXTS = {
  info: { en: 'information', ja: '情報' },
  warning: { en: 'warning', ja: '注意' },
  critical: { en: 'critical', ja: '重大' },
} as const satisfies Record<Severity, Phrase>;

export const ALERT_NUMBERS = {
  count: { en: '{counted} in {time}', ja: '{time}に {counted} 件' },
  share: { en: '{counted} of {base} in {time}', ja: '{time}に {base} 件中 {counted} 件' },
} as const satisfies Readonly<Record<string, Phrase>>;

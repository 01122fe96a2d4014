/** Alerts that went on and off (docs/decisions/0045), one line of plain words each. Pure. */
import { duration } from '#mail/story/spoken';
import { say } from '#mail/story/phrase';
import { ALERT_NUMBERS, SEVERITY_TEXTS } from '#mail/story/texts/alert-texts';
import { EVENT_TEXTS } from '#mail/story/texts/event-texts';
import { wordOf, type Tellers } from './told.ts';

export const ALERT_TELLERS = {
  'alert.fired': (fields, { language }) => ({
    phase: 'operator',
    tone: 'bad',
    text: say(EVENT_TEXTS['alert.fired'], language, {
      alert: fields.shown('alert'),
      severity: wordOf(SEVERITY_TEXTS, fields.text('severity'), language),
      numbers: say(
        fields.number('base') === undefined ? ALERT_NUMBERS.count : ALERT_NUMBERS.share,
        language,
        {
          counted: fields.shown('counted'),
          base: fields.shown('base'),
          time: duration((fields.number('over') ?? Number.NaN) * 1000, language),
        },
      ),
    }),
  }),
  'alert.resolved': (fields, { language }) => ({
    phase: 'operator',
    tone: 'good',
    text: say(EVENT_TEXTS['alert.resolved'], language, {
      alert: fields.shown('alert'),
      time: duration((fields.number('seconds') ?? Number.NaN) * 1000, language),
    }),
  }),
} satisfies Partial<Tellers>;

/** Events of bounces and suppression, one line of plain words each. Pure. */
import type { Language } from '#protocol/dsn/language';
import { ALL_BULK } from '#store/suppression';
import { say } from '#mail/story/phrase';
import {
  BOUNCE_CLASSES,
  BOUNCE_REASONS,
  BOUNCE_RESULTS,
  SUPPRESSION_PIECES,
  SUPPRESSION_TEXTS,
} from '#mail/story/texts/bounce-texts';
import { EVENT_TEXTS } from '#mail/story/texts/event-texts';
import type { EventFields } from './event-fields.ts';
import { dateAndTime } from './field-words.ts';
import { wordOf, type Teller, type Tellers } from './told.ts';

export const BOUNCE_TELLERS = {
  'recipient.suppressed': (fields, teller) => ({
    phase: 'attempt',
    tone: 'bad',
    text: say(EVENT_TEXTS['recipient.suppressed'], teller.language, {
      forwardPath: fields.shown('forwardPath'),
      ...suppression(fields, teller),
    }),
  }),
  'recipient.bounced': (fields, { language }) => {
    const reply = fields.text('reply');
    return {
      phase: 'other',
      tone: 'bad',
      rfc: EVENT_TEXTS['recipient.bounced'].rfc,
      text: say(EVENT_TEXTS['recipient.bounced'], language, {
        forwardPath: fields.shown('forwardPath'),
        status: fields.text('status') ?? fields.shown('code'),
        reason: wordOf(BOUNCE_REASONS, fields.text('reason'), language),
        class: wordOf(BOUNCE_CLASSES, fields.text('class'), language),
      }),
      details: [
        say(SUPPRESSION_PIECES.notice, language, { id: fields.shown('bounceId') }),
        ...(reply ? [say(SUPPRESSION_PIECES.reply, language, { reply })] : []),
      ],
    };
  },
  'bounce.read': (fields, { language }) => ({
    phase: 'recipients',
    tone: 'plain',
    rfc: EVENT_TEXTS['bounce.read'].rfc,
    text: say(EVENT_TEXTS['bounce.read'], language, {
      id: fields.shown('of'),
      result: wordOf(BOUNCE_RESULTS, fields.text('result'), language),
    }),
  }),
  'address.suppressed': (fields, teller) => ({
    phase: 'other',
    tone: 'plain',
    text: say(EVENT_TEXTS['address.suppressed'], teller.language, {
      address: fields.shown('address'),
      ...suppression(fields, teller),
    }),
  }),
  'address.unsuppressed': (fields, { language }) => ({
    phase: 'operator',
    tone: 'plain',
    text: say(EVENT_TEXTS['address.unsuppressed'], language, {
      address: fields.shown('address'),
      stream: streamText(fields.shown('stream'), language),
      reason: wordOf(SUPPRESSION_TEXTS, fields.text('reason'), language),
    }),
  }),
} satisfies Partial<Tellers>;

function suppression(
  fields: EventFields<'recipient.suppressed' | 'address.suppressed'>,
  { language, momentOf }: Teller,
): { stream: string; reason: string; until: string } {
  const until = fields.time('until');
  return {
    stream: streamText(fields.shown('stream'), language),
    reason: wordOf(SUPPRESSION_TEXTS, fields.text('reason'), language),
    until:
      until === undefined
        ? SUPPRESSION_PIECES.forGood[language]
        : say(SUPPRESSION_PIECES.until, language, { time: dateAndTime(momentOf(until)) }),
  };
}

/** What is not sent: all bulk mail, or that of one list. */
export function streamText(stream: string, language: Language): string {
  return stream === ALL_BULK
    ? SUPPRESSION_PIECES.allBulk[language]
    : say(SUPPRESSION_PIECES.list, language, { list: stream });
}

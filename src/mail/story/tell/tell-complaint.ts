/** Events of complaints and of readers who leave a list, one line of plain words each. Pure. */
import { say } from '#mail/story/phrase';
import {
  COMPLAINT_PIECES,
  COMPLAINT_RESULTS,
  FEEDBACK_TYPES,
  LEAVING_WAYS,
  RECOGNIZED_BY,
} from '#mail/story/texts/complaint-texts';
import { EVENT_TEXTS } from '#mail/story/texts/event-texts';
import { streamText } from './tell-bounce.ts';
import { wordOf, type Tellers } from './told.ts';

export const COMPLAINT_TELLERS = {
  'recipient.unsubscribed': (fields, { language }) => ({
    phase: 'other',
    tone: 'plain',
    rfc: EVENT_TEXTS['recipient.unsubscribed'].rfc,
    text: say(EVENT_TEXTS['recipient.unsubscribed'], language, {
      forwardPath: fields.shown('forwardPath'),
      stream: streamText(fields.shown('stream'), language),
      way: wordOf(LEAVING_WAYS, fields.text('way'), language),
    }),
  }),
  'complaint.read': (fields, { language }) => {
    const of = fields.text('of');
    return {
      phase: 'recipients',
      tone: 'plain',
      rfc: EVENT_TEXTS['complaint.read'].rfc,
      text: say(EVENT_TEXTS['complaint.read'], language, {
        result: wordOf(COMPLAINT_RESULTS, fields.text('result'), language),
      }),
      details:
        of === undefined
          ? []
          : [
              say(COMPLAINT_PIECES.about, language, {
                id: of,
                by: wordOf(RECOGNIZED_BY, fields.text('by'), language),
              }),
            ],
    };
  },
  'complaint.received': (fields, { language }) => {
    const domain = fields.text('reporter');
    return {
      phase: 'notices',
      tone: 'bad',
      rfc: EVENT_TEXTS['complaint.received'].rfc,
      text: say(EVENT_TEXTS['complaint.received'], language, {
        forwardPath: fields.shown('forwardPath'),
        type: wordOf(FEEDBACK_TYPES, fields.text('feedbackType'), language),
      }),
      details: [
        domain === undefined
          ? COMPLAINT_PIECES.unnamed[language]
          : say(COMPLAINT_PIECES.reporter, language, { domain }),
        say(COMPLAINT_PIECES.report, language, { id: fields.shown('reportId') }),
      ],
    };
  },
} satisfies Partial<Tellers>;

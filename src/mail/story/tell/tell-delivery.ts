/** Events of recipients, attempts, notices and the queue: one line of plain words each. */
import type { EventType } from '#events';
import { NOTICE_RULES } from '#protocol/dsn/rules';
import type { EventFields } from './event-fields.ts';
import { EVENT_TEXTS, EVENT_VARIANTS } from '#mail/story/texts/event-texts';
import { causeOf, noticeKind, reasonOf, siteText, timeOf } from './field-words.ts';
import { ADDRESS_RULES, FRAME } from '#mail/story/texts/frame-texts';
import { outcomeDetails } from './outcome-details.ts';
import { type Phrase, phraseFor, say } from '#mail/story/phrase';
import { duration } from '#mail/story/spoken';
import { tellSteps } from './tell-route.ts';
import type { Teller, Tellers, Told, Tone } from './told.ts';

export const DELIVERY_TELLERS = {
  'recipient.expanded': (fields, { language }) => {
    const rule = phraseFor(ADDRESS_RULES, fields.text('rule'));
    return {
      phase: 'recipients',
      tone: 'plain',
      rfc: rule?.rfc,
      text: say(EVENT_TEXTS['recipient.expanded'], language, {
        forwardPath: fields.shown('forwardPath'),
        targets: fields.joined('targets'),
        rule: rule?.[language] ?? fields.shown('rule'),
      }),
    };
  },
  'recipient.queued': (fields, { language, momentOf, at }) => {
    const nextAt = fields.time('nextAt');
    const stream = fields.text('stream');
    return {
      phase: 'recipients',
      tone: 'plain',
      rfc: EVENT_TEXTS['recipient.queued'].rfc,
      text: say(EVENT_TEXTS['recipient.queued'], language, {
        forwardPath: fields.shown('forwardPath'),
        site: siteText(fields.shown('site'), language),
        when:
          nextAt === undefined || nextAt - at < A_MOMENT
            ? FRAME.atOnce[language]
            : say(FRAME.notBefore, language, { time: timeOf(nextAt, at, momentOf) }),
      }),
      details: stream === undefined ? [] : [say(FRAME.stream, language, { stream })],
    };
  },
  'recipient.stored': (fields, { language }) => ({
    phase: 'recipients',
    tone: 'good',
    rfc: EVENT_TEXTS['recipient.stored'].rfc,
    text: say(EVENT_TEXTS['recipient.stored'], language, {
      forwardPath: fields.shown('forwardPath'),
      account: fields.shown('account'),
      mailbox: fields.shown('mailbox'),
      uid: fields.shown('uid'),
    }),
    details: fields.text('role') === 'junk' ? [FRAME.asJunk[language]] : [],
  }),
  'attempt.routed': (fields, { language }) => {
    const domain = fields.shown('domain');
    const site = fields.text('site');
    return {
      phase: 'attempt',
      tone: 'plain',
      rfc: EVENT_TEXTS['attempt.routed'].rfc,
      text:
        site === undefined
          ? say(EVENT_VARIANTS.unrouted, language, { domain })
          : say(EVENT_TEXTS['attempt.routed'], language, {
              domain,
              site: siteText(site, language),
            }),
      details: tellSteps(fields.raw('steps'), language),
    };
  },
  'attempt.delivered': (fields, { language }) => {
    const host = fields.text('host');
    const here =
      fields.text('stage') === 'alias' ? EVENT_VARIANTS.sentOn : EVENT_VARIANTS.deliveredHere;
    const phrase = host === undefined ? here : EVENT_TEXTS['attempt.delivered'];
    return {
      phase: 'attempt',
      tone: 'good',
      rfc: phrase.rfc,
      text: say(phrase, language, {
        forwardPath: fields.shown('forwardPath'),
        attempt: fields.shown('attempt'),
        host: host ?? '',
      }),
      details: outcomeDetails(fields, language, { whereStopped: false }),
    };
  },
  'attempt.deferred': (fields, { language, momentOf, at }) => {
    const nextAt = fields.time('nextAt');
    return {
      phase: 'attempt',
      tone: 'waiting',
      rfc: EVENT_TEXTS['attempt.deferred'].rfc,
      text: say(EVENT_TEXTS['attempt.deferred'], language, {
        forwardPath: fields.shown('forwardPath'),
        attempt: fields.shown('attempt'),
        time: nextAt === undefined ? fields.shown('nextAt') : timeOf(nextAt, at, momentOf),
        gap: nextAt === undefined ? '?' : duration(nextAt - at, language),
      }),
      details: outcomeDetails(fields, language, { whereStopped: true }),
    };
  },
  'attempt.failed': (fields, { language }) => ({
    phase: 'attempt',
    tone: 'bad',
    rfc: EVENT_TEXTS['attempt.failed'].rfc,
    text: say(EVENT_TEXTS['attempt.failed'], language, {
      forwardPath: fields.shown('forwardPath'),
      attempt: fields.shown('attempt'),
    }),
    details: outcomeDetails(fields, language, { whereStopped: true }),
  }),
  'attempt.abandoned': (fields, { language }) => ({
    phase: 'attempt',
    tone: 'plain',
    text: say(EVENT_TEXTS['attempt.abandoned'], language, {
      reason: reasonOf(fields.text('reason'), language).text,
    }),
  }),
  'recipient.expired': (fields, { language }) => {
    const hours = fields.number('hours');
    return {
      phase: 'attempt',
      tone: 'bad',
      rfc: EVENT_TEXTS['recipient.expired'].rfc,
      text: say(EVENT_TEXTS['recipient.expired'], language, {
        forwardPath: fields.shown('forwardPath'),
        time: hours === undefined ? fields.shown('hours') : duration(hours * 36e5, language),
      }),
    };
  },
  'notice.sent': (fields, { language }) => ({
    phase: 'notices',
    tone: 'plain',
    rfc: EVENT_TEXTS['notice.sent'].rfc,
    text: say(EVENT_TEXTS['notice.sent'], language, {
      kind: noticeKind(fields.shown('kind'), language),
      recipients: fields.joined('recipients'),
      to: fields.shown('to'),
    }),
    details: [say(FRAME.noticeId, language, { id: fields.shown('noticeId') })],
  }),
  'notice.withheld': (fields, { language }) => {
    const rule = fields.text('reason');
    const known =
      rule !== undefined && Object.hasOwn(NOTICE_RULES, rule)
        ? NOTICE_RULES[rule as keyof typeof NOTICE_RULES]
        : undefined;
    return {
      phase: 'notices',
      tone: 'plain',
      rfc: known?.rfc,
      text: say(EVENT_TEXTS['notice.withheld'], language, {
        kind: noticeKind(fields.shown('kind'), language),
        recipients: fields.joined('recipients'),
        reason: known?.words[language] ?? fields.shown('reason'),
      }),
    };
  },
  'queue.held': (fields, teller) =>
    tellQueueChange(EVENT_TEXTS['queue.held'], 'waiting', fields, teller),
  'queue.released': (fields, teller) =>
    tellQueueChange(EVENT_TEXTS['queue.released'], 'plain', fields, teller),
  'queue.retried': (fields, teller) =>
    tellQueueChange(EVENT_TEXTS['queue.retried'], 'plain', fields, teller),
  'queue.removed': (fields, teller) => {
    const silent = fields.raw('silent') === true;
    const phrase = silent ? EVENT_VARIANTS.removedSilently : EVENT_TEXTS['queue.removed'];
    return tellQueueChange(phrase, 'bad', fields, teller);
  },
} satisfies Partial<Tellers>;

/** A first attempt so soon is one at once. Milliseconds. */
const A_MOMENT = 1000;

type QueueChange = Extract<EventType, `queue.${string}`>;

function tellQueueChange(
  phrase: Phrase,
  tone: Tone,
  fields: EventFields<QueueChange>,
  { language, recipient }: Teller,
): Told {
  return {
    phase: 'operator',
    tone,
    text: say(phrase, language, {
      forwardPath: recipient ?? FRAME.everyRecipient[language],
      by: causeOf(fields.shown('by'), language),
    }),
  };
}

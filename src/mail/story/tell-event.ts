/**
 * Each type of event as one line of plain words, with the lines that belong under it. A type of the catalogue without its
 * teller does not compile; a type that only a newer version knows is told by its name and fields.
 */
import type { EventType } from '#events';
import type { Language } from '#protocol/dsn/language';
import { NOTICE_RULES } from '#protocol/dsn/rules';
import type { StoredEvent } from '#store/events';
import { BAN_END, BAN_REASONS, BAN_SCOPES, DAILY_LIMITS, LOGIN_PACE_TEXTS } from './abuse-texts.ts';
import { EventFields } from './event-fields.ts';
import { EVENT_TEXTS, EVENT_VARIANTS } from './event-texts.ts';
import {
  cited,
  dateAndTime,
  enumerate,
  causeOf,
  listenerOf,
  noticeKind,
  phraseFor,
  reasonOf,
  reversePathOf,
  siteText,
  timeOf,
  tlsOf,
} from './field-words.ts';
import { SENDER_TEXTS, UNSEALED_TEXTS } from './forward-texts.ts';
import { ADDRESS_RULES, FRAME, type Phase } from './frame-texts.ts';
import { outcomeDetails, refusalDetails } from './outcome-details.ts';
import { say, type Phrase } from './phrase.ts';
import { LESSON_RESULTS, MESSAGE_CLASSES, SCANNER_CAUSES, SCANNER_USES } from './scanner-texts.ts';
import { counted, duration, type MomentOf } from './spoken.ts';
import { tellSteps } from './tell-route.ts';
import { printable } from './terminal-text.ts';
import { VERDICT_TEXTS } from './verdict-texts.ts';

export type Tone = 'plain' | 'good' | 'waiting' | 'bad';

/** What is told of one event. */
export interface Told {
  readonly phase: Phase;
  readonly tone: Tone;
  readonly text: string;
  readonly rfc?: string | undefined;
  readonly details?: readonly string[];
}

/** What a teller has besides the event's fields. */
interface Teller {
  readonly language: Language;
  readonly momentOf: MomentOf;
  /** When the event happened. Calendar milliseconds. */
  readonly at: number;
  /** The recipient that the event is about, where other events name it. */
  readonly recipient: string | undefined;
}

type Tellers = {
  readonly [T in EventType]: (fields: EventFields<T>, teller: Teller) => Told;
};

/** One event in words, whatever version wrote it. */
export function tellEvent(
  event: StoredEvent,
  { language, momentOf, recipient }: Omit<Teller, 'at'>,
): Told {
  const teller: Teller = { language, momentOf, recipient, at: event.at };
  if (!isKnown(event.type)) return tellUnknown(event, language);
  const tell: (fields: EventFields<never>, teller: Teller) => Told = TELLERS[event.type];
  return tell(new EventFields<never>(event, language), teller);
}

/** What no catalogue knows stands for itself. */
function wordOf(
  catalogue: Readonly<Record<string, Phrase>>,
  word: string | undefined,
  language: Language,
): string {
  return phraseFor(catalogue, word)?.[language] ?? word ?? FRAME.notRecorded[language];
}

function endOfBan(until: number | undefined, { language, at, momentOf }: Teller): string {
  return until === undefined ? BAN_END.lifted[language] : timeOf(until, at, momentOf);
}

function isKnown(type: string): type is EventType {
  return Object.hasOwn(EVENT_TEXTS, type);
}

function tellUnknown(event: StoredEvent, language: Language): Told {
  return {
    phase: 'other',
    tone: 'plain',
    text: say(EVENT_VARIANTS.unknown, language, { type: printable(event.type) }),
    details: Object.entries(event.public).map(([name, value]) =>
      say(FRAME.field, language, {
        name: printable(name),
        value: printable(typeof value === 'string' ? value : JSON.stringify(value)),
      }),
    ),
  };
}

const TELLERS: Tellers = {
  'session.refused': (fields, { language }) => {
    const reason = reasonOf(fields.text('reason'), language);
    return {
      phase: 'arrival',
      tone: 'bad',
      rfc: EVENT_TEXTS['session.refused'].rfc,
      text: say(EVENT_TEXTS['session.refused'], language, {
        client: fields.shown('client'),
        listener: listenerOf(fields.shown('listener'), language),
        reason: reason.text,
      }),
    };
  },

  'session.authenticated': (fields, { language }) => ({
    phase: 'arrival',
    tone: 'plain',
    rfc: EVENT_TEXTS['session.authenticated'].rfc,
    text: say(EVENT_TEXTS['session.authenticated'], language, {
      login: fields.shown('login'),
      client: fields.shown('client'),
      mechanism: fields.shown('mechanism'),
      tls: tlsOf(fields.text('tls'), language),
    }),
    details: [
      say(FRAME.tookIn, language, { listener: listenerOf(fields.shown('listener'), language) }),
    ],
  }),

  'session.authentication-failed': (fields, { language }) => ({
    phase: 'arrival',
    tone: 'bad',
    rfc: EVENT_TEXTS['session.authentication-failed'].rfc,
    text: say(EVENT_TEXTS['session.authentication-failed'], language, {
      login: fields.shown('login'),
      client: fields.shown('client'),
      mechanism: fields.shown('mechanism'),
      reason: reasonOf(fields.text('reason'), language).text,
    }),
  }),

  'session.authentication-slowed': (fields, { language }) => ({
    phase: 'arrival',
    tone: 'bad',
    rfc: EVENT_TEXTS['session.authentication-slowed'].rfc,
    text: say(EVENT_TEXTS['session.authentication-slowed'], language, {
      login: fields.shown('login'),
      client: fields.shown('client'),
      mechanism: fields.shown('mechanism'),
      seconds: fields.shown('seconds'),
      reason: wordOf(LOGIN_PACE_TEXTS, fields.text('per'), language),
    }),
  }),

  'address.banned': (fields, teller) => ({
    phase: 'operator',
    tone: 'bad',
    text: say(EVENT_TEXTS['address.banned'], teller.language, {
      network: fields.shown('network'),
      services: wordOf(BAN_SCOPES, fields.text('scope'), teller.language),
      until: endOfBan(fields.time('until'), teller),
      reason: wordOf(BAN_REASONS, fields.text('reason'), teller.language),
    }),
  }),

  'address.unbanned': (fields, { language }) => ({
    phase: 'operator',
    tone: 'plain',
    text: say(EVENT_TEXTS['address.unbanned'], language, { network: fields.shown('network') }),
  }),

  'account.limited': (fields, teller) => ({
    phase: 'arrival',
    tone: 'bad',
    text: say(EVENT_TEXTS['account.limited'], teller.language, {
      login: fields.shown('login'),
      limit: wordOf(DAILY_LIMITS, fields.text('limit'), teller.language),
      most: fields.shown('most'),
      until: endOfBan(fields.time('until'), teller),
    }),
  }),

  'scanner.lost': (fields, { language }) => ({
    phase: 'operator',
    tone: 'bad',
    text: say(EVENT_TEXTS['scanner.lost'], language, {
      use: wordOf(SCANNER_USES, fields.text('use'), language),
      cause: wordOf(SCANNER_CAUSES, fields.text('cause'), language),
      text: fields.shown('text'),
    }),
  }),

  'scanner.back': (fields, { language }) => ({
    phase: 'operator',
    tone: 'good',
    text: say(EVENT_TEXTS['scanner.back'], language, {
      use: wordOf(SCANNER_USES, fields.text('use'), language),
      seconds: fields.shown('seconds'),
      messages: fields.shown('messages'),
    }),
  }),

  'app-password.made': (fields, { language }) => ({
    phase: 'operator',
    tone: 'plain',
    text: say(EVENT_TEXTS['app-password.made'], language, {
      login: fields.shown('login'),
      publicId: fields.shown('publicId'),
      name: fields.shown('name'),
      scope: fields.joined('scope'),
    }),
  }),

  'app-password.removed': (fields, { language }) => ({
    phase: 'operator',
    tone: 'plain',
    text: say(EVENT_TEXTS['app-password.removed'], language, {
      login: fields.shown('login'),
      publicId: fields.shown('publicId'),
      name: fields.shown('name'),
    }),
  }),

  'command.refused': (fields, { language }) => {
    const reason = reasonOf(fields.text('reason'), language);
    return {
      phase: 'arrival',
      tone: 'bad',
      rfc: reason.rfc ?? EVENT_TEXTS['command.refused'].rfc,
      text: say(EVENT_TEXTS['command.refused'], language, {
        verb: fields.shown('verb'),
        client: fields.shown('client'),
        reason: reason.text,
      }),
      details: refusalDetails(fields, language),
    };
  },

  'message.received': (fields, { language }) => ({
    phase: 'arrival',
    tone: 'plain',
    rfc: EVENT_TEXTS['message.received'].rfc,
    text: say(EVENT_TEXTS['message.received'], language, {
      client: fields.shown('client'),
      ehlo: fields.shown('ehlo'),
      reversePath: reversePathOf(fields.text('reversePath'), fields.shown('reversePath'), language),
      ...envelopeOf(fields, language),
    }),
    details: [
      say(FRAME.tookIn, language, { listener: listenerOf(fields.shown('listener'), language) }),
      ...messageIdField(fields.text('messageIdField'), language),
    ],
  }),

  'message.submitted': (fields, { language, momentOf }) => {
    const releaseAt = fields.time('releaseAt');
    const channel = fields.text('channel');
    return {
      phase: 'arrival',
      tone: 'plain',
      rfc: EVENT_TEXTS['message.submitted'].rfc,
      text: say(EVENT_TEXTS['message.submitted'], language, {
        login: fields.shown('login'),
        client: fields.shown('client'),
        ehlo: fields.shown('ehlo'),
        ...envelopeOf(fields, language),
      }),
      details: [
        say(FRAME.reversePath, language, {
          path: reversePathOf(fields.text('reversePath'), fields.shown('reversePath'), language),
        }),
        ...messageIdField(fields.text('messageIdField'), language),
        ...(channel === undefined || channel === 'smtp'
          ? []
          : [say(FRAME.handedInBy, language, { channel })]),
        ...(releaseAt === undefined
          ? []
          : [cited(FRAME.releaseAt, language, { time: dateAndTime(momentOf(releaseAt)) })]),
      ],
    };
  },

  'message.fixed': (fields, { language }) => {
    const changes = [
      ...(fields.list('added').length > 0
        ? [say(FRAME.added, language, { fields: fields.joined('added') })]
        : []),
      ...(fields.list('hidden').length > 0
        ? [say(FRAME.hidden, language, { fields: fields.joined('hidden') })]
        : []),
    ];
    return {
      phase: 'fixing',
      tone: 'plain',
      rfc: EVENT_TEXTS['message.fixed'].rfc,
      text: say(EVENT_TEXTS['message.fixed'], language, {
        changes:
          changes.length > 0
            ? changes.join(language === 'ja' ? '／' : '; ')
            : FRAME.nobody[language],
      }),
    };
  },

  'message.signed': (fields, { language }) => {
    const signatures = signaturesOf(fields.raw('signatures'));
    return {
      phase: 'signing',
      tone: 'plain',
      rfc: EVENT_TEXTS['message.signed'].rfc,
      text: say(EVENT_TEXTS['message.signed'], language, {
        signatures:
          signatures.length === 0
            ? FRAME.notRecorded[language]
            : enumerate(
                signatures.map(({ domain, algorithm }) =>
                  say(FRAME.signature, language, { domain, algorithm }),
                ),
                language,
              ),
        milliseconds: fields.shown('milliseconds'),
      }),
      details: signatures.map(({ domain, selector }) =>
        cited(FRAME.publicKey, language, { name: `${selector}._domainkey.${domain}` }),
      ),
    };
  },

  'message.unsigned': (fields, { language }) => {
    const reason = reasonOf(fields.text('reason'), language);
    return {
      phase: 'signing',
      tone: 'plain',
      rfc: reason.rfc ?? EVENT_TEXTS['message.unsigned'].rfc,
      text: say(EVENT_TEXTS['message.unsigned'], language, { reason: reason.text }),
      details: [say(FRAME.field, language, { name: 'From', value: fields.shown('domain') })],
    };
  },

  'message.refused': (fields, { language }) => {
    const reason = reasonOf(fields.text('reason'), language);
    return {
      phase: 'arrival',
      tone: 'bad',
      rfc: reason.rfc ?? EVENT_TEXTS['message.refused'].rfc,
      text: say(EVENT_TEXTS['message.refused'], language, {
        client: fields.shown('client'),
        reversePath: reversePathOf(
          fields.text('reversePath'),
          fields.shown('reversePath'),
          language,
        ),
        reason: reason.text,
      }),
      details: refusalDetails(fields, language),
    };
  },

  'message.judged': (fields, { language }) => {
    const verdict = fields.text('verdict');
    const values = {
      verdict: phraseFor(VERDICT_TEXTS, verdict)?.[language] ?? fields.shown('verdict'),
      reasons: enumerate(
        fields.list('reasons').map((reason) => reasonOf(reason, language).text),
        language,
      ),
    };
    return {
      phase: 'verdict',
      tone:
        verdict === 'accept' ? 'good' : verdict === 'junk' || verdict === 'mixed' ? 'plain' : 'bad',
      text:
        values.reasons === ''
          ? say(EVENT_VARIANTS.judgedFree, language, values)
          : say(EVENT_TEXTS['message.judged'], language, values),
    };
  },

  'message.learned': (fields, { language }) => {
    const result = wordOf(LESSON_RESULTS, fields.text('result'), language);
    const why = fields.text('text');
    return {
      phase: 'operator',
      tone: 'plain',
      text: say(EVENT_TEXTS['message.learned'], language, {
        class: wordOf(MESSAGE_CLASSES, fields.text('class'), language),
        result: why === undefined ? result : enumerate([result, fields.shown('text')], language),
      }),
    };
  },

  'recipient.judged': (fields, { language }) => ({
    phase: 'verdict',
    tone: 'bad',
    text: say(EVENT_TEXTS['recipient.judged'], language, {
      forwardPath: fields.shown('forwardPath'),
      verdict:
        phraseFor(VERDICT_TEXTS, fields.text('verdict'))?.[language] ?? fields.shown('verdict'),
      reasons: enumerate(
        fields.list('reasons').map((reason) => reasonOf(reason, language).text),
        language,
      ),
    }),
  }),

  'message.forwarded': (fields, { language }) => {
    const bounce = fields.raw('bounce') === true;
    const forwardPath = fields.shown('forwardPath');
    const targets = fields.joined('targets');
    return {
      phase: 'recipients',
      tone: 'plain',
      rfc: (bounce ? EVENT_VARIANTS.sentBack : EVENT_TEXTS['message.forwarded']).rfc,
      text: bounce
        ? say(EVENT_VARIANTS.sentBack, language, { forwardPath, targets })
        : say(EVENT_TEXTS['message.forwarded'], language, {
            forwardPath,
            targets,
            reversePath: reversePathOf(
              fields.text('reversePath'),
              fields.shown('reversePath'),
              language,
            ),
            how: wordOf(SENDER_TEXTS, fields.text('how'), language),
          }),
    };
  },

  'message.sealed': (fields, { language }) => ({
    phase: 'signing',
    tone: 'plain',
    rfc: EVENT_TEXTS['message.sealed'].rfc,
    text: say(EVENT_TEXTS['message.sealed'], language, {
      domain: fields.shown('domain'),
      instance: fields.shown('instance'),
      milliseconds: fields.shown('milliseconds'),
    }),
  }),

  'message.unsealed': (fields, { language }) => ({
    phase: 'signing',
    tone: 'plain',
    rfc: phraseFor(UNSEALED_TEXTS, fields.text('reason'))?.rfc,
    text: say(EVENT_TEXTS['message.unsealed'], language, {
      domain: fields.shown('domain'),
      reason: wordOf(UNSEALED_TEXTS, fields.text('reason'), language),
    }),
  }),

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
};

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

/** A first attempt so soon is one at once. Milliseconds. */
const A_MOMENT = 1000;

function envelopeOf(
  fields: EventFields<'message.received' | 'message.submitted'>,
  language: Language,
): { size: string; recipients: string; with: string; tls: string } {
  const size = fields.number('size');
  const recipients = fields.number('recipients');
  return {
    size: size === undefined ? fields.shown('size') : counted('octets', size, language),
    recipients:
      recipients === undefined
        ? fields.shown('recipients')
        : counted('recipients', recipients, language),
    with: fields.shown('with'),
    tls: tlsOf(fields.text('tls'), language),
  };
}

function messageIdField(id: string | undefined, language: Language): string[] {
  return id === undefined ? [] : [say(FRAME.messageIdField, language, { id })];
}

interface SignatureFacts {
  readonly domain: string;
  readonly selector: string;
  readonly algorithm: string;
}

function signaturesOf(value: unknown): SignatureFacts[] {
  if (!Array.isArray(value)) return [];
  return value.slice(0, 20).flatMap((one: unknown): SignatureFacts[] => {
    if (typeof one !== 'object' || one === null) return [];
    const { domain, selector, algorithm } = one as Readonly<Record<string, unknown>>;
    return [{ domain: word(domain), selector: word(selector), algorithm: word(algorithm) }];
  });
}

function word(value: unknown): string {
  return typeof value === 'string' ? printable(value) : '?';
}

/** Events of a message as it comes in and is judged, or is written here: one line of plain words each. */
import type { Language } from '#protocol/dsn/language';
import type { EventFields } from './event-fields.ts';
import { EVENT_TEXTS, EVENT_VARIANTS } from '#mail/story/texts/event-texts';
import {
  cited,
  dateAndTime,
  enumerate,
  listenerOf,
  reasonOf,
  reversePathOf,
  tlsOf,
} from './field-words.ts';
import { SENDER_TEXTS, UNSEALED_TEXTS } from '#mail/story/texts/forward-texts';
import { FRAME } from '#mail/story/texts/frame-texts';
import { FILED_CLASSES } from '#mail/story/texts/history-texts';
import { refusalDetails } from './outcome-details.ts';
import { phraseFor, say } from '#mail/story/phrase';
import { LESSON_RESULTS, MESSAGE_CLASSES } from '#mail/story/texts/scanner-texts';
import { counted } from '#mail/story/spoken';
import { printable } from '#mail/story/terminal-text';
import { VERDICT_TEXTS } from '#mail/story/texts/verdict-texts';
import type { Tellers } from './told.ts';
import { wordOf } from './told.ts';

export const MESSAGE_TELLERS = {
  'message.received': (fields, { language }) => ({
    phase: 'arrival',
    tone: 'plain',
    rfc: EVENT_TEXTS['message.received'].rfc,
    text: say(EVENT_TEXTS['message.received'], language, {
      client: fields.shown('client'),
      // RFC 3848 §1: who said EHLO came with ESMTP
      greeting: fields.text('with') === 'SMTP' ? 'HELO' : 'EHLO',
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
  'message.filed': (fields, { language }) => ({
    phase: 'operator',
    tone: 'plain',
    text: say(EVENT_TEXTS['message.filed'], language, {
      class: wordOf(FILED_CLASSES, fields.text('class'), language),
      senders: enumerate(
        fields.list('senders').map((sender) => sender.replace(/^\w+ /, '')),
        language,
      ),
    }),
  }),
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
} satisfies Partial<Tellers>;

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

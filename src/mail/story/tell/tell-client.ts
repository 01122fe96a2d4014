/** Events of clients, of what they log in with, and of what stands beside the mail: one line of plain words each. */
import {
  BAN_END,
  BAN_REASONS,
  BAN_SCOPES,
  SENDING_LIMITS,
  LOGIN_PACE_TEXTS,
} from '#mail/story/texts/abuse-texts';
import { EVENT_TEXTS } from '#mail/story/texts/event-texts';
import { listenerOf, reasonOf, timeOf, tlsOf } from './field-words.ts';
import { FRAME } from '#mail/story/texts/frame-texts';
import { refusalDetails } from './outcome-details.ts';
import { say } from '#mail/story/phrase';
import { SCANNER_CAUSES, SCANNER_USES } from '#mail/story/texts/scanner-texts';
import type { Teller, Tellers } from './told.ts';
import { wordOf } from './told.ts';

export const CLIENT_TELLERS = {
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
  'session.handshake-failed': (fields, { language }) => ({
    phase: 'arrival',
    tone: 'bad',
    rfc: EVENT_TEXTS['session.handshake-failed'].rfc,
    text: say(EVENT_TEXTS['session.handshake-failed'], language, {
      client: fields.shown('client'),
      listener: listenerOf(fields.shown('listener'), language),
      reason: fields.shown('reason'),
    }),
  }),
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
      limit: wordOf(SENDING_LIMITS, fields.text('limit'), teller.language),
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
} satisfies Partial<Tellers>;

function endOfBan(until: number | undefined, { language, at, momentOf }: Teller): string {
  return until === undefined ? BAN_END.lifted[language] : timeOf(until, at, momentOf);
}

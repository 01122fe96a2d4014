/** Events of the domains here: one line of plain words each. */
import type { Language } from '#protocol/dsn/language';
import type { EventFields } from './event-fields.ts';
import { EVENT_TEXTS } from '#mail/story/texts/event-texts';
import { say, type Phrase } from '#mail/story/phrase';
import { wordOf, type Teller, type Tellers, type Told } from './told.ts';

/** Who had the keys of a domain changed. */
export const ROTATION_CAUSES = {
  hand: { en: 'asked for by hand', ja: '手動' },
  schedule: { en: 'by schedule', ja: '定期更新' },
} as const satisfies Record<string, Phrase>;

export const DOMAIN_TELLERS = {
  'dkim.begun': (fields, { language }) => ({
    phase: 'operator',
    tone: 'waiting',
    rfc: EVENT_TEXTS['dkim.begun'].rfc,
    text: say(EVENT_TEXTS['dkim.begun'], language, {
      ...keysOf(fields),
      by: wordOf(ROTATION_CAUSES, fields.text('by'), language),
    }),
  }),
  'dkim.switched': (fields, { language }) => ({
    phase: 'operator',
    tone: 'good',
    rfc: EVENT_TEXTS['dkim.switched'].rfc,
    text: say(EVENT_TEXTS['dkim.switched'], language, {
      ...keysOf(fields),
      former: fields.joined('former'),
    }),
  }),
  'dkim.revoked': (fields, { language }: Teller) => ({
    ...told(EVENT_TEXTS['dkim.revoked'], fields, language),
    rfc: EVENT_TEXTS['dkim.revoked'].rfc,
  }),
  'dkim.aborted': (fields, { language }) => told(EVENT_TEXTS['dkim.aborted'], fields, language),
  'dmarc.reported': (fields, { language }) => ({
    phase: 'operator',
    tone: (fields.number('ownFailed') ?? 0) > 0 ? 'bad' : 'plain',
    rfc: EVENT_TEXTS['dmarc.reported'].rfc,
    text: say(EVENT_TEXTS['dmarc.reported'], language, {
      domain: fields.shown('domain'),
      reporter: fields.text('reporter') || ANYBODY[language],
      messages: fields.shown('messages'),
      failed: fields.shown('failed'),
      ownFailed: fields.shown('ownFailed'),
    }),
  }),
} satisfies Partial<Tellers>;

/** Nobody vouches for who reports. */
const ANYBODY: Phrase = { en: 'Somebody unknown', ja: '身元不明の送信者' };

type KeyFields = EventFields<'dkim.begun' | 'dkim.switched' | 'dkim.revoked' | 'dkim.aborted'>;

function keysOf(fields: KeyFields): { domain: string; selectors: string } {
  return { domain: fields.shown('domain'), selectors: fields.joined('selectors') };
}

function told(phrase: Phrase, fields: KeyFields, language: Language): Told {
  return { phase: 'operator', tone: 'plain', text: say(phrase, language, keysOf(fields)) };
}

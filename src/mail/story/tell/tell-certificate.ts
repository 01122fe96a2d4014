/** Events of certificates, and the steps of an order, one line of plain words each. Pure. */
import type { EventStep, Json } from '#events';
import type { Language } from '#protocol/dsn/language';
import {
  CERTIFICATE_REMEDIES,
  CERTIFICATE_SHOW,
  CERTIFICATE_STEPS,
  ORDER_CAUSES,
  REVOCATION_REASONS,
} from '#mail/story/texts/certificate-texts';
import type { EventFields } from './event-fields.ts';
import { EVENT_TEXTS } from '#mail/story/texts/event-texts';
import { dateAndTime } from './field-words.ts';
import { filled } from '#mail/story/fill-phrase';
import { FRAME } from '#mail/story/texts/frame-texts';
import { say, type Phrase } from '#mail/story/phrase';
import { plain, StepFields } from './step-fields.ts';
import { wordOf, type Teller, type Tellers } from './told.ts';

export const CERTIFICATE_TELLERS = {
  'certificate.issued': (fields, teller) => ({
    phase: 'operator',
    tone: 'good',
    rfc: EVENT_TEXTS['certificate.issued'].rfc,
    text: say(EVENT_TEXTS['certificate.issued'], teller.language, {
      names: fields.joined('names'),
      issuer: fields.shown('issuer'),
      until: moment(fields.time('until'), teller),
    }),
  }),
  'certificate.failed': (fields, teller) => ({
    phase: 'operator',
    tone: 'bad',
    rfc: EVENT_TEXTS['certificate.failed'].rfc,
    text: say(EVENT_TEXTS['certificate.failed'], teller.language, {
      names: fields.joined('names'),
      cause: wordOf(ORDER_CAUSES, fields.text('cause'), teller.language),
      text: fields.shown('text'),
      time: moment(fields.time('nextAt'), teller),
    }),
    details: remedyDetails(fields, teller.language),
  }),
  'certificate.expiring': (fields, teller) => ({
    phase: 'operator',
    tone: 'bad',
    text: say(EVENT_TEXTS['certificate.expiring'], teller.language, {
      names: fields.joined('names'),
      until: moment(fields.time('until'), teller),
      days: fields.shown('days'),
    }),
  }),
  'certificate.revoked': (fields, { language }) => ({
    phase: 'operator',
    tone: 'plain',
    rfc: EVENT_TEXTS['certificate.revoked'].rfc,
    text: say(EVENT_TEXTS['certificate.revoked'], language, {
      names: fields.joined('names'),
      reason: wordOf(REVOCATION_REASONS, fields.text('reason'), language),
    }),
  }),
  'certificate.imported': (fields, teller) => ({
    phase: 'operator',
    tone: 'plain',
    text: say(EVENT_TEXTS['certificate.imported'], teller.language, {
      names: fields.joined('names'),
      issuer: fields.shown('issuer'),
      until: moment(fields.time('until'), teller),
    }),
  }),
} satisfies Partial<Tellers>;

/** A step of an order, of whatever version. */
export function tellCertificateStep(step: EventStep, language: Language): string {
  const fields = new StepFields(step, language);
  const catalogue: Readonly<Record<string, Phrase>> = CERTIFICATE_STEPS;
  if (!Object.hasOwn(catalogue, step.key)) {
    return say(FRAME.unknownStep, language, { key: fields.shown('key') });
  }
  return filled(catalogue[step.key]!, fields, {
    ...(step['names'] !== undefined && { names: fields.list('names', plain) }),
    ...(step['servers'] !== undefined && { servers: fields.list('servers', plain) }),
    ...(step['cause'] !== undefined && { cause: fields.worded('cause', ORDER_CAUSES) }),
    ...(typeof step['sameKey'] === 'boolean' && {
      sameKey: CERTIFICATE_SHOW[step['sameKey'] ? 'yes' : 'no'][language],
    }),
  });
}

/** What to do about an order that failed; undefined for a cause that this version does not know. */
export function remedyFor(cause: Json | undefined, language: Language): string | undefined {
  return typeof cause === 'string' && Object.hasOwn(CERTIFICATE_REMEDIES, cause)
    ? say((CERTIFICATE_REMEDIES as Readonly<Record<string, Phrase>>)[cause]!, language, {})
    : undefined;
}

function remedyDetails(
  fields: EventFields<'certificate.failed'>,
  language: Language,
): readonly string[] {
  const remedy = remedyFor(fields.raw('cause'), language);
  return remedy === undefined ? [] : [say(CERTIFICATE_SHOW.remedy, language, { remedy })];
}

function moment(at: number | undefined, { momentOf, language }: Teller): string {
  return at === undefined ? FRAME.notRecorded[language] : dateAndTime(momentOf(at));
}

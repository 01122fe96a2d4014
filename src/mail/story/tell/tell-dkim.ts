/**
 * The steps of a DKIM verification in plain words, fresh ones and those that were kept with the events of a message, of whatever version:
 * what is missing is told as such. Pure.
 */
import type { Json } from '#events';
import type { Language } from '#protocol/dsn/language';
import type { DkimReport } from '#protocol/dkim/report';
import {
  DKIM_ANSWERS,
  DKIM_PIECES,
  DKIM_REASONS,
  DKIM_RESULTS,
  DKIM_STEPS,
  DKIM_SUMMARIES,
  DKIM_WEAKNESSES,
} from '#mail/story/texts/dkim-texts';
import { asSentence, chosen, filled, nameOf, sentences } from '#mail/story/fill-phrase';
import { say } from '#mail/story/phrase';
import { isRecord, plain, StepFields } from './step-fields.ts';

/** One sentence that answers what DKIM says of a message. */
export function tellDkimResult({ signatures }: DkimReport, language: Language): string {
  if (signatures.length === 0) return DKIM_SUMMARIES.none[language];
  const between = language === 'ja' ? '、' : ', ';
  const signers = signatures.filter(({ result }) => result === 'pass');
  if (signers.length > 0) {
    const domains = new Set(signers.map(({ domain }) => domain ?? ''));
    return say(DKIM_SUMMARIES.pass, language, { domains: [...domains].join(between) });
  }
  const results = new Set(signatures.map(({ result }) => result));
  return say(DKIM_SUMMARIES.other, language, { results: [...results].join(between) });
}

export function tellDkimStep(step: Json, language: Language): string {
  const fields = new StepFields(isRecord(step) ? step : {}, language);
  switch (nameOf(fields)) {
    case 'signature-read':
      return filled(DKIM_STEPS['signature-read'], fields, {
        canonicalization: tellCanonicalization(fields),
        signedFields: fields.list('signedFields', plain),
      });
    case 'weakness':
      return chosen(DKIM_WEAKNESSES, 'kind', fields);
    case 'concluded':
      return tellConclusion(fields);
    default:
      return tellSignatureStep(fields) ?? chosen(DKIM_STEPS, 'step', fields);
  }
}

/** The steps that DKIM and ARC have in common: key, header and body of one signature. */
export function tellSignatureStep(fields: StepFields): string | undefined {
  const { language } = fields;
  const matches = fields.get('matches') === true;
  switch (nameOf(fields)) {
    case 'key-asked':
      return filled(DKIM_STEPS['key-asked'], fields, { answer: tellAnswer(fields.part('answer')) });
    case 'key-refused':
      return filled(DKIM_STEPS['key-refused'], fields, {
        reason: fields.worded('reason', DKIM_REASONS),
      });
    case 'key-accepted':
      return sentences(language, [
        filled(DKIM_STEPS['key-accepted'], fields),
        fields.get('testing') === true && DKIM_PIECES.testing[language],
      ]);
    case 'header-checked':
      return filled(DKIM_PIECES[matches ? 'header-matches' : 'header-differs'], fields);
    case 'body-hashed':
      return sentences(language, [
        filled(DKIM_PIECES[matches ? 'body-matches' : 'body-differs'], fields),
        Number(fields.get('uncovered')) > 0 && filled(DKIM_PIECES.uncovered, fields),
      ]);
    default:
      return undefined;
  }
}

function tellConclusion(fields: StepFields): string {
  const { language } = fields;
  const said = chosen(DKIM_RESULTS, 'result', fields);
  if (fields.get('result') === 'pass') return said;
  const whole = sentences(language, [
    said,
    fields.get('reason') !== undefined &&
      asSentence(fields.worded('reason', DKIM_REASONS), language),
    fields.get('tag') !== undefined && filled(DKIM_PIECES.tag, fields),
  ]);
  if (fields.get('domain') === undefined) return whole;
  return say(DKIM_PIECES['of-domain'], language, { domain: fields.shown('domain'), said: whole });
}

function tellCanonicalization(fields: StepFields): string {
  const part = fields.part('canonicalization');
  return `${part.shown('header')}/${part.shown('body')}`;
}

function tellAnswer(answer: StepFields): string {
  const { language } = answer;
  if (answer.get('kind') !== 'records') return chosen(DKIM_ANSWERS, 'kind', answer);
  const more = answer.get('more');
  const records = [
    answer.list('records', plain),
    ...(typeof more === 'number' ? [say(DKIM_PIECES.more, language, { count: String(more) })] : []),
  ];
  return say(DKIM_ANSWERS.records, language, {
    records: records.join(language === 'ja' ? '、' : ', '),
  });
}

/**
 * The steps of the validation of a chain of ARC in plain words, fresh ones and those that were kept with the events of a message, of
 * whatever version: what is missing is told as such. Pure.
 */
import type { Json } from '#events';
import type { ArcReport } from '#protocol/arc/report';
import type { Language } from '#protocol/dsn/language';
import { ARC_PIECES, ARC_REASONS, ARC_RESULTS, ARC_STEPS } from '#mail/story/texts/arc-texts';
import { DKIM_PIECES, DKIM_REASONS } from '#mail/story/texts/dkim-texts';
import { chosen, filled, nameOf, sentences } from '#mail/story/fill-phrase';
import { say } from '#mail/story/phrase';
import { isRecord, StepFields } from './step-fields.ts';
import { tellSignatureStep } from './tell-dkim.ts';

const REASONS = { ...DKIM_REASONS, ...ARC_REASONS };

/** One sentence that answers what the chain is. */
export function tellArcResult(report: ArcReport, language: Language): string {
  return tellArcStep(report.steps.at(-1) as unknown as Json, language);
}

export function tellArcStep(step: Json, language: Language): string {
  const fields = new StepFields(isRecord(step) ? step : {}, language);
  const said = tellSignatureStep(fields);
  if (said !== undefined) return filled(ARC_PIECES.step, fields, { said });
  switch (nameOf(fields)) {
    case 'fields-collected':
      return tellCounts(fields);
    case 'set-read':
      return sentences(language, [
        filled(ARC_STEPS['set-read'], fields),
        fields.get('signsFrom') === false && ARC_PIECES['without-from'][language],
      ]);
    case 'signature-judged':
      return tellJudged(fields);
    case 'oldest-pass':
      return filled(ARC_PIECES[fields.get('instance') === 0 ? 'all-pass' : 'oldest-pass'], fields);
    case 'concluded':
      return sentences(language, [
        chosen(ARC_RESULTS, 'cv', fields, { reason: tellReason(fields) }),
        fields.get('tag') !== undefined && filled(DKIM_PIECES.tag, fields),
      ]);
    default:
      return chosen(ARC_STEPS, 'step', fields);
  }
}

function tellCounts(fields: StepFields): string {
  const counts = fields.part('fields');
  return filled(ARC_STEPS['fields-collected'], fields, {
    seals: counts.shown('ARC-Seal'),
    signatures: counts.shown('ARC-Message-Signature'),
    results: counts.shown('ARC-Authentication-Results'),
  });
}

function tellJudged(fields: StepFields): string {
  if (fields.get('valid') === true) return filled(ARC_PIECES.valid, fields);
  return sentences(fields.language, [
    filled(ARC_PIECES.invalid, fields, { reason: fields.worded('reason', REASONS) }),
    fields.get('tag') !== undefined && filled(DKIM_PIECES.tag, fields),
  ]);
}

/** Why, and of which field. */
function tellReason(fields: StepFields): string {
  const reason = fields.worded('reason', REASONS);
  if (fields.get('at') === undefined) return reason;
  const at = fields.part('at');
  const piece = at.get('instance') === 0 ? 'field-alone' : 'field-of-set';
  const place = filled(ARC_PIECES[piece], at);
  return say(ARC_PIECES['at-field'], fields.language, { reason, place });
}

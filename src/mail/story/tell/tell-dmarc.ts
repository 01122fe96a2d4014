/**
 * The steps of a DMARC judgement in plain words, fresh ones and those that were kept with the events of a message, of whatever version:
 * what is missing is told as such. Pure.
 */
import type { Json } from '#events';
import type { Language } from '#protocol/dsn/language';
import {
  DMARC_ADVICE,
  DMARC_ALIGNMENTS,
  DMARC_ANSWERS,
  DMARC_EXISTENCE,
  DMARC_IDENTIFIERS,
  DMARC_ORGANIZATIONS,
  DMARC_POLICIES,
  DMARC_RESULTS,
  DMARC_SOURCES,
  DMARC_STEPS,
  DMARC_UNUSABLE,
} from '#mail/story/texts/dmarc-texts';
import { FRAME } from '#mail/story/texts/frame-texts';
import { type Phrase, placeholdersOf, say } from '#mail/story/phrase';
import { isRecord, plain, StepFields } from './step-fields.ts';
import { tellAnswer } from './tell-answer.ts';

export function tellDmarcStep(step: Json, language: Language): string {
  const fields = new StepFields(isRecord(step) ? step : {}, language);
  const name = fields.get('step');
  switch (typeof name === 'string' ? name : '') {
    case 'asked':
      return filled(DMARC_STEPS.asked, fields, { answer: tellRecordAnswer(fields.part('answer')) });
    case 'walked':
      return filled(DMARC_STEPS.walked, fields, {
        visited: fields.list('visited', plain),
        because: fields.worded('because', DMARC_ORGANIZATIONS),
      });
    case 'policy-found':
      return chosen(DMARC_SOURCES, 'source', fields);
    case 'policy-unusable': {
      const outcome = DMARC_UNUSABLE[fields.get('reports') === true ? 'reports' : 'nothing'];
      const parts = [chosen(DMARC_UNUSABLE, 'kind', fields), outcome[language]];
      return parts.join(language === 'ja' ? '' : ' ');
    }
    case 'existence':
      return chosen(DMARC_EXISTENCE, 'exists', fields);
    case 'identifier':
      return chosen(DMARC_ALIGNMENTS, 'reason', fields, {
        identifier: chosen(DMARC_IDENTIFIERS, 'mechanism', fields),
      });
    case 'concluded':
      return chosen(DMARC_RESULTS, 'result', fields, {
        policy: fields.worded('policy', DMARC_POLICIES),
      });
    case 'advice':
      return chosen(DMARC_ADVICE, 'advice', fields);
    default:
      return chosen(DMARC_STEPS, 'step', fields);
  }
}

function tellRecordAnswer(answer: StepFields): string {
  const kind = answer.get('kind');
  return typeof kind === 'string' && Object.hasOwn(DMARC_ANSWERS, kind)
    ? chosen(DMARC_ANSWERS, 'kind', answer)
    : tellAnswer(answer);
}

/** The phrase for the word in a field of the step, filled with the others. */
function chosen(
  catalogue: Readonly<Record<string, Phrase>>,
  key: string,
  fields: StepFields,
  values: Readonly<Record<string, string>> = {},
): string {
  const value = fields.get(key);
  const word = typeof value === 'boolean' ? String(value) : value;
  if (typeof word !== 'string' || !Object.hasOwn(catalogue, word)) {
    return say(FRAME.unknownStep, fields.language, { key: fields.shown(key) });
  }
  return filled(catalogue[word]!, fields, values);
}

/** The placeholders of a phrase are fields of the step, but for those given here. */
function filled(
  phrase: Phrase,
  fields: StepFields,
  values: Readonly<Record<string, string>>,
): string {
  const all = placeholdersOf(phrase.en).map((name) => [name, values[name] ?? fields.shown(name)]);
  return say(phrase, fields.language, Object.fromEntries(all) as Record<string, string>);
}

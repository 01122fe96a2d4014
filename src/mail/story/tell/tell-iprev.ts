/** The steps of the check of a client's name in plain words, fresh ones and those kept with events (`protocol/iprev/check.ts`). Pure. */
import type { Json } from '#events';
import type { Language } from '#protocol/dsn/language';
import { FRAME } from '#mail/story/texts/frame-texts';
import { IPREV_NAMES, IPREV_RESULTS, IPREV_STEPS } from '#mail/story/texts/iprev-texts';
import { type Phrase, placeholdersOf, say } from '#mail/story/phrase';
import { isRecord, plain, StepFields } from './step-fields.ts';
import { tellAnswer } from './tell-answer.ts';

export function tellIprevStep(step: Json, language: Language): string {
  const fields = new StepFields(isRecord(step) ? step : {}, language);
  const phrase = phraseOf(fields);
  if (!phrase) return say(FRAME.unknownStep, language, { key: fields.shown('step') });
  const values = placeholdersOf(phrase.en).map((name) => [
    name,
    name === 'answer' ? tellOutcome(fields.part(name)) : fields.shown(name),
  ]);
  return say(phrase, language, Object.fromEntries(values) as Record<string, string>);
}

function phraseOf(fields: StepFields): Phrase | undefined {
  const name = fields.get('step');
  switch (typeof name === 'string' ? name : '') {
    case 'address-asked':
      return IPREV_NAMES[fields.get('leadsBack') === true ? 'true' : 'false'];
    case 'concluded':
      return wordIn(IPREV_RESULTS, fields.get('result'));
    default:
      return wordIn(IPREV_STEPS, name);
  }
}

function wordIn(
  catalogue: Readonly<Record<string, Phrase>>,
  word: Json | undefined,
): Phrase | undefined {
  return typeof word === 'string' && Object.hasOwn(catalogue, word) ? catalogue[word] : undefined;
}

function tellOutcome(answer: StepFields): string {
  return answer.get('kind') === 'records' ? answer.list('records', plain) : tellAnswer(answer);
}

/** A step of any check in plain words: our own by `verdict-texts.ts`, those of a protocol by its own texts. */
import type { Json } from '#events';
import type { CheckName } from '#mail/receive/inquiry/facts';
import type { Language } from '#protocol/dsn/language';
import { FRAME } from '#mail/story/texts/frame-texts';
import { phraseFor, placeholdersOf, say, type Phrase } from '#mail/story/phrase';
import { isRecord, StepFields } from './step-fields.ts';
import { tellAnswer } from './tell-answer.ts';
import { tellArcStep } from './tell-arc.ts';
import { tellDkimStep } from './tell-dkim.ts';
import { tellDmarcStep } from './tell-dmarc.ts';
import { tellIprevStep } from './tell-iprev.ts';
import { tellSpfStep } from './tell-spf.ts';
import { printable } from '#mail/story/terminal-text';
import { CHECK_STEP_TEXTS } from '#mail/story/texts/verdict-texts';

export interface Line {
  readonly text: string;
  /** `RFC 7208 §4.6.4`, or where else the rule is written. */
  readonly rfc?: string;
}

export function tellCheckStep(check: CheckName, step: Json, language: Language): Line {
  const fields = new StepFields(isRecord(step) ? step : {}, language);
  const kept = fields.get('rfc');
  const rfc = typeof kept === 'string' ? printable(kept) : ownPhrase(fields)?.rfc;
  return {
    text: PROTOCOLS[check]?.(step, language) ?? ownText(fields, language),
    ...(rfc !== undefined && { rfc }),
  };
}

function ownPhrase(fields: StepFields): Phrase | undefined {
  const name = fields.get('step');
  return phraseFor(CHECK_STEP_TEXTS, typeof name === 'string' ? name : undefined);
}

/** Checks whose steps are those of a protocol. */
const PROTOCOLS: Partial<Record<CheckName, (step: Json, language: Language) => string>> = {
  iprev: tellIprevStep,
  spf: tellSpfStep,
  dkim: tellDkimStep,
  arc: tellArcStep,
  dmarc: tellDmarcStep,
};

/** The placeholders of a text are the fields of its step. */
function ownText(fields: StepFields, language: Language): string {
  const phrase = ownPhrase(fields);
  if (phrase === undefined) return say(FRAME.unknownStep, language, { key: fields.shown('step') });
  const values = placeholdersOf(phrase.en).map((field) => [
    field,
    field === 'answer' ? tellAnswer(fields.part(field)) : fields.shown(field),
  ]);
  return say(phrase, language, Object.fromEntries(values) as Record<string, string>);
}

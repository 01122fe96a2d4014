/** The decision on TLS and how sessions went by it, in plain words (`mail/tls-policy/`). Pure, and total for what other versions kept. */
import type { TlsStep } from '#mail/tls-policy/steps';
import { filled } from '#mail/story/fill-phrase';
import { say } from '#mail/story/phrase';
import { plain, type StepFields } from './step-fields.ts';
import { tellAnswer } from './tell-answer.ts';
import { wordOf, type Tellers } from './told.ts';
import {
  NO_DANE,
  POLICY_TYPES,
  STS_FETCH_FAULTS,
  STS_MODES,
  STS_ORIGINS,
  STS_RECORD_FAULTS,
  TLS_RESULTS,
  TLS_SESSIONS,
  TLS_STEPS,
} from '#mail/story/texts/tls-texts';

export function isTlsStep(key: string): key is TlsStep['key'] {
  return Object.hasOwn(TLS_STEPS, key);
}

/** The sentence of a step; fields that are words of ours are told by their texts. */
export function tellTlsStep(key: TlsStep['key'], step: StepFields): string {
  return filled(TLS_STEPS[key], step, {
    hosts: step.list('hosts', plain),
    records: step.list('records', plain),
    mx: step.list('mx', plain),
    why: step.worded('why', NO_DANE),
    fault: step.worded('fault', STS_RECORD_FAULTS),
    reason: step.worded('reason', STS_FETCH_FAULTS),
    mode: step.worded('mode', STS_MODES),
    from: step.worded('from', STS_ORIGINS),
    answer: tellAnswer(step.part('answer')),
  });
}

export const TLS_TELLERS = {
  'attempt.tls': (fields, { language }) => {
    const result = fields.text('result');
    const delivers = fields.raw('delivers') === true;
    const phrase = TLS_SESSIONS[result === undefined ? 'well' : delivers ? 'reported' : 'refused'];
    const reason = fields.text('reason');
    return {
      phase: 'attempt',
      tone: result === undefined ? 'good' : delivers ? 'plain' : 'bad',
      rfc: phrase.rfc,
      text: say(phrase, language, {
        host: fields.shown('host'),
        policy: wordOf(POLICY_TYPES, fields.text('policy'), language),
        tls: fields.shown('tls'),
        result: wordOf(TLS_RESULTS, result, language),
      }),
      details: reason === undefined ? [] : [fields.shown('reason')],
    };
  },
} satisfies Partial<Tellers>;

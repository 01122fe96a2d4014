/** The steps of the decision on TLS in plain words, one sentence each (`mail/tls-policy/steps.ts`). Pure, and total for what other versions kept. */
import { filled } from '#mail/story/fill-phrase';
import {
  NO_DANE,
  STS_FETCH_FAULTS,
  STS_MODES,
  STS_ORIGINS,
  STS_RECORD_FAULTS,
  TLS_STEPS,
} from '#mail/story/texts/tls-texts';
import type { TlsStep } from '#mail/tls-policy/steps';
import { plain, type StepFields } from './step-fields.ts';
import { tellAnswer } from './tell-answer.ts';

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

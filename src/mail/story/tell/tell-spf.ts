/**
 * An SPF report in plain words: its result, and its steps, one text each (`protocol/spf/report.ts`). Pure, and total: a step that was kept
 * by another version, or erased, is told as far as it goes.
 */
import type { Json } from '#events';
import type { Language } from '#protocol/dsn/language';
import type { SpfReport, SpfStep } from '#protocol/spf/report';
import { FRAME } from '#mail/story/texts/frame-texts';
import { placeholdersOf, say, type Phrase } from '#mail/story/phrase';
import { duration } from '#mail/story/spoken';
import { SPF_ADVICE, SPF_PROBLEMS } from '#mail/story/texts/spf-record-texts';
import {
  SPF_EXPLANATIONS,
  SPF_IDENTITIES,
  SPF_LIMITS,
  SPF_MATCH_REASONS,
  SPF_PIECES,
  SPF_REASONS,
  SPF_RESULTS,
  SPF_STEPS,
  SPF_UNUSABLE_DOMAINS,
} from '#mail/story/texts/spf-texts';
import { isRecord, StepFields } from './step-fields.ts';
import { ANSWER_TEXTS, DNS_FAILURES, STEP_TEXTS } from '#mail/story/texts/step-texts';
import { printable } from '#mail/story/terminal-text';

/** Characters of a record that are shown: as many as a step holds. */
const MAX_RECORD = 1001;

/** One sentence that answers the question, and a second one where there is no better answer. */
export function tellSpfResult(
  { result, domain, ip, reason }: Pick<SpfReport, 'result' | 'domain' | 'ip' | 'reason'>,
  language: Language,
): string {
  return concluded(
    new StepFields({ result, domain, ip, ...(reason === undefined ? {} : { reason }) }, language),
  );
}

export function tellSpfStep(step: Json, language: Language): string {
  const fields = new StepFields(isRecord(step) ? step : {}, language);
  const key = fields.get('step');
  return typeof key === 'string' && Object.hasOwn(TELLERS, key)
    ? TELLERS[key as SpfStep['step']](fields)
    : say(FRAME.unknownStep, language, { key: fields.shown('step') });
}

type Teller = (step: StepFields) => string;

const TELLERS: Readonly<Record<SpfStep['step'], Teller>> = {
  identity: (step) =>
    sentences(step.language, [
      filled(SPF_STEPS.identity, step, { identity: step.worded('identity', SPF_IDENTITIES) }),
      step.get('mapped') === true && SPF_PIECES.mapped[step.language],
    ]),
  'domain-unusable': (step) =>
    filled(SPF_STEPS['domain-unusable'], step, { why: step.worded('why', SPF_UNUSABLE_DOMAINS) }),
  asked: (step) =>
    filled(STEP_TEXTS['route.asked'], step, { answer: tellAnswer(step.part('answer')) }),
  'record-found': (step) => {
    const record = step.get('record');
    const whole = typeof record === 'string' ? printable(record, MAX_RECORD) : step.shown('record');
    return filled(SPF_STEPS['record-found'], step, { record: whole });
  },
  'no-record': (step) => filled(SPF_STEPS['no-record'], step),
  'several-records': (step) => filled(SPF_STEPS['several-records'], step),
  'record-malformed': (step) =>
    filled(SPF_STEPS['record-malformed'], step, {
      problem: step.worded('problem', SPF_PROBLEMS),
      position: String(Number(step.get('position')) + 1),
    }),
  mechanism: (step) => {
    const piece = SPF_PIECES[step.get('matches') === true ? 'match' : 'no-match'];
    return sentences(step.language, [
      filled(piece, step, { reason: choose(SPF_MATCH_REASONS, 'reason', step) }),
      // of no interest for what asks nobody
      step.get('target') !== undefined && filled(SPF_PIECES.left, step, left(step)),
    ]);
  },
  'names-validated': (step) => {
    const ignored = step.get('ignored');
    return sentences(step.language, [
      filled(SPF_STEPS['names-validated'], step, {
        names: listed(step, 'names'),
        validated: listed(step, 'validated'),
      }),
      typeof ignored === 'number' &&
        ignored > 0 &&
        filled(SPF_PIECES.ignored, step, { count: String(ignored) }),
    ]);
  },
  'include-entered': (step) => entered('include-entered', step),
  redirected: (step) => entered('redirected', step),
  'include-left': (step) => filled(SPF_STEPS['include-left'], step),
  'limit-reached': (step) => choose(SPF_LIMITS, 'limit', step),
  'no-mechanism-matched': (step) => filled(SPF_STEPS['no-mechanism-matched'], step),
  explanation: (step) => {
    const outcome = step.get('outcome');
    if (outcome === 'used') return filled(SPF_PIECES.explained, step);
    if (outcome === 'cut') return filled(SPF_PIECES['explained-cut'], step);
    return filled(SPF_PIECES.unexplained, step, { why: step.worded('outcome', SPF_EXPLANATIONS) });
  },
  advice: (step) => choose(SPF_ADVICE, 'advice', step),
  'steps-left-out': (step) => filled(SPF_STEPS['steps-left-out'], step),
  concluded,
};

function concluded(step: StepFields): string {
  return sentences(step.language, [
    choose(SPF_RESULTS, 'result', step),
    step.get('reason') !== undefined && step.worded('reason', SPF_REASONS),
  ]);
}

function entered(key: 'include-entered' | 'redirected', step: StepFields): string {
  return sentences(step.language, [
    filled(SPF_STEPS[key], step),
    filled(SPF_PIECES.left, step, left(step)),
  ]);
}

function left(step: StepFields): Readonly<Record<string, string>> {
  return { lookups: step.shown('lookupsLeft'), voids: step.shown('voidsLeft') };
}

/** The phrase that a word of the step chooses, filled from the step. */
function choose(
  catalogue: Readonly<Record<string, Phrase>>,
  field: string,
  step: StepFields,
): string {
  const word = step.get(field);
  return typeof word === 'string' && Object.hasOwn(catalogue, word)
    ? filled(catalogue[word]!, step)
    : step.shown(field);
}

/** Placeholders are the fields of the step, unless given. */
function filled(
  phrase: Phrase,
  step: StepFields,
  given: Readonly<Record<string, string>> = {},
): string {
  const names = placeholdersOf(phrase[step.language]);
  const values = names.map((name) => [name, given[name] ?? step.shown(name)]);
  return say(phrase, step.language, Object.fromEntries(values) as Record<string, string>);
}

function tellAnswer(answer: StepFields): string {
  const { language } = answer;
  const kind = answer.get('kind');
  if (kind === 'failure')
    return say(ANSWER_TEXTS.failure, language, { cause: answer.worded('cause', DNS_FAILURES) });
  if (kind !== 'records') return answer.worded('kind', ANSWER_TEXTS);
  const shown = answer.get('records');
  const more = Number(answer.get('count')) - (Array.isArray(shown) ? shown.length : 0);
  const records = [
    listed(answer, 'records'),
    ...(more > 0 ? [say(SPF_PIECES.more, language, { count: String(more) })] : []),
  ];
  return say(ANSWER_TEXTS.records, language, {
    records: records.join(language === 'ja' ? '、' : ', '),
    ttl: duration(Number(answer.get('ttl')) * 1000, language),
  });
}

function listed(step: StepFields, field: string): string {
  const values = step.get(field);
  return Array.isArray(values) && values.length > 0
    ? step.list(field, (value) => printable(typeof value === 'string' ? value : ''))
    : SPF_PIECES.nothing[step.language];
}

function sentences(language: Language, parts: readonly (string | false)[]): string {
  return parts.filter((part) => part !== false).join(language === 'ja' ? '' : ' ');
}

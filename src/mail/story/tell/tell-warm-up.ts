/** Warm-up plans: their events, and the steps of their days, one line of plain words each. Pure. */
import type { EventStep } from '#events';
import type { Language } from '#protocol/dsn/language';
import { filled } from '#mail/story/fill-phrase';
import { say, type Phrase } from '#mail/story/phrase';
import { EVENT_TEXTS } from '#mail/story/texts/event-texts';
import { FRAME } from '#mail/story/texts/frame-texts';
import { WARM_UP_CAUSES, WARM_UP_STEPS, WARM_UP_WORDS } from '#mail/story/texts/warm-up-texts';
import type { EventFields } from './event-fields.ts';
import { dateAndTime, siteText } from './field-words.ts';
import { isRecord, StepFields } from './step-fields.ts';
import { wordOf, type Teller, type Tellers } from './told.ts';

type WarmUpEvent =
  | 'warm-up.begun'
  | 'warm-up.judged'
  | 'warm-up.rested'
  | 'warm-up.halted'
  | 'warm-up.resumed'
  | 'warm-up.ended';

export const WARM_UP_TELLERS = {
  'warm-up.begun': (fields, { language }) => ({
    phase: 'operator',
    tone: 'plain',
    text: say(EVENT_TEXTS['warm-up.begun'], language, {
      ...planOf(fields, language),
      size: fields.shown('size'),
      target: fields.shown('target'),
      by: wordOf(WARM_UP_CAUSES, fields.text('by'), language),
    }),
  }),
  'warm-up.judged': (fields, teller) => {
    const { language } = teller;
    const isGood = fields.text('judged') === 'grown' || fields.text('judged') === 'finished';
    const steps = fields.raw('steps');
    return {
      phase: 'operator',
      tone: isGood ? 'good' : 'waiting',
      text: say(EVENT_TEXTS['warm-up.judged'], language, {
        ...planOf(fields, language),
        day: fields.shown('day'),
        size: fields.shown('size'),
      }),
      details: Array.isArray(steps)
        ? steps.filter(isRecord).map((step) => tellWarmUpStep(step as EventStep, language, teller))
        : [],
    };
  },
  'warm-up.rested': (fields, teller) => ({
    phase: 'operator',
    tone: 'bad',
    text: say(EVENT_TEXTS['warm-up.rested'], teller.language, {
      ...planOf(fields, teller.language),
      until: moment(fields.time('until'), teller),
      bulkUntil: moment(fields.time('bulkUntil'), teller),
    }),
  }),
  'warm-up.halted': (fields, { language }) => ({
    phase: 'operator',
    tone: 'bad',
    text: say(EVENT_TEXTS['warm-up.halted'], language, {
      ...planOf(fields, language),
      by: wordOf(WARM_UP_CAUSES, fields.text('by'), language),
    }),
  }),
  'warm-up.resumed': (fields, { language }) => ({
    phase: 'operator',
    tone: 'good',
    text: say(EVENT_TEXTS['warm-up.resumed'], language, {
      ...planOf(fields, language),
      size: fields.shown('size'),
    }),
  }),
  'warm-up.ended': (fields, { language }) => ({
    phase: 'operator',
    tone: 'good',
    text: say(EVENT_TEXTS['warm-up.ended'], language, {
      ...planOf(fields, language),
      by: wordOf(WARM_UP_CAUSES, fields.text('by'), language),
    }),
  }),
} satisfies Partial<Tellers>;

/** A step of a day, of whatever version. */
export function tellWarmUpStep(
  step: EventStep,
  language: Language,
  { momentOf }: Pick<Teller, 'momentOf'>,
): string {
  const fields = new StepFields(step, language);
  const catalogue: Readonly<Record<string, Phrase>> = WARM_UP_STEPS;
  if (typeof step.key !== 'string' || !Object.hasOwn(catalogue, step.key)) {
    return say(FRAME.unknownStep, language, { key: fields.shown('key') });
  }
  const until = typeof step['until'] === 'string' ? Date.parse(step['until']) : Number.NaN;
  const times = Number.isFinite(until) ? { until: dateAndTime(momentOf(until)) } : {};
  return filled(catalogue[step.key]!, fields, times);
}

/** Why something waits; undefined time: nobody can say until when. */
export function tellHeldBack(time: string | undefined, language: Language): string {
  return time === undefined
    ? say(WARM_UP_WORDS.heldBackOpen, language, {})
    : say(WARM_UP_WORDS.heldBack, language, { time });
}

/** As people call it. */
export function sourceText(source: string, language: Language): string {
  return source === '' ? WARM_UP_WORDS.anySource[language] : source;
}

function planOf(
  fields: EventFields<WarmUpEvent>,
  language: Language,
): { site: string; source: string } {
  return {
    site: siteText(fields.shown('site'), language),
    source: sourceText(fields.text('source') ?? '', language),
  };
}

function moment(at: number | undefined, { momentOf, language }: Teller): string {
  return at === undefined ? FRAME.notRecorded[language] : dateAndTime(momentOf(at));
}

/** The steps of a routing decision in plain words, one line each (`mail/queue/route-steps.ts`). */
import type { EventStep, Json } from '#events';
import type { RouteStep } from '#mail/queue/route-steps';
import type { Language } from '#protocol/dsn/language';
import { FRAME } from './frame-texts.ts';
import { say, type Phrase } from './phrase.ts';
import { duration } from './spoken.ts';
import {
  ANSWER_TEXTS,
  DNS_FAILURES,
  ROUTE_MATCHES,
  SKIP_REASONS,
  STEP_TEXTS,
  TLS_POLICIES,
} from './step-texts.ts';
import { printable } from './terminal-text.ts';

/** Steps that are told; a domain cannot make a story longer than this. */
const MAX_STEPS = 100;

/** @param steps the field of `attempt.routed`, of whatever version wrote it */
export function tellSteps(steps: Json | undefined, language: Language): readonly string[] {
  if (!Array.isArray(steps)) return [];
  return (steps as readonly Json[])
    .slice(0, MAX_STEPS)
    .flatMap((step) => (isStep(step) ? [tellStep(step, language)] : []));
}

function tellStep(step: EventStep, language: Language): string {
  const { key } = step;
  const text = isKnown(key)
    ? TELLERS[key](new StepFields(step, language))
    : say(FRAME.unknownStep, language, { key: printable(key) });
  return typeof step.rfc === 'string' ? `${text} ${rfcMark(step.rfc)}` : text;
}

/** `[RFC 5321 §5.1]` */
export function rfcMark(rfc: string): string {
  return `[${printable(rfc)}]`;
}

function isStep(value: Json): value is Json & EventStep {
  return isRecord(value) && typeof value['key'] === 'string';
}

function isKnown(key: string): key is RouteStep['key'] {
  return Object.hasOwn(STEP_TEXTS, key);
}

/** The fields of a step, each as something to show. */
class StepFields {
  readonly #step: Readonly<Record<string, Json | undefined>>;
  readonly language: Language;

  constructor(step: Readonly<Record<string, Json | undefined>>, language: Language) {
    this.#step = step;
    this.language = language;
  }

  get(key: string): Json | undefined {
    return Object.hasOwn(this.#step, key) ? this.#step[key] : undefined;
  }

  shown(key: string): string {
    const value = this.get(key);
    if (value === undefined || value === null) return FRAME.notRecorded[this.language];
    return printable(typeof value === 'string' ? value : JSON.stringify(value));
  }

  /** The text that a catalogue has for the word in this field; a word without one stands for itself. */
  worded(key: string, catalogue: Readonly<Record<string, Phrase>>): string {
    const word = this.get(key);
    return typeof word === 'string' && Object.hasOwn(catalogue, word)
      ? catalogue[word]![this.language]
      : this.shown(key);
  }

  list(key: string, item: (value: Json) => string): string {
    const value = this.get(key);
    if (!Array.isArray(value) || value.length === 0) return FRAME.nobody[this.language];
    return (value as readonly Json[]).map(item).join(this.language === 'ja' ? '、' : ', ');
  }

  part(key: string): StepFields {
    const value = this.get(key);
    return new StepFields(isRecord(value) ? value : {}, this.language);
  }
}

function isRecord(value: Json | undefined): value is Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const TELLERS: Readonly<Record<RouteStep['key'], (step: StepFields) => string>> = {
  'route.none-configured': (step) =>
    say(STEP_TEXTS['route.none-configured'], step.language, { domain: step.shown('domain') }),
  'route.configured': (step) =>
    say(STEP_TEXTS['route.configured'], step.language, {
      match: step.worded('match', ROUTE_MATCHES),
      host: step.shown('host'),
      port: step.shown('port'),
      tls: step.worded('tls', TLS_POLICIES),
    }),
  'route.address-literal': (step) =>
    say(STEP_TEXTS['route.address-literal'], step.language, { literal: step.shown('literal') }),
  'route.asked': (step) =>
    say(STEP_TEXTS['route.asked'], step.language, {
      name: step.shown('name'),
      type: step.shown('type'),
      answer: tellAnswer(step.part('answer')),
    }),
  'route.domain-is-alias': (step) =>
    say(STEP_TEXTS['route.domain-is-alias'], step.language, {
      name: step.shown('name'),
      target: step.shown('target'),
    }),
  'route.null-mx': (step) => say(STEP_TEXTS['route.null-mx'], step.language, {}),
  'route.null-mx-ignored': (step) => say(STEP_TEXTS['route.null-mx-ignored'], step.language, {}),
  'route.implicit-mx': (step) =>
    say(STEP_TEXTS['route.implicit-mx'], step.language, { name: step.shown('name') }),
  'route.mx-is-address': (step) =>
    say(STEP_TEXTS['route.mx-is-address'], step.language, { exchange: step.shown('exchange') }),
  'route.mx-is-no-host-name': (step) =>
    say(STEP_TEXTS['route.mx-is-no-host-name'], step.language, {
      exchange: step.shown('exchange'),
    }),
  'route.mx-is-alias': (step) =>
    say(STEP_TEXTS['route.mx-is-alias'], step.language, {
      exchange: step.shown('exchange'),
      target: step.shown('target'),
    }),
  'route.order': (step) => {
    const hosts = step.list('hosts', (host) => tellHost(host, step.language));
    const more = step.get('leftOut');
    const leftOut =
      typeof more === 'number' && more > 0
        ? `; ${say(FRAME.leftOut, step.language, { count: String(more) })}`
        : '';
    return say(STEP_TEXTS['route.order'], step.language, { hosts: hosts + leftOut });
  },
  'route.own-host': (step) =>
    say(STEP_TEXTS['route.own-host'], step.language, {
      name: step.shown('name'),
      preference: step.shown('preference'),
      leftOut: step.list('leftOut', plain),
    }),
  'route.host-skipped': (step) =>
    say(STEP_TEXTS['route.host-skipped'], step.language, {
      name: step.shown('name'),
      reason: step.worded('reason', SKIP_REASONS),
    }),
  'route.address-unusable': (step) =>
    say(STEP_TEXTS['route.address-unusable'], step.language, {
      name: step.shown('name'),
      address: step.shown('address'),
    }),
};

function tellAnswer(answer: StepFields): string {
  const { language } = answer;
  const kind = answer.get('kind');
  if (kind === 'failure') {
    return say(ANSWER_TEXTS.failure, language, { cause: answer.worded('cause', DNS_FAILURES) });
  }
  const said =
    kind === 'records'
      ? say(ANSWER_TEXTS.records, language, {
          records: answer.list('records', plain),
          ttl: duration(Number(answer.get('ttl')) * 1000, language),
        })
      : answer.worded('kind', ANSWER_TEXTS);
  const remarks = [
    ...(answer.get('authenticated') === true ? [FRAME.validated[language]] : []),
    ...(answer.get('cached') === true ? [FRAME.cached[language]] : []),
  ];
  if (remarks.length === 0) return said;
  return language === 'ja' ? `${said}、${remarks.join('、')}` : `${said}, ${remarks.join(', ')}`;
}

function tellHost(host: Json, language: Language): string {
  if (!isRecord(host)) return plain(host);
  const fields = new StepFields(host, language);
  return say(FRAME.preference, language, {
    name: fields.shown('name'),
    preference: fields.shown('preference'),
  });
}

function plain(value: Json): string {
  return printable(typeof value === 'string' ? value : JSON.stringify(value));
}

/** The steps of a routing decision in plain words, one line each (`mail/queue/route/steps.ts`, `mail/tls-policy/steps.ts`). */
import type { EventStep, Json } from '#events';
import type { RouteStep } from '#mail/queue/route/steps';
import type { Language } from '#protocol/dsn/language';
import { FRAME } from '#mail/story/texts/frame-texts';
import { say } from '#mail/story/phrase';
import { isRecord, plain, StepFields } from './step-fields.ts';
import {
  ROUTE_MATCHES,
  SKIP_REASONS,
  STEP_TEXTS,
  TLS_POLICIES,
} from '#mail/story/texts/step-texts';
import { tellAnswer } from './tell-answer.ts';
import { isTlsStep, tellTlsStep } from './tell-tls-step.ts';
import { printable } from '#mail/story/terminal-text';

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
  const text = tellRouteStep(step, language);
  return typeof step.rfc === 'string' ? `${text} ${rfcMark(step.rfc)}` : text;
}

/** A step alone, without its RFC. */
export function tellRouteStep(step: EventStep, language: Language): string {
  const { key } = step;
  const fields = new StepFields(step, language);
  if (isKnown(key)) return TELLERS[key](fields);
  if (isTlsStep(key)) return tellTlsStep(key, fields);
  return say(FRAME.unknownStep, language, { key: printable(key) });
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

function tellHost(host: Json, language: Language): string {
  if (!isRecord(host)) return plain(host);
  const fields = new StepFields(host, language);
  return say(FRAME.preference, language, {
    name: fields.shown('name'),
    preference: fields.shown('preference'),
  });
}

/** One exchange by HTTP as steps: what was asked of the DNS for it where it is a policy that is fetched, the request and why, and the answer. Pure. */
import { STATUS_CODES } from 'node:http';
import type { AskedQuestion } from '#lab/dns/questions';
import { attribute } from '#lab/replay/attribute';
import type { Places } from '#lab/replay/places';
import { questionStep } from '#lab/replay/question-step';
import type { Line, Step } from '#lab/replay/step';
import type { Telling } from '#lab/replay/telling';
import { REPLAY_TEXTS } from '#lab/replay/texts';
import { whyOf } from '#lab/replay/why';
import { say } from '#mail/story/phrase';
import { printable } from '#mail/story/terminal-text';
import type { Language } from '#protocol/dsn/language';
import { KEPT } from './body.ts';
import { contentType, type HttpExchange, type HttpSaid } from './exchanges.ts';
import { httpAnswer, httpPurpose, policyDomain } from './purpose.ts';
import { HTTP_ANSWERS, HTTP_FAILURES, HTTP_PURPOSES } from './texts.ts';

/** How long before it fetches a policy somebody asks for its record. The calendar may run fast. Milliseconds. */
const BEFORE = 60_000;

export function httpSteps(
  exchange: HttpExchange,
  questions: readonly AskedQuestion[],
  { places, language }: Telling,
): Step[] {
  const { at, answeredAt, method, asked, answer, status, failure } = exchange;
  const type = contentType(asked.headers);
  const purpose = httpPurpose({ method, target: exchange.target, type });
  const { from, to } = sidesOf(exchange, places, language);
  const request: Step = {
    at,
    kind: 'http',
    from,
    to,
    text: `${printable(method)} ${printable(urlOf(exchange), Infinity)}`,
    lines: failure === undefined ? requestLines(exchange, language) : [],
    why: [whyOf(HTTP_PURPOSES[purpose], language)],
  };
  const before = purpose === 'policy' ? policyQuestions(exchange, questions, places, language) : [];
  if (failure !== undefined) {
    const { reason, detail } = failure;
    const phrase = HTTP_FAILURES[reason];
    const text = say(phrase, language, { detail: printable(detail) });
    const rfc = 'rfc' in phrase ? { rfc: phrase.rfc } : {};
    return [...before, request, { at, kind: 'http', from, to, text, ...rfc, lines: [], why: [] }];
  }
  return [
    ...before,
    request,
    {
      at: answeredAt,
      kind: 'http',
      from: to,
      to: from,
      text: status === undefined ? REPLAY_TEXTS['no-answer'][language] : statusLine(status),
      lines:
        status === undefined
          ? []
          : saidLines('<', `HTTP/1.1 ${statusLine(status)}`, answer, language),
      why: [whyOf(HTTP_ANSWERS[httpAnswer(status, purpose)], language)],
    },
  ];
}

/** The name that was asked for, and the host that has it, where that has another one. */
export function sidesOf(
  { from, to, host }: Pick<HttpExchange, 'from' | 'to' | 'host'>,
  { nameOf }: Places,
  language: Language,
): { readonly from: string; readonly to: string } {
  const server = to === '' ? '' : nameOf(to, language);
  const named = printable(host);
  return {
    from: nameOf(from === '' ? '127.0.0.1' : from, language),
    to: named === '' || named === server ? server : server === '' ? named : `${named} (${server})`,
  };
}

function urlOf({ secure, host, target }: HttpExchange): string {
  return `${secure ? 'https' : 'http'}://${host}${target}`;
}

function requestLines({ method, target, asked }: HttpExchange, language: Language): Line[] {
  return saidLines('>', `${method} ${target} HTTP/1.1`, asked, language);
}

function statusLine(status: number): string {
  return [String(status), STATUS_CODES[status] ?? ''].join(' ').trim();
}

function saidLines(
  sign: string,
  first: string,
  { headers, body, octets }: HttpSaid,
  language: Language,
): Line[] {
  const wire = (text: string): Line => ({
    kind: 'wire',
    text: `${sign} ${printable(text, Infinity)}`.trimEnd(),
  });
  const hidden = octets > 0 && (body === '' || octets > KEPT);
  return [
    wire(first),
    ...headers.map(([name, value]) => wire(`${name}: ${value}`)),
    ...(body === '' ? [] : [wire(''), ...body.trimEnd().split(/\r?\n/).map(wire)]),
    ...(hidden
      ? [
          {
            kind: 'detail' as const,
            text: say(REPLAY_TEXTS.octets, language, { octets: String(octets) }),
          },
        ]
      : []),
  ];
}

function policyQuestions(
  { from, at, host }: HttpExchange,
  questions: readonly AskedQuestion[],
  places: Places,
  language: Language,
): Step[] {
  const domain = policyDomain(host);
  if (domain === undefined) return [];
  const about = [host, `_mta-sts.${domain}`];
  const claim = { part: 'sender', asker: from, since: at - BEFORE, until: at, about } as const;
  const [asked = []] = attribute([claim], questions, places.resolver);
  return asked.map((one) => questionStep(one, places, language));
}

/** What `hikyaku lab replay` asks of the running server. */
import { z } from 'zod';
import type { LabCa } from '#lab/ca/start';
import type { LabCall } from '#lab/ground';
import { LANGUAGES, type Language } from '#protocol/dsn/language';
import { isId, timeOfId } from '#store/database/ids';
import type { Pool } from '#store/database/open';
import { messageOfEmail } from '#store/events/messages';
import { findTrace } from '#store/lab/provider-mail';
import { findSession, messageByReply, recentThings } from '#store/lab/replay';
import { findRun, listPassed } from '#store/lab/lesson-runs';
import { acmeSteps, conversations } from './acme-steps.ts';
import { askedSteps } from './asked-steps.ts';
import { gatherMessage, gatherVisit, type Sources } from './gather.ts';
import { httpSteps } from './http/steps.ts';
import type { ImapSessions } from './imap/sessions.ts';
import { imapSteps } from './imap/steps.ts';
import { journeySteps } from './journey.ts';
import type { Telling } from './telling.ts';
import { recentRows, type RecentRow } from './recent.ts';
import { readingsOf } from './related.ts';
import { sessionSteps } from './session-steps.ts';
import type { Step } from './step.ts';
import type { Places } from './places.ts';

export interface ReplayedStep extends Omit<Step, 'at'> {
  /** From 1. */
  readonly step: number;
  /** RFC 3339, by the calendar of the practice Internet. */
  readonly at: string;
}

export interface Replayed {
  readonly kind: 'replayed';
  readonly steps: readonly ReplayedStep[];
}

export interface Recent {
  readonly kind: 'recent';
  readonly things: readonly RecentRow[];
}

export interface NothingToReplay {
  readonly kind: 'refused';
  readonly reason: 'nothing-known' | 'not-started';
  readonly message: string;
  readonly remedy: string;
}

export interface ReplayParts extends Sources {
  readonly places: Places;
  readonly ca: Pick<LabCa, 'exchanges' | 'orders'>;
  /** With the learner's server. */
  readonly imap: Pick<ImapSessions, 'list' | 'find'>;
  /** Writes down what was said so far in sessions. */
  readonly settle: () => Promise<void>;
}

interface Input {
  readonly id?: string | undefined;
  readonly lang: 'en' | 'ja';
  readonly timeZone: string;
}

export function replayCalls(parts: ReplayParts): Record<'replay' | 'replay-list', LabCall> {
  return {
    replay: {
      input: z.object({
        id: z.string().max(200),
        lang: z.enum(LANGUAGES).default('en'),
        timeZone: z.string().max(100).default('UTC'),
      }),
      run: async ({ id, lang: language, timeZone }: Required<Input>) => {
        await parts.settle();
        const telling = { places: parts.places, language, timeZone };
        const steps = await stepsOf(parts, id!, telling);
        return steps === undefined ? nothing(id!) : { kind: 'replayed', steps: steps.map(shown) };
      },
    },
    'replay-list': {
      input: listSchema,
      run: async (input: ListInput): Promise<Recent | NothingToReplay> => {
        await parts.settle();
        return listed(parts, input);
      },
    },
  };
}

const listSchema = z.object({
  lang: z.enum(LANGUAGES).default('en'),
  limit: z.number().int().min(1).max(200).default(20),
  party: z.string().min(1).max(255).optional(),
  lesson: z.string().min(1).max(20).optional(),
  message: z.string().min(1).max(200).optional(),
});
type ListInput = z.infer<typeof listSchema>;

/** What is looked through where not everything is wanted. */
const LOOKED_THROUGH = 2000;

async function listed(parts: ReplayParts, input: ListInput): Promise<Recent | NothingToReplay> {
  const { pool, ca, sessions, questions, places } = parts;
  const { lang, limit, party, lesson, message } = input;
  const time = lesson === undefined ? {} : await timeOf(pool, lesson);
  if (time === undefined) return notStarted(lesson!);
  const ids = message === undefined ? undefined : await idsOf(parts, message, lang);
  if (message !== undefined && ids === undefined) return nothing(message);
  const isAll = party === undefined && lesson === undefined && message === undefined;
  const remembered = {
    things: await recentThings(pool, isAll ? limit : LOOKED_THROUGH),
    sessions: sessions.list(),
    imap: parts.imap.list(),
    http: parts.http.list(),
    exchanges: ca.exchanges(),
    orders: ca.orders(),
    questions: questions.list(),
  };
  const wanted = { limit, party, ids, ...time };
  return { kind: 'recent', things: recentRows(remembered, wanted, places, lang) };
}

/** From its start to the moment when it was passed, if it was passed since. Undefined: it was not started. */
async function timeOf(
  pool: Pool,
  lesson: string,
): Promise<{ readonly since: number; readonly until?: number } | undefined> {
  const run = await findRun(pool, lesson);
  if (run === undefined) return undefined;
  const passed = (await listPassed(pool)).find((one) => one.lesson === lesson);
  const since = run.startedAt;
  return passed === undefined || passed.at < since ? { since } : { since, until: passed.at };
}

/** Of a message, of those that it caused and that came back, of the sessions they came by, and of what was said of them elsewhere. */
async function idsOf(
  parts: ReplayParts,
  given: string,
  language: Language,
): Promise<ReadonlySet<string> | undefined> {
  const id = await ownId(parts.pool, given);
  const gathered = id === undefined ? undefined : await gatherMessage(parts, id, language);
  if (gathered === undefined) return undefined;
  const { messages, visits, exchanges } = gathered;
  const events = messages.flatMap((one) => one.events);
  return new Set([
    ...messages.map((one) => one.id),
    ...events.flatMap(({ ids: { sessionId } }) => sessionId ?? []),
    ...visits.map(({ traceId }) => traceId),
    ...visits.flatMap(({ session }) => session?.id ?? []),
    ...exchanges.map(({ number }) => `http:${number}`),
    ...readingsOf(messages, parts.imap.list()).map(({ id: session }) => session),
  ]);
}

function notStarted(lesson: string): NothingToReplay {
  return {
    kind: 'refused',
    reason: 'not-started',
    message: `lesson ${lesson} was not started`,
    remedy: `hikyaku lab lessons lists them; hikyaku lab start ${lesson} starts it.`,
  };
}

/** How long after a provider judged a message our attempt is concluded at most. Milliseconds of the calendar, which may run fast. */
const CONCLUDED = 24 * 60 * 60 * 1000;

async function stepsOf(
  parts: ReplayParts,
  given: string,
  telling: Telling,
): Promise<Step[] | undefined> {
  const { pool, questions } = parts;
  const { language } = telling;
  // the address of the page is taken as well
  const id = given.replace(/^https:\/\/why\.lab\.test\//, '');
  const asked = /^(dns|acme|http):(\d{1,9})$/.exec(id);
  if (asked?.[1] === 'dns') return askedSteps(Number(asked[2]), questions.list(), telling);
  if (asked?.[1] === 'acme') return conversationSteps(parts, Number(asked[2]), telling);
  if (asked?.[1] === 'http') {
    const exchange = parts.http.list().find(({ number }) => number === Number(asked[2]));
    return exchange && httpSteps(exchange, questions.list(), telling);
  }
  const own = await ownId(pool, id);
  if (own === undefined) return undefined;
  const reading = parts.imap.find(own);
  if (reading !== undefined) return imapSteps(reading, telling);
  const journey = async (message: string): Promise<Step[] | undefined> => {
    const gathered = await gatherMessage(parts, message, language);
    return gathered && journeySteps(gathered, telling);
  };
  const told = await journey(own);
  if (told !== undefined) return told;
  const trace = await findTrace(pool, own);
  if (trace !== undefined) {
    const since = timeOfId(own);
    const sent = await messageByReply(pool, { text: own, since, until: since + CONCLUDED });
    const whole = sent === undefined ? undefined : await journey(sent);
    return whole ?? journeySteps(await gatherVisit(parts, trace, language), telling);
  }
  const session = await findSession(pool, own);
  if (session !== undefined)
    return sessionSteps(session, telling.places.own.name, questions.list(), telling);
  const elsewhere = parts.sessions.find(own);
  return elsewhere && sessionSteps(elsewhere, elsewhere.host, questions.list(), telling);
}

/** @param given an id, or the number of an email in a mailbox here @returns undefined for what can be none */
async function ownId(pool: Pool, given: string): Promise<string | undefined> {
  const own = /^\d{1,12}$/.test(given) ? await messageOfEmail(pool, given) : given;
  return own !== undefined && isId(own) ? own : undefined;
}

/** @param number of any request of it */
function conversationSteps(
  { ca }: ReplayParts,
  number: number,
  telling: Telling,
): Step[] | undefined {
  const conversation = conversations(ca.exchanges()).find((all) =>
    all.some((one) => one.number === number),
  );
  return conversation && acmeSteps(conversation, ca.orders(), telling);
}

function shown(step: Step, index: number): ReplayedStep {
  return { step: index + 1, ...step, at: new Date(step.at).toISOString() };
}

function nothing(id: string): NothingToReplay {
  return {
    kind: 'refused',
    reason: 'nothing-known',
    message: `nothing is kept of ${id}`,
    remedy: 'hikyaku lab replay, without an id, lists what happened last.',
  };
}

/** What `hikyaku lab replay` asks of the running server. */
import { z } from 'zod';
import type { LabCall } from '#lab/ground';
import { LANGUAGES } from '#protocol/dsn/language';
import { isId, timeOfId } from '#store/ids';
import { findTrace } from '#store/lab/provider-mail';
import { findSession, messageByReply, recentThings } from '#store/lab/replay';
import { messageOfEmail } from '#store/messages';
import { askedSteps } from './asked-steps.ts';
import { gatherMessage, gatherVisit, type Sources } from './gather.ts';
import { journeySteps, type Telling } from './journey.ts';
import { recentRows, type RecentRow } from './recent.ts';
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
  readonly reason: 'nothing-known';
  readonly message: string;
  readonly remedy: string;
}

export interface ReplayParts extends Sources {
  readonly places: Places;
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
      input: z.object({
        lang: z.enum(LANGUAGES).default('en'),
        limit: z.number().int().min(1).max(200).default(20),
      }),
      run: async ({ lang, limit }: { lang: 'en' | 'ja'; limit: number }): Promise<Recent> => {
        await parts.settle();
        const things = await recentThings(parts.pool, limit);
        const rows = recentRows(things, parts.questions.list(), parts.places, lang, limit);
        return { kind: 'recent', things: rows };
      },
    },
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
  const asked = /^dns:(\d{1,9})$/.exec(id);
  if (asked !== null) return askedSteps(Number(asked[1]), questions.list(), telling);
  const own = /^\d{1,12}$/.test(id) ? await messageOfEmail(pool, id) : id;
  if (own === undefined || !isId(own)) return undefined;
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
  return session && sessionSteps(session, questions.list(), telling);
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

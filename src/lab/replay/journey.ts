/**
 * The way of a message as one ordered sequence of steps over all parties: how it came in, what the queue decided, what was asked of the DNS and
 * by whom, what was said to the provider, by which rules it judged, and what came back. What belongs together (one attempt, one arrival) stays
 * together; such blocks follow each other by time. Pure.
 */
import { story } from '#mail/story/story';
import { timeOfId } from '#store/database/ids';
import type { StoredEvent } from '#store/events/events';
import { attribute, type Claim } from './attribute.ts';
import { arrivalBlock, attemptBlock, eventBlock, textOf } from './blocks.ts';
import type { Block, Stretch } from './block.ts';
import { httpSteps } from './http/steps.ts';
import { letterBlock, visitBlock } from './provider-blocks.ts';
import type { Journey, JourneyMessage, Visit } from './gathered.ts';
import type { Step } from './step.ts';
import type { Telling } from './telling.ts';

export function journeySteps(journey: Journey, telling: Telling): Step[] {
  const { visits, letters, exchanges, questions } = journey;
  const visited = new Set<string>();
  const blocks: Block[] = [
    ...journey.messages.flatMap((message) => messageBlocks(message, visits, visited, telling)),
    ...visits
      .filter(({ traceId }) => !visited.has(traceId))
      .map((visit) => visitBlock(visit, telling)),
    ...letters.map((letter) => letterBlock(letter, telling)),
    // what was asked of the DNS for it is told with the attempt that it was asked for
    ...exchanges.map((exchange): Block => ({
      at: exchange.at,
      claims: [],
      steps: () => httpSteps(exchange, [], telling),
    })),
  ];
  const ordered = blocks
    .map((block, index) => ({ block, index }))
    .sort((a, b) => a.block.at - b.block.at || a.index - b.index)
    .map(({ block }) => block);
  const claims = ordered.flatMap(({ claims: own }): readonly Claim[] => own);
  const found = attribute(claims, questions, telling.places.resolver);
  let next = 0;
  return ordered.flatMap((block) => {
    const asked = found.slice(next, (next += block.claims.length));
    return block.steps(asked);
  });
}

function messageBlocks(
  { id, events, dialogues }: JourneyMessage,
  visits: readonly Visit[],
  visited: Set<string>,
  telling: Telling,
): Block[] {
  const { language, timeZone } = telling;
  // told as a whole: a recipient is named by one event and meant by others
  const { entries } = story({ messageId: id, events, dialogues: [] }, language, timeZone);
  const told = new Map(events.map((event, index) => [event, entries[index]!]));
  const message = { id, events, dialogues, told };
  return stretches(events).map((stretch): Block => {
    if (stretch.kind === 'arrival') return arrivalBlock(message, stretch, telling);
    if (stretch.kind === 'other') return eventBlock(message, stretch, telling);
    const own = visits.filter(
      (visit) => !visited.has(visit.traceId) && isOf(visit, message, stretch),
    );
    for (const { traceId } of own) visited.add(traceId);
    return attemptBlock(message, stretch, own, telling);
  });
}

/**
 * The reply that an attempt got names the provider's id of the message. In an exam that of a refusal does not: then who was there in its time
 * counts.
 */
function isOf(visit: Visit, { dialogues }: JourneyMessage, { events, id }: Stretch): boolean {
  const { traceId, told, host, at } = visit;
  const isThen = at >= timeOfId(id ?? '') && at <= events.at(-1)!.at;
  if (told === undefined && isThen && events.some((event) => event.public['host'] === host))
    return true;
  const said = dialogues
    .filter(({ attemptId }) => attemptId === id)
    .flatMap(({ entries }) => entries.map((entry) => ('line' in entry ? entry.line : '')));
  const replies = events.map((event) => textOf(event, 'reply'));
  return [...replies, ...said].some((text) => text.includes(traceId));
}

/** Events that belong together: the arrival, each attempt, and each of the others alone. Every event is in one of them. */
function stretches(events: readonly StoredEvent[]): Stretch[] {
  const found: (Stretch & { events: StoredEvent[] })[] = [];
  const attempts = new Map<string, (typeof found)[number]>();
  for (const event of events) {
    const { attemptId, sessionId } = event.ids;
    const known = attemptId === undefined ? undefined : attempts.get(attemptId);
    if (known !== undefined) {
      known.events.push(event);
      continue;
    }
    const isArrival = event.type === 'message.received' || event.type === 'message.submitted';
    const kind = attemptId !== undefined ? 'attempt' : isArrival ? 'arrival' : 'other';
    const stretch: (typeof found)[number] = {
      kind,
      id: attemptId ?? (isArrival ? sessionId : undefined),
      events: [event],
    };
    found.push(stretch);
    if (attemptId !== undefined) attempts.set(attemptId, stretch);
  }
  return found;
}

/** Steps of the learner's server that belong together, with the questions of the DNS that they wait for. Pure. */
import type { DialogueEntry } from '#protocol/smtp/dialogue';
import { timeOfId } from '#store/database/ids';
import type { StoredEvent } from '#store/events/events';
import type { Asked, Claim } from './attribute.ts';
import type { Block, Stretch, ToldMessage } from './block.ts';
import type { JourneyMessage, Visit } from './gathered.ts';
import { copySteps, rulesStep, visitClaim } from './provider-blocks.ts';
import { needsContent } from './purposes.ts';
import { questionStep } from './question-step.ts';
import type { Step } from './step.ts';
import type { Telling } from './telling.ts';
import { transmissionSteps } from './transmission.ts';

/** How long before a session a sender asks where it goes. The calendar may run fast. Milliseconds. */
const BEFORE = 10 * 60_000;

export function arrivalBlock(
  message: ToldMessage,
  { id, events }: Stretch,
  telling: Telling,
): Block {
  const { places, language } = telling;
  const [event] = events as readonly [StoredEvent];
  const { own } = places;
  const isMail = event.type === 'message.received';
  const client = textOf(event, 'client');
  const from = isMail
    ? places.nameOf(client, language)
    : textOf(event, 'reversePath') || places.nameOf(client, language);
  const beganAt = id === undefined ? event.at : Math.min(timeOfId(id), event.at);
  const sender = domainOf(textOf(event, 'reversePath'));
  const senders = [sender, textOf(event, 'ehlo')].filter((name) => name !== '');
  const window = { since: beganAt - BEFORE, until: event.at };
  const claims: readonly Claim[] = isMail
    ? [
        { ...window, part: 'sender', asker: client, about: recipientDomains(message) },
        { ...window, part: 'receiver', asker: own.address, about: senders, client },
      ]
    : [];
  return {
    at: event.at,
    claims,
    steps: ([before = [], during = []]) => {
      const asked = (which: boolean): Step[] =>
        during
          .filter(({ purpose }) => needsContent(purpose) === which)
          .map((one) => questionStep(one, places, language));
      return [
        ...before.map((one) => questionStep(one, places, language)),
        ...transmissionSteps(
          {
            client: from,
            server: own.name,
            messageId: message.id,
            side: 'server',
            beganAt,
            endedAt: event.at,
            entries: dialogueOf(message, id),
            early: asked(false),
            late: asked(true),
            verdict: [],
          },
          language,
        ),
        ...eventSteps(message, events, telling),
      ];
    },
  };
}

export function attemptBlock(
  message: ToldMessage,
  { id, events }: Stretch,
  visits: readonly Visit[],
  telling: Telling,
): Block {
  const { places, language } = telling;
  const { own } = places;
  const endedAt = events.at(-1)!.at;
  const beganAt = Math.min(timeOfId(id!), endedAt);
  const domains = events.flatMap((event) => [
    textOf(event, 'domain'),
    domainOf(textOf(event, 'forwardPath')),
  ]);
  const host = events
    .map(({ public: fields }) => fields['host'])
    .find((one) => typeof one === 'string');
  const entries = dialogueOf(message, id);
  const goesOut = entries.length > 0 || events.some(({ type }) => type === 'attempt.routed');
  const firstAt = message.events[0]?.at ?? beganAt;
  const about = [...new Set(domains.filter((name) => name !== ''))];
  const since = Math.min(firstAt, timeOfId(message.id)) - 1000;
  const sending: Claim = { part: 'sender', asker: own.address, since, until: endedAt, about };
  return {
    at: endedAt,
    claims: [
      ...(goesOut ? [sending] : []),
      ...visits.map((visit) => visitClaim(visit, beganAt, places)),
    ],
    steps: (asked) => {
      const before = goesOut ? (asked[0] ?? []) : [];
      const during = asked.slice(goesOut ? 1 : 0).flat();
      const routed = events.filter(({ type }) => type === 'attempt.routed');
      const step = (one: Asked) => questionStep(one, places, language);
      return [
        ...before.map(step),
        ...eventSteps(message, routed, telling),
        ...transmissionSteps(
          {
            client: own.name,
            messageId: message.id,
            server: host ?? visits[0]?.host ?? about[0] ?? own.name,
            side: 'client',
            beganAt: Math.max(beganAt, endedAt - (entries.at(-1)?.at ?? 0)),
            endedAt,
            entries,
            early: during.filter(({ purpose }) => !needsContent(purpose)).map(step),
            late: during.filter(({ purpose }) => needsContent(purpose)).map(step),
            verdict: visits.map((visit) => rulesStep(visit, telling)),
          },
          language,
        ),
        ...eventSteps(
          message,
          events.filter((event) => !routed.includes(event)),
          telling,
        ),
        ...visits.flatMap((visit) => copySteps(visit, telling)),
      ];
    },
  };
}

export function eventBlock(message: ToldMessage, { events }: Stretch, telling: Telling): Block {
  return {
    at: events[0]!.at,
    claims: [],
    steps: () => eventSteps(message, events, telling),
  };
}

function eventSteps(
  { id, told }: ToldMessage,
  events: readonly StoredEvent[],
  { places }: Telling,
): Step[] {
  return events.map((event): Step => {
    const { text, details = [], rfc, heading } = told.get(event)!;
    return {
      at: event.at,
      kind: 'event',
      from: places.own.name,
      chapter: heading,
      text,
      ...(rfc !== undefined && { rfc }),
      lines: details.map((detail) => ({ kind: 'detail', text: detail })),
      why: [],
      messageId: id,
    };
  });
}

function dialogueOf(
  { dialogues }: JourneyMessage,
  id: string | undefined,
): readonly DialogueEntry[] {
  return dialogues.filter(({ attemptId }) => attemptId === id).flatMap(({ entries }) => entries);
}

function recipientDomains({ events }: JourneyMessage): readonly string[] {
  const paths = events.map((event) => domainOf(textOf(event, 'forwardPath')));
  return [...new Set(paths.filter((domain) => domain !== ''))];
}

export function textOf({ personal }: StoredEvent, field: string): string {
  const value = personal[field];
  return typeof value === 'string' ? value : '';
}

function domainOf(path: string): string {
  return path.includes('@') ? path.slice(path.lastIndexOf('@') + 1).toLowerCase() : '';
}

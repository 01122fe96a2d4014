import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { HOSTS, type LabHost } from '#lab/addresses';
import type { AskedQuestion } from '#lab/dns/questions';
import { event, type EventCatalogue, type EventIds, type EventType, type Json } from '#events';
import type { DialogueEntry } from '#protocol/smtp/dialogue';
import { lowestIdAt } from '#store/database/ids';
import type { StoredEvent } from '#store/events/events';
import { journeySteps } from './journey.ts';
import type { Journey, JourneyMessage, Visit } from './gathered.ts';
import { placesOf } from './places.ts';
import type { Step } from './step.ts';

const START = Date.UTC(2026, 10, 24, 3, 0, 0);
const SECOND = 1000;
const addressOf = (host: LabHost): string => `127.20.${HOSTS[host]}`;
const TELLING = { places: placesOf(addressOf), language: 'en', timeZone: 'UTC' } as const;

function stored<T extends EventType>(
  type: T,
  at: number,
  ids: EventIds,
  fields: EventCatalogue[T],
): StoredEvent {
  const made = event(type, at, ids, fields);
  const { public: open, personal } = JSON.parse(JSON.stringify(made)) as {
    public: Record<string, Json>;
    personal: Record<string, Json>;
  };
  return { type, at, ids, public: open, personal };
}

/** Alice to somebody at bigmail, tried at these times; the last attempt is taken. */
function message(begins: number, attempts: readonly number[]): JourneyMessage {
  const id = lowestIdAt(begins);
  const sessionId = lowestIdAt(begins - 1);
  const events = [
    stored(
      'message.submitted',
      begins,
      { messageId: id, sessionId },
      {
        public: {
          channel: 'smtp',
          size: 100,
          tls: 'TLSv1.3',
          with: 'ESMTPSA',
          recipients: 1,
          releaseAt: null,
        },
        personal: {
          client: '127.0.0.1',
          ehlo: 'laptop.test',
          reversePath: 'alice@example.test',
          login: 'alice@example.test',
          messageIdField: '<one@example.test>',
        },
      },
    ),
    ...attempts.flatMap((at, index) => {
      const ids = { messageId: id, attemptId: lowestIdAt(at), recipientId: '1' };
      const isLast = index === attempts.length - 1;
      const outcome = {
        public: {
          site: 'mx.bigmail.test',
          stage: 'end-of-data',
          code: isLast ? 250 : 421,
          status: isLast ? '2.0.0' : '4.7.28',
          host: 'mx.bigmail.test',
          attempt: index + 1,
        },
        personal: {
          forwardPath: 'hana@bigmail.test',
          reply: isLast ? `2.6.0 ${traceId(at)} stored` : `See https://why.lab.test/${traceId(at)}`,
        },
      };
      return [
        stored('attempt.routed', at + SECOND, ids, {
          public: { site: 'mx.bigmail.test', steps: [] },
          personal: { domain: 'bigmail.test' },
        }),
        isLast
          ? stored('attempt.delivered', at + SECOND, ids, outcome)
          : stored('attempt.deferred', at + SECOND, ids, {
              ...outcome,
              public: { ...outcome.public, nextAt: new Date(at + 5000).toISOString() },
            }),
      ];
    }),
  ];
  const said = (lines: readonly string[]): DialogueEntry[] =>
    lines.map((line, at) => ({ at, kind: line.startsWith('C') ? 'sent' : 'received', line }));
  return {
    id,
    events,
    dialogues: [
      { attemptId: sessionId, at: begins, entries: said(['EHLO laptop.test']) },
      ...attempts.map((at) => ({
        attemptId: lowestIdAt(at),
        at: at + SECOND,
        entries: said(['220 mx', 'C: MAIL', '250 ok']),
      })),
    ],
  };
}

function traceId(at: number): string {
  return lowestIdAt(at + 1);
}

function visit(at: number, more: Partial<Visit> = {}): Visit {
  return {
    traceId: traceId(at),
    host: 'mx.bigmail.test',
    at: at + 500,
    outcome: '250 inbox',
    told: [],
    client: '127.20.25.25',
    senders: ['example.test'],
    session: undefined,
    copies: [],
    ...more,
  };
}

let number = 0;
function question(at: number, from: LabHost, type: string, name: string): AskedQuestion {
  return {
    number: ++number,
    at,
    from: addressOf(from),
    to: addressOf('resolver.test'),
    transport: 'udp',
    name,
    type,
    result: 'NOERROR',
    authoritative: false,
    authentic: false,
    answer: '',
  };
}

const brief = ({ kind, from, text }: Step): string =>
  kind === 'dns' ? `${from} ${text}` : kind === 'event' ? text.replace(/[:.].*/, '') : kind;

test('two attempts: each with its own questions, rules and dialogue, in the order of time', () => {
  const [first, second] = [START + 10 * SECOND, START + 400 * SECOND];
  const journey: Journey = {
    messages: [message(START, [first, second])],
    visits: [
      visit(first, { outcome: '421 4.7.28 bigmail.rate-ip' }),
      visit(second, {
        copies: [{ person: 'hana@bigmail.test', folder: 'inbox', at: second, acts: ['open'] }],
      }),
    ],
    letters: [
      {
        host: 'out.bigmail.test',
        kind: 'reply',
        to: 'alice@example.test',
        state: 'waiting',
        said: '',
        madeAt: second + 2 * SECOND,
        nextAt: second + 3600 * SECOND,
      },
    ],
    exchanges: [],
    questions: [
      question(first + 100, 'mail.example.test', 'MX', 'bigmail.test'),
      question(first + 200, 'mx.bigmail.test', 'TXT', 'example.test'),
      question(second + 100, 'mail.example.test', 'MX', 'bigmail.test'),
      question(second + 200, 'mx.bigmail.test', 'TXT', '_dmarc.example.test'),
    ],
  };
  const steps = journeySteps(journey, TELLING);
  assert.deepEqual(steps.map(brief), [
    'dialogue',
    'alice@example',
    'mail.example.test asks for MX of bigmail.test',
    'The way to bigmail',
    'dialogue',
    'dialogue',
    'mx.bigmail.test asks for TXT of example.test',
    'rules',
    'dialogue',
    'hana@bigmail',
    'mail.example.test asks for MX of bigmail.test',
    'The way to bigmail',
    'dialogue',
    'dialogue',
    'mx.bigmail.test asks for TXT of _dmarc.example.test',
    'rules',
    'dialogue',
    'hana@bigmail',
    'mailbox',
    'letter',
  ]);
  assert.deepEqual(
    steps.filter(({ kind }) => kind === 'rules').map(({ text }) => text.replace(/.*: /, '')),
    ['421 4.7.28 bigmail.rate-ip', '250 inbox'],
  );
});

test('what a provider got from elsewhere is told by itself', () => {
  const steps = journeySteps(
    {
      messages: [],
      visits: [visit(START, { client: '127.20.66.5', senders: ['hanako.test'] })],
      letters: [],
      exchanges: [],
      questions: [question(START, 'mx.bigmail.test', 'TXT', 'hanako.test')],
    },
    TELLING,
  );
  assert.deepEqual(steps.map(brief), ['mx.bigmail.test asks for TXT of hanako.test', 'rules']);
});

test('every event, verdict, mailbox and letter is told once, in both languages alike', () => {
  const times = fc.uniqueArray(fc.integer({ min: 1, max: 500 }), { maxLength: 6 });
  fc.assert(
    fc.property(times, times, fc.integer({ min: 0, max: 4 }), (attempts, strangers, letters) => {
      const at = (second: number): number => START + second * 2 * SECOND;
      const own = message(START, attempts.toSorted((a, b) => a - b).map(at));
      const journey: Journey = {
        messages: [own],
        visits: [...new Set([...attempts, ...strangers])].map((second) =>
          visit(at(second), {
            copies: [{ person: `p${second}@bigmail.test`, folder: 'spam', at: START, acts: [] }],
          }),
        ),
        letters: Array.from({ length: letters }, (_, index) => ({
          host: 'out.bigmail.test',
          kind: 'complaint',
          to: `fbl${index}@example.test`,
          state: 'sent',
          said: '250 ok',
          madeAt: START,
          nextAt: at(index * 7),
        })),
        exchanges: [],
        questions: [],
      };
      const steps = journeySteps(journey, TELLING);
      const count = (kind: Step['kind']): number =>
        steps.filter((step) => step.kind === kind).length;
      assert.equal(count('event'), own.events.length);
      assert.equal(count('rules'), journey.visits.length);
      assert.equal(count('mailbox'), journey.visits.length);
      assert.equal(count('letter'), letters);
      const people = steps.filter(({ kind }) => kind === 'mailbox').map(({ to }) => to);
      assert.equal(new Set(people).size, people.length);
      const told = steps.filter(({ kind }) => kind === 'event').map((step) => step.at);
      assert.deepEqual(
        told,
        told.toSorted((a, b) => a - b),
      );
      const ja = journeySteps(journey, { ...TELLING, language: 'ja' });
      assert.deepEqual(
        ja.map(({ kind, at: when }) => [kind, when]),
        steps.map(({ kind, at: when }) => [kind, when]),
      );
    }),
  );
});

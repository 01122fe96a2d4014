import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { event, type EventCatalogue, type EventIds, type EventType, type Json } from '#events';
import type { RouteStep } from '#mail/queue/route/steps';
import type { DialogueEntry } from '#protocol/smtp/dialogue';
import type { Dialogue } from '#store/events/dialogues';
import type { StoredEvent } from '#store/events/events';
import { EVENT_TEXTS } from './texts/event-texts.ts';
import { formatEntries, formatStory } from './format-story.ts';
import { story, type Story } from './story.ts';
import { STEP_TEXTS } from './texts/step-texts.ts';
import { displayWidth } from './terminal-text.ts';

/**
 * `golden/NAME.en.txt` and `.ja.txt` hold what the stories below look like at 96 columns. After a wanted change of a text:
 * HIKYAKU_TEST_UPDATE=1 bin/node --test src/mail/story/story.test.ts, then read the difference.
 */
const UPDATE = process.env['HIKYAKU_TEST_UPDATE'] !== undefined;
const WIDTH = 96;
const START = Date.UTC(2026, 10, 24, 3, 24, 5, 120);
const ID = '0fz3k9q8v0e1m';
const SESSION = '0fz3k9q8t0001';
const SECOND = 1000;
const HOUR = 3600 * SECOND;

interface Case {
  readonly events: readonly StoredEvent[];
  readonly dialogues?: readonly Dialogue[];
  readonly child?: { readonly id: string; readonly events: readonly StoredEvent[] };
}

/** An event of the story's message as it is read back. */
function stored<T extends EventType>(
  type: T,
  after: number,
  fields: EventCatalogue[T],
  ids: EventIds = {},
): StoredEvent {
  const made = event(type, START + after, { messageId: ID, ...ids }, fields);
  const { public: open, personal } = JSON.parse(JSON.stringify(made)) as {
    public: Record<string, Json>;
    personal: Record<string, Json>;
  };
  return {
    type,
    at: made.at,
    ids: made.ids,
    public: open,
    personal,
  };
}

const RECEIVED = stored(
  'message.received',
  0,
  {
    public: { listener: 'mx', size: 2345, tls: 'TLSv1.3', with: 'ESMTPS', recipients: 1 },
    personal: {
      client: '192.0.2.7',
      ehlo: 'mx.sender.test',
      reversePath: 'carol@sender.test',
      messageIdField: '<20261124.1@sender.test>',
    },
  },
  { sessionId: SESSION },
);

function submitted(recipients: number, releaseAt: string | null = null): StoredEvent[] {
  return [
    stored(
      'message.submitted',
      0,
      {
        public: {
          channel: 'smtp',
          size: 1044,
          tls: 'TLSv1.3',
          with: 'ESMTPSA',
          recipients,
          releaseAt,
        },
        personal: {
          client: '127.0.0.1',
          ehlo: 'laptop.example.test',
          reversePath: 'alice@example.test',
          login: 'alice@example.test',
          messageIdField: null,
        },
      },
      { sessionId: SESSION },
    ),
    stored('message.fixed', 0, {
      public: { added: ['Date', 'Message-ID'], hidden: ['Bcc'] },
      personal: {},
    }),
    stored('message.signed', 0, {
      public: {
        signatures: [
          { domain: 'example.test', selector: 'r1', algorithm: 'rsa-sha256' },
          { domain: 'example.test', selector: 'e1', algorithm: 'ed25519-sha256' },
        ],
        milliseconds: 2.1,
      },
      personal: {},
    }),
  ];
}

function queued(recipientId: string, forwardPath: string, site: string, stream = 'transactional') {
  return stored(
    'recipient.queued',
    0,
    { public: { site, stream, nextAt: new Date(START).toISOString() }, personal: { forwardPath } },
    { recipientId },
  );
}

function routed(
  after: number,
  attemptId: string,
  domain: string,
  site: string | null,
  steps: readonly RouteStep[],
) {
  return stored(
    'attempt.routed',
    after,
    { public: { site, steps }, personal: { domain } },
    { attemptId },
  );
}

type Outcome = EventCatalogue['attempt.delivered'];

function outcome(more: Partial<Outcome['public']>, personal: Outcome['personal']): Outcome {
  return {
    public: {
      site: 'relay:127.0.0.1:2600',
      stage: 'end-of-data',
      code: 250,
      status: '2.0.0',
      host: 'relay.test',
      attempt: 1,
      ...more,
    },
    personal,
  };
}

const ROUTE_STEPS: readonly RouteStep[] = [
  {
    key: 'route.configured',
    match: 'exact',
    host: '127.0.0.1',
    port: 2600,
    tls: 'opportunistic',
  },
];

const MX_STEPS: readonly RouteStep[] = [
  {
    key: 'route.asked',
    rfc: 'RFC 5321 §5.1',
    name: 'remote.test',
    type: 'MX',
    answer: {
      kind: 'records',
      records: ['10 mx1.remote.test', '20 mx2.remote.test'],
      ttl: 3600,
      authenticated: true,
      server: '192.0.2.53:53',
      cached: false,
    },
  },
  {
    key: 'route.order',
    rfc: 'RFC 5321 §5.1',
    hosts: [
      { name: 'mx1.remote.test', preference: 10 },
      { name: 'mx2.remote.test', preference: 20 },
    ],
    leftOut: 0,
  },
  {
    key: 'route.asked',
    rfc: 'RFC 5321 §5',
    name: 'mx1.remote.test',
    type: 'A',
    answer: {
      kind: 'records',
      records: ['192.0.2.80'],
      ttl: 300,
      server: '192.0.2.53:53',
      cached: true,
    },
  },
  {
    key: 'route.asked',
    rfc: 'RFC 5321 §5',
    name: 'mx2.remote.test',
    type: 'A',
    answer: {
      kind: 'failure',
      cause: 'servfail',
      text: 'The server 192.0.2.53:53 answered SERVFAIL.',
    },
  },
  {
    key: 'route.host-skipped',
    rfc: 'RFC 5321 §5.1',
    name: 'mx2.remote.test',
    reason: 'look-up-failed',
  },
];

function dialogue(
  attemptId: string,
  after: number,
  lines: readonly string[],
  ours: 'C' | 'S',
): Dialogue {
  const entries = lines.map((line, index): DialogueEntry => {
    const at = index * 3;
    if (line.startsWith('-- ')) return { at, kind: 'note', text: line.slice(3) };
    if (line.includes('<octets>')) {
      return {
        at,
        kind: 'content',
        direction: line[0] === ours ? 'sent' : 'received',
        octets: 1044,
      };
    }
    return { at, kind: line[0] === ours ? 'sent' : 'received', line: line.slice(3) };
  });
  return { attemptId, at: START + after, entries };
}

const CASES: Readonly<Record<string, Case>> = {
  'mx-delivery': {
    events: [
      RECEIVED,
      stored(
        'recipient.stored',
        0,
        {
          public: { mailbox: 'INBOX', uid: '17', role: 'inbox' },
          personal: { forwardPath: 'bob@example.test', account: 'bob@example.test' },
        },
        { recipientId: '1', sessionId: SESSION },
      ),
    ],
    dialogues: [
      dialogue(
        SESSION,
        0,
        [
          'S: 220 mail.example.test ESMTP Hikyaku',
          'C: EHLO mx.sender.test',
          'S: 250-mail.example.test',
          'S: 250 STARTTLS',
          'C: STARTTLS',
          'S: 220 2.0.0 Go ahead',
          'C: EHLO mx.sender.test',
          'S: 250 mail.example.test',
          'C: MAIL FROM:<carol@sender.test>',
          'S: 250 2.1.0 ok',
          'C: RCPT TO:<nobody@example.test>',
          'S: 550 5.1.1 <nobody@example.test>: no such mailbox here',
          'C: RCPT TO:<bob@example.test>',
          'S: 250 2.1.5 ok',
          'C: DATA',
          'S: 354 go ahead',
          'C: <octets>',
        ],
        'S',
      ),
    ],
  },
  'submission-local': {
    events: [
      ...submitted(1),
      queued('1', 'bob@example.test', 'local'),
      stored(
        'recipient.stored',
        12,
        {
          public: { mailbox: 'INBOX', uid: '18', role: 'inbox' },
          personal: { forwardPath: 'bob@example.test', account: 'bob@example.test' },
        },
        { recipientId: '1', attemptId: '0fz3k9q8v0002' },
      ),
      stored(
        'attempt.delivered',
        12,
        outcome(
          { site: 'local', stage: 'mailbox', code: null, host: null, status: '2.1.5' },
          { forwardPath: 'bob@example.test', reply: 'Stored in the mailbox.' },
        ),
        { recipientId: '1', attemptId: '0fz3k9q8v0002' },
      ),
    ],
  },
  'submission-remote': {
    events: [
      ...submitted(1),
      queued('1', 'dave@relay.test', 'relay.test'),
      routed(40, '0fz3k9q8v0003', 'relay.test', 'relay:127.0.0.1:2600', ROUTE_STEPS),
      stored(
        'attempt.deferred',
        40,
        {
          ...outcome(
            { stage: 'connect', code: null, status: '4.4.1', host: '127.0.0.1' },
            {
              forwardPath: 'dave@relay.test',
              reply: 'The connection was refused (ECONNREFUSED)',
            },
          ),
          public: {
            ...outcome(
              { stage: 'connect', code: null, status: '4.4.1', host: '127.0.0.1' },
              { forwardPath: '', reply: '' },
            ).public,
            nextAt: new Date(START + 63 * SECOND).toISOString(),
          },
        },
        { recipientId: '1', attemptId: '0fz3k9q8v0003' },
      ),
      stored('queue.retried', 30 * SECOND, { public: { by: 'operator' }, personal: {} }),
      routed(31 * SECOND, '0fz3k9q8v0004', 'relay.test', 'relay:127.0.0.1:2600', ROUTE_STEPS),
      stored(
        'attempt.delivered',
        31 * SECOND + 20,
        outcome(
          { attempt: 2 },
          { forwardPath: 'dave@relay.test', reply: '250 2.0.0 Ok: queued as 4XyZ' },
        ),
        { recipientId: '1', attemptId: '0fz3k9q8v0004' },
      ),
    ],
    dialogues: [
      dialogue('0fz3k9q8v0003', 40, ['-- connecting to 127.0.0.1:2600', '-- ECONNREFUSED'], 'C'),
      dialogue(
        '0fz3k9q8v0004',
        31 * SECOND,
        [
          '-- connected to 127.0.0.1:2600',
          'S: 220 relay.test ESMTP Postfix',
          'C: EHLO mail.example.test',
          'S: 250-relay.test',
          'S: 250 PIPELINING',
          'C: MAIL FROM:<alice@example.test>',
          'C: RCPT TO:<dave@relay.test>',
          'C: DATA',
          'S: 250 2.1.0 Ok',
          'S: 250 2.1.5 Ok',
          'S: 354 End data with <CR><LF>.<CR><LF>',
          'C: <octets>',
          'S: 250 2.0.0 Ok: queued as 4XyZ',
        ],
        'C',
      ),
    ],
  },
  'failure-with-notice': {
    events: [
      ...submitted(1),
      queued('1', 'nobody@remote.test', 'remote.test'),
      routed(55, '0fz3k9q8v0005', 'remote.test', 'mx1.remote.test', MX_STEPS),
      stored(
        'attempt.failed',
        180,
        outcome(
          {
            site: 'mx1.remote.test',
            stage: 'rcpt',
            code: 550,
            status: '5.1.1',
            host: 'mx1.remote.test',
          },
          { forwardPath: 'nobody@remote.test', reply: '550 5.1.1 No such user' },
        ),
        { recipientId: '1', attemptId: '0fz3k9q8v0005' },
      ),
      stored(
        'notice.sent',
        180,
        {
          public: { kind: 'failure', noticeId: '0fz3k9q900006' },
          personal: { to: 'alice@example.test', recipients: ['nobody@remote.test'] },
        },
        { attemptId: '0fz3k9q8v0005' },
      ),
    ],
    dialogues: [
      dialogue(
        '0fz3k9q8v0005',
        180,
        [
          'S: 220 mx1.remote.test ESMTP',
          'C: EHLO mail.example.test',
          'S: 250 mx1.remote.test',
          'C: MAIL FROM:<alice@example.test>',
          'S: 250 ok',
          'C: RCPT TO:<nobody@remote.test>',
          'S: 550 5.1.1 No such user',
        ],
        'C',
      ),
    ],
    child: {
      id: '0fz3k9q900006',
      events: [
        queued('1', 'alice@example.test', 'local', 'dsn'),
        stored(
          'recipient.stored',
          190,
          {
            public: { mailbox: 'INBOX', uid: '3', role: 'inbox' },
            personal: { forwardPath: 'alice@example.test', account: 'alice@example.test' },
          },
          { recipientId: '1', attemptId: '0fz3k9q900007' },
        ),
      ],
    },
  },
  expiry: {
    events: [
      ...submitted(1, new Date(START + HOUR).toISOString()),
      queued('1', 'erin@slow.test', 'slow.test'),
      stored(
        'attempt.deferred',
        120 * HOUR,
        {
          ...outcome({}, { forwardPath: 'erin@slow.test', reply: '451 4.3.0 Try again later' }),
          public: {
            ...outcome(
              {
                site: 'slow.test',
                stage: 'rcpt',
                code: 451,
                status: '4.3.0',
                host: 'mx.slow.test',
                attempt: 39,
              },
              { forwardPath: '', reply: '' },
            ).public,
            nextAt: new Date(START + 121 * HOUR).toISOString(),
          },
        },
        { recipientId: '1', attemptId: '0fz3k9q8v0008' },
      ),
      stored(
        'recipient.expired',
        121 * HOUR,
        { public: { hours: 121 }, personal: { forwardPath: 'erin@slow.test' } },
        { recipientId: '1', attemptId: '0fz3k9q8v0009' },
      ),
      stored('notice.sent', 121 * HOUR, {
        public: { kind: 'failure', noticeId: '0fz3k9q90000a' },
        personal: { to: 'alice@example.test', recipients: ['erin@slow.test'] },
      }),
    ],
  },
  'bulk-bounced-and-withheld': {
    events: [
      ...submitted(2, null),
      queued('1', 'dan@there.test', 'there.test'),
      queued('2', 'gone@there.test', 'there.test'),
      stored(
        'recipient.suppressed',
        SECOND,
        {
          public: {
            reason: 'complaint',
            stream: 'news.example.test',
            until: new Date(START + 720 * HOUR).toISOString(),
          },
          personal: { forwardPath: 'gone@there.test' },
        },
        { recipientId: '2', attemptId: '0fz3k9q8v0008' },
      ),
      stored(
        'attempt.delivered',
        SECOND,
        outcome(
          {
            site: 'there.test',
            stage: 'end-of-data',
            code: 250,
            status: '2.0.0',
            host: 'mx.there.test',
            attempt: 1,
          },
          { forwardPath: 'dan@there.test', reply: '250 2.0.0 taken' },
        ),
        { recipientId: '1', attemptId: '0fz3k9q8v0009' },
      ),
      stored(
        'recipient.bounced',
        2 * HOUR,
        {
          public: {
            class: 'hard',
            reason: 'no-mailbox',
            status: '5.1.1',
            code: 550,
            form: 'report',
            bounceId: '0fz3k9q90000a',
          },
          personal: { forwardPath: 'dan@there.test', reply: '550 5.1.1 No such user' },
        },
        { recipientId: '1' },
      ),
      stored(
        'address.suppressed',
        2 * HOUR,
        {
          public: { reason: 'hard-bounce', stream: 'bulk', until: null },
          personal: { address: 'dan@there.test', detail: '550 5.1.1 No such user' },
        },
        { recipientId: '1' },
      ),
    ],
  },
  'forward-by-alias': {
    events: [
      RECEIVED,
      stored(
        'recipient.expanded',
        0,
        {
          public: { rule: 'exact' },
          personal: {
            forwardPath: 'team@example.test',
            targets: ['bob@example.test', 'frank@remote.test'],
          },
        },
        { recipientId: '1', sessionId: SESSION },
      ),
      stored(
        'recipient.stored',
        0,
        {
          public: { mailbox: 'Junk', uid: '4', role: 'junk' },
          personal: { forwardPath: 'team@example.test', account: 'bob@example.test' },
        },
        { recipientId: '1', sessionId: SESSION },
      ),
      queued('2', 'frank@remote.test', 'mx1.remote.test,mx2.remote.test', 'forward'),
      routed(20, '0fz3k9q8v000b', 'remote.test', 'mx1.remote.test', MX_STEPS.slice(0, 2)),
      stored(
        'attempt.delivered',
        90,
        outcome(
          { site: 'mx1.remote.test', host: 'mx1.remote.test' },
          { forwardPath: 'frank@remote.test', reply: '250 2.0.0 accepted' },
        ),
        { recipientId: '2', attemptId: '0fz3k9q8v000b' },
      ),
    ],
  },
  'hold-and-release': {
    events: [
      ...submitted(2),
      queued('1', 'gina@remote.test', 'remote.test'),
      queued('2', 'hugo@remote.test', 'remote.test'),
      ...['1', '2'].map((recipientId) =>
        stored('queue.held', 15, { public: { by: 'no-route' }, personal: {} }, { recipientId }),
      ),
      stored('queue.released', 2 * HOUR, { public: { by: 'route set' }, personal: {} }),
      stored(
        'queue.removed',
        2 * HOUR + 5 * SECOND,
        {
          public: { by: 'operator', silent: true },
          personal: { forwardPath: 'hugo@remote.test' },
        },
        { recipientId: '2' },
      ),
      stored(
        'attempt.abandoned',
        2 * HOUR + 6 * SECOND,
        { public: { reason: 'lease-lost' }, personal: {} },
        { attemptId: '0fz3k9q8v000c' },
      ),
    ],
  },
  'notice-withheld': {
    events: [
      RECEIVED,
      stored(
        'recipient.expanded',
        0,
        {
          public: { rule: 'catch-all' },
          personal: { forwardPath: 'x@example.test', targets: ['ivan@remote.test'] },
        },
        { recipientId: '1', sessionId: SESSION },
      ),
      queued('2', 'ivan@remote.test', 'remote.test', 'forward'),
      routed(30, '0fz3k9q8v000d', 'remote.test', null, [
        {
          key: 'route.asked',
          rfc: 'RFC 5321 §5.1',
          name: 'remote.test',
          type: 'MX',
          answer: { kind: 'nxdomain', ttl: 60, server: '192.0.2.53:53', cached: false },
        },
      ]),
      stored(
        'attempt.failed',
        30,
        outcome(
          { site: 'remote.test', stage: 'route', code: null, status: '5.1.2', host: null },
          { forwardPath: 'ivan@remote.test', reply: 'The domain remote.test does not exist.' },
        ),
        { recipientId: '2', attemptId: '0fz3k9q8v000d' },
      ),
      stored(
        'notice.withheld',
        30,
        {
          public: { kind: 'failure', reason: 'unverified-reverse-path' },
          personal: { recipients: ['ivan@remote.test'] },
        },
        { attemptId: '0fz3k9q8v000d' },
      ),
    ],
  },
};

function told({ events, dialogues = [], child }: Case, language: 'en' | 'ja'): Story {
  const children =
    child === undefined
      ? []
      : [story({ messageId: child.id, events: child.events, dialogues: [] }, language)];
  return story({ messageId: ID, events, dialogues, children }, language);
}

for (const [name, one] of Object.entries(CASES)) {
  for (const language of ['en', 'ja'] as const) {
    test(`${name} reads as in golden/${name}.${language}.txt`, () => {
      const lines = formatStory(told(one, language), { width: WIDTH, color: false });
      const file = new URL(`golden/${name}.${language}.txt`, import.meta.url);
      const text = `${lines.join('\n')}\n`;
      if (UPDATE) writeFileSync(file, text);
      assert.equal(text, readFileSync(file, 'utf8'));
      for (const line of lines) assert.ok(displayWidth(line) <= WIDTH, line);
    });
  }
}

function erased(one: StoredEvent): StoredEvent {
  return { ...one, personal: {} };
}

test('erased personal fields are said to be erased, and the rest is told', () => {
  const events = CASES['failure-with-notice']!.events.map(erased);
  const { entries, standing } = story({ messageId: ID, events, dialogues: [] }, 'en');
  const text = entries.map((entry) => [entry.text, ...(entry.details ?? [])].join('\n')).join('\n');
  assert.match(text, /\(erased\) submitted a message from \(erased\)/);
  assert.match(text, /mx1\.remote\.test said: \(erased\)/);
  assert.doesNotMatch(text, /alice|nobody@/);
  assert.deepEqual(
    standing.map((line) => line.text),
    ['(erased): failed for good'],
  );
});

test('a field that an older version did not write is said not to be recorded', () => {
  const [first] = CASES['mx-delivery']!.events;
  const { ehlo: _, ...personal } = first!.personal;
  const told = story({ messageId: ID, events: [{ ...first!, personal }], dialogues: [] }, 'en');
  assert.match(told.entries[0]!.text, /EHLO \(not recorded\)/);
});

test('who greeted with HELO is told as such', () => {
  const [first] = CASES['mx-delivery']!.events;
  const plain = { ...first!.public, with: 'SMTP', tls: null };
  const told = story(
    { messageId: ID, events: [{ ...first!, public: plain }], dialogues: [] },
    'en',
  );
  assert.match(told.entries[0]!.text, /^192\.0\.2\.7 \(HELO mx\.sender\.test\) handed in/);
});

test('what others wrote cannot move the cursor, turn the text round or forge a line', () => {
  const [first] = CASES['mx-delivery']!.events;
  const evil = { ...first!.personal, ehlo: '\x1b[2J\r\n  03:24:06  forged\u202e\u2028' };
  const told = story(
    { messageId: ID, events: [{ ...first!, personal: evil }], dialogues: [] },
    'en',
  );
  const text = formatStory(told, { width: WIDTH, color: false }).join('\n');
  assert.doesNotMatch(text, /[\x00-\x09\x0b-\x1f\u202e\u2028]/);
  assert.match(text, /\\x1b\[2J\\x0d\\x0a/);
});

test('an event and a step of a newer version are told by their names', () => {
  const [first] = CASES['mx-delivery']!.events;
  const unknown = { ...first!, type: 'message.teleported' as EventType, public: { to: 'mars' } };
  const step = routed(0, 'a', 'remote.test', 'remote.test', [
    { key: 'route.folded', rfc: 'RFC 9999 §1' } as unknown as RouteStep,
  ]);
  const { entries } = story({ messageId: ID, events: [unknown, step], dialogues: [] }, 'en');
  assert.match(entries[0]!.text, /^message\.teleported: a step that this version/);
  assert.deepEqual(entries[0]!.details, ['to: mars']);
  assert.match(entries[1]!.details![0]!, /^route\.folded: a step that this version/);
});

test('whatever an event holds, its story is told in lines without line ends', () => {
  const json = fc.jsonValue() as fc.Arbitrary<Json>;
  const known = new Set<string>();
  for (const { events } of Object.values(CASES)) {
    for (const { public: open, personal } of events) {
      for (const key of [...Object.keys(open), ...Object.keys(personal)]) known.add(key);
    }
  }
  const fields = fc.dictionary(fc.constantFrom(...known, 'steps', '__proto__'), json);
  const steps = fc.array(
    fc
      .tuple(fc.constantFrom(...Object.keys(STEP_TEXTS), 'constructor'), fields)
      .map(([key, more]): Json => Object.assign(more, { key })),
  );
  fc.assert(
    fc.property(
      fc.constantFrom(...Object.keys(EVENT_TEXTS), 'constructor'),
      fields,
      fields,
      steps,
      fc.constantFrom('en', 'ja'),
      (type, open, personal, routeSteps, language) => {
        const event: StoredEvent = {
          type: type as EventType,
          at: START,
          ids: { messageId: ID, recipientId: '1', attemptId: 'a' },
          public: type === 'attempt.routed' ? { ...open, steps: routeSteps } : open,
          personal,
        };
        const told = story({ messageId: ID, events: [event], dialogues: [] }, language);
        for (const line of formatStory(told, { width: 60, color: false })) {
          assert.doesNotMatch(line, /[\x00-\x1f\x7f]/);
        }
      },
    ),
    { numRuns: 400 },
  );
});

test('following a story adds lines and changes none', () => {
  const { events, dialogues = [] } = CASES['submission-remote']!;
  const options = { width: WIDTH, color: false };
  const whole = formatEntries(story({ messageId: ID, events, dialogues }, 'en'), options);
  for (let seen = 0; seen <= events.length; seen++) {
    const early = story({ messageId: ID, events: events.slice(0, seen), dialogues: [] }, 'en');
    const late = story({ messageId: ID, events, dialogues: [] }, 'en');
    assert.deepEqual(
      [...formatEntries(early, options), ...formatEntries(late, options, seen)],
      formatEntries(late, options),
    );
  }
  assert.ok(whole.length > events.length);
});

test('a dialogue whose events are gone is told by itself, in its place', () => {
  const { dialogues = [] } = CASES['submission-remote']!;
  const { entries } = story({ messageId: ID, events: [RECEIVED], dialogues }, 'en');
  assert.deepEqual(
    entries.map(({ type }) => type),
    ['message.received', 'dialogue', 'dialogue'],
  );
});

test('colours wrap lines and change no text', () => {
  const one = told(CASES['failure-with-notice']!, 'en');
  const plain = formatStory(one, { width: WIDTH, color: false });
  const coloured = formatStory(one, { width: WIDTH, color: true });
  assert.notDeepEqual(coloured, plain);
  assert.deepEqual(
    coloured.map((line) => line.replaceAll(/\x1b\[\d+m/g, '')),
    plain,
  );
});

test('times are told in the time zone asked for, and an unknown one counts as UTC', () => {
  const events = [RECEIVED];
  const tokyo = story({ messageId: ID, events, dialogues: [] }, 'ja', 'Asia/Tokyo');
  assert.match(formatStory(tokyo, { width: 80, color: false }).join('\n'), /12:24:05/);
  const nowhere = story({ messageId: ID, events, dialogues: [] }, 'ja', 'Mars/Olympus');
  assert.match(formatStory(nowhere, { width: 80, color: false }).join('\n'), /03:24:05/);
});

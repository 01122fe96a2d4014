/** The rules that are built in: silent through an ordinary day of a busy small server, and each of them told of what it is for. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { event, type Event } from '#events';
import { placeholdersOf } from '#mail/story/phrase';
import { BUILT_IN_RULES, runbookOf, textOf } from './built-in.ts';
import { firings, type Firing } from './firings.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const START = Date.UTC(2026, 10, 24);

/** A small generator of the same numbers each time. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

type Outcome = 'delivered' | 'deferred' | 'failed';

function attempted(outcome: Outcome, at: number, site: string, status: string, attempt = 1): Event {
  const ids = { messageId: `m${at}` };
  const fields = { site, stage: 'RCPT', code: null, status, host: site, attempt };
  const personal = { forwardPath: `someone@${site}`, reply: '' };
  if (outcome !== 'deferred')
    return event(`attempt.${outcome}`, at, ids, { public: fields, personal });
  const nextAt = new Date(at + MINUTE).toISOString();
  return event('attempt.deferred', at, ids, { public: { ...fields, nextAt }, personal });
}

const badLogin = (at: number, client: string): Event =>
  event(
    'session.authentication-failed',
    at,
    {},
    {
      public: { listener: 'submissions', mechanism: 'PLAIN', reason: 'wrong-password' },
      personal: { client, login: 'info@example.test' },
    },
  );

const complaint = (at: number, site: string): Event =>
  event(
    'complaint.received',
    at,
    {},
    {
      public: {
        feedbackType: 'abuse',
        by: 'path',
        stream: 'bulk',
        site,
        reporter: site,
        reportId: 'r',
      },
      personal: { forwardPath: `someone@${site}` },
    },
  );

const reported = (at: number, ownFailed: number, verified = true): Event =>
  event(
    'dmarc.reported',
    at,
    {},
    {
      public: {
        domain: 'example.test',
        reporter: verified ? 'big.test' : '',
        verified,
        messages: 300,
        failed: 40,
        own: 200,
        ownFailed,
      },
      personal: {},
    },
  );

function ordinaryDay(seed: number): Event[] {
  const random = numbers(seed);
  const events: Event[] = [];
  const sites = [
    'big.test',
    'big.test',
    'big.test',
    'hot.test',
    'purple.test',
    'grey.test',
    'club.test',
  ];
  const daytime = (): number => START + 7 * HOUR + Math.floor(random() * 13 * HOUR);
  for (let i = 0; i < 6000; i++) {
    const at = daytime();
    const site = sites[Math.floor(random() * sites.length)]!;
    const chance = random();
    // who greylists knows most of our senders already, and takes the others a little later
    if (chance < (site === 'grey.test' ? 0.25 : 0.04)) {
      events.push(attempted('deferred', at, site, '4.7.1'));
      if (random() < 0.3) events.push(attempted('deferred', at + MINUTE, site, '4.7.1', 2));
      events.push(attempted('delivered', at + 5 * MINUTE, site, '2.0.0', 2));
    } else if (chance < 0.055) events.push(attempted('failed', at, site, '5.1.1'));
    else if (chance < 0.06) events.push(attempted('failed', at, site, '5.7.1'));
    else events.push(attempted('delivered', at, site, '2.0.0'));
    events.push(attempted('delivered', at, 'local', '2.0.0'));
  }
  // one domain whose server is down for the day: three messages, tried again and again
  for (let attempt = 1; attempt <= 15; attempt++)
    for (let i = 0; i < 3; i++)
      events.push(attempted('deferred', START + attempt * HOUR + i, 'down.test', '4.4.1', attempt));
  events.push(
    event(
      'recipient.expired',
      START + 9 * HOUR,
      {},
      {
        public: { hours: 120 },
        personal: { forwardPath: 'old@typo.test' },
      },
    ),
  );
  // a telephone with an old password, and guesses from everywhere
  for (let at = START; at < START + 24 * HOUR; at += 2 * MINUTE)
    events.push(badLogin(at, '203.0.113.9'));
  for (let i = 0; i < 3000; i++)
    events.push(badLogin(START + random() * 24 * HOUR, `198.51.${Math.floor(random() * 100)}.7`));
  events.push(complaint(daytime(), 'big.test'));
  // somebody forges our domain, as every day
  for (let i = 0; i < 5; i++) events.push(reported(START + i * HOUR, 0));
  events.push(reported(START + HOUR, 50, false));
  events.push(
    event(
      'certificate.issued',
      START + 3 * HOUR,
      {},
      {
        public: {
          names: ['mail.example.test'],
          issuer: 'CA',
          until: '2027-02-24T00:00:00Z',
          again: true,
        },
        personal: {},
      },
    ),
    event(
      'warm-up.rested',
      START + 10 * HOUR,
      {},
      {
        public: { site: 'hot.test', source: '', day: 3, until: '', bulkUntil: '' },
        personal: {},
      },
    ),
  );
  return events;
}

const day = (name: string, events: readonly Event[]): Firing[] =>
  firings(BUILT_IN_RULES.get(name)!, events, { from: START, until: START + 48 * HOUR });

test('an ordinary day is silent, whatever its numbers', () => {
  for (let seed = 1; seed <= 5; seed++) {
    const events = ordinaryDay(seed);
    for (const name of BUILT_IN_RULES.keys())
      assert.deepEqual(day(name, events), [], `${name} on day ${seed}`);
  }
});

const many = (count: number, one: (at: number, i: number) => Event): Event[] =>
  Array.from({ length: count }, (_, i) => one(START + 12 * HOUR + i * SECOND, i));

const INCIDENTS: Readonly<Record<string, readonly Event[]>> = {
  deferrals: many(240, (at, i) =>
    attempted(i % 2 ? 'deferred' : 'delivered', at, 'hot.test', '4.7.650'),
  ),
  'hard-bounces': many(700, (at) => attempted('failed', at, 'club.test', '5.1.1')),
  complaints: [
    ...many(3000, (at) => attempted('delivered', at, 'hot.test', '2.0.0')),
    ...many(6, (at) => complaint(at, 'hot.test')),
  ],
  'many-complaints': [
    ...many(1500, (at) => attempted('delivered', at, 'hot.test', '2.0.0')),
    ...many(20, (at) => complaint(at, 'hot.test')),
  ],
  'queue-age': many(25, (at) => attempted('deferred', at, 'slow.test', '4.4.1', 9)),
  expired: many(12, (at) =>
    event(
      'recipient.expired',
      at,
      {},
      { public: { hours: 120 }, personal: { forwardPath: 'a@b.test' } },
    ),
  ),
  'login-spray': many(150, (at, i) => badLogin(at, `192.0.2.${i}`)),
  'account-limited': many(1, (at) =>
    event(
      'account.limited',
      at,
      { accountId: '7' },
      {
        public: { limit: 'hour', most: 100, until: '' },
        personal: { client: '192.0.2.1', login: 'info@example.test' },
      },
    ),
  ),
  'certificate-expiring': many(1, (at) =>
    event(
      'certificate.expiring',
      at,
      {},
      {
        public: { names: ['mail.example.test'], until: '', days: 5 },
        personal: {},
      },
    ),
  ),
  'scanner-lost': many(1, (at) =>
    event(
      'scanner.lost',
      at,
      {},
      { public: { use: 'check', cause: 'refused' }, personal: { text: '' } },
    ),
  ),
  'warm-up-halted': many(1, (at) =>
    event(
      'warm-up.halted',
      at,
      {},
      {
        public: { site: 'hot.test', source: '', day: 4, by: 'site' },
        personal: {},
      },
    ),
  ),
  'own-dmarc': many(2, (at) => reported(at, 30)),
};

test('each rule tells of its incident, once, within an otherwise ordinary day', () => {
  assert.deepEqual(Object.keys(INCIDENTS).toSorted(), [...BUILT_IN_RULES.keys()]);
  for (const [name, incident] of Object.entries(INCIDENTS)) {
    const found = day(name, [...ordinaryDay(1), ...incident]);
    assert.equal(found.length, 1, name);
    assert.ok(
      found[0]!.firedAt >= START + 12 * HOUR && found[0]!.firedAt <= START + 13 * HOUR,
      name,
    );
    assert.notEqual(found[0]!.resolvedAt, undefined, name);
  }
});

test('the texts of rules that are built in are there in both languages, until somebody writes another', () => {
  for (const rule of BUILT_IN_RULES.values()) {
    assert.notEqual(textOf(rule, 'ja'), textOf(rule, 'en'));
    assert.deepEqual(placeholdersOf(textOf(rule, 'ja')), []);
    assert.equal(textOf({ ...rule, text: 'ours' }, 'ja'), 'ours');
  }
});

test('each has its place in the page that says what to do, in both languages', () => {
  for (const rule of BUILT_IN_RULES.values()) {
    for (const language of ['en', 'ja'] as const) {
      const [file, anchor] = runbookOf(rule, language).split('#');
      const page = readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8');
      assert.match(page, new RegExp(`^### ${anchor}$`, 'm'));
    }
    assert.equal(runbookOf({ ...rule, runbook: '/srv/own.md' }, 'ja'), '/srv/own.md');
  }
});

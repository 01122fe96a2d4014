import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { firings } from './firings.ts';
import type { AlertEvent } from './match.ts';
import { readCondition } from './read-condition.ts';
import type { AlertRule, Per } from './rule.ts';
import { Tally, type Change } from './tally.ts';
import { formatWindow, readWindow, windowOf } from './window.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** The end of a step of every window. */
const START = Date.UTC(2026, 10, 24);

function rule(when: string, over = '1h', per: Per = 'all', fewest = 1): AlertRule {
  const read = readCondition(when, fewest);
  if (read.kind === 'failed') throw new Error(read.problem);
  return {
    name: 'test',
    when: read.when,
    over: readWindow(over)!,
    per,
    severity: 'warning',
    runbook: '',
    text: '',
  };
}

let ids = 0;

function deferred(at: number, site = 'mx.there.test', code = 451): AlertEvent {
  return {
    type: 'attempt.deferred',
    at,
    id: String(++ids),
    ids: { messageId: `m${ids}` },
    public: { site, code, status: '4.7.1' },
    personal: { forwardPath: 'ann@there.test' },
  };
}

const delivered = (at: number, site = 'mx.there.test'): AlertEvent => ({
  ...deferred(at, site, 250),
  type: 'attempt.delivered',
});

const THREE = rule('count of attempt.deferred >= 3');

test('an alert goes on at the end of the step in which the limit is reached, and off when a quarter of the window was calm', () => {
  const events = [0, 10, 20].map((minute) => deferred(START + minute * MINUTE + 1));
  const [firing, ...others] = firings(THREE, events);
  assert.deepEqual(others, []);
  assert.equal(firing!.firedAt, START + 21 * MINUTE);
  assert.equal(firing!.since, START + 1);
  assert.equal(firing!.counted, 3);
  assert.deepEqual(
    firing!.evidence.map(({ messageId }) => messageId),
    events.map(({ ids: { messageId } }) => messageId),
  );
  // below 80 % once the first one left the window
  assert.equal(firing!.resolvedAt, START + 61 * MINUTE + 15 * MINUTE);
});

test('a window has its edges where its steps have them', () => {
  const at = (...times: number[]) =>
    firings(
      THREE,
      times.map((time) => deferred(START + time)),
    );
  // the last millisecond of the first step, and of the last one
  assert.equal(at(MINUTE - 1, 5 * MINUTE, HOUR - 1).length, 1);
  assert.equal(at(0, 5 * MINUTE, HOUR - 1).length, 1);
  assert.equal(at(0, 5 * MINUTE, HOUR).length, 0);
  assert.equal(at(MINUTE, 5 * MINUTE, HOUR).length, 1);
});

test('a share is told only of enough, and exactly at its limit', () => {
  const share = rule(
    'share of attempt.deferred in attempt.deferred,attempt.delivered >= 5%',
    '1h',
    'site',
    20,
  );
  const mixed = (bad: number, good: number) => [
    ...Array.from({ length: bad }, (_, i) => deferred(START + i)),
    ...Array.from({ length: good }, (_, i) => delivered(START + i)),
  ];
  assert.equal(firings(share, mixed(1, 18)).length, 0);
  assert.equal(firings(share, mixed(1, 20)).length, 0);
  const [firing] = firings(share, mixed(1, 19));
  assert.equal(firing!.subject, 'mx.there.test');
  assert.equal(firing!.counted, 1);
  assert.equal(firing!.base, 20);
});

test('each site, account and network is counted for itself; who has none counts for nobody', () => {
  const bySite = rule('count of attempt.deferred >= 2', '1h', 'site');
  const events = [
    deferred(START, 'a.test'),
    deferred(START, 'b.test'),
    deferred(START + 1, 'b.test'),
    { ...deferred(START), public: {} },
    { ...deferred(START), public: {} },
  ];
  assert.deepEqual(
    firings(bySite, events).map(({ subject }) => subject),
    ['b.test'],
  );
  const failure = (client: string, accountId: string): AlertEvent => ({
    type: 'session.authentication-failed',
    at: START,
    ids: { accountId },
    public: { reason: 'wrong-password' },
    personal: { client, login: 'ann@example.test' },
  });
  const logins = [
    failure('192.0.2.1', '1'),
    failure('192.0.2.200', '2'),
    failure('198.51.100.1', '2'),
  ];
  const byNetwork = rule('count of session.authentication-failed >= 2', '15m', 'network');
  assert.deepEqual(
    firings(byNetwork, logins).map(({ subject }) => subject),
    ['192.0.2.0/24'],
  );
  const byAccount = rule('count of session.authentication-failed >= 2', '15m', 'account');
  assert.deepEqual(
    firings(byAccount, logins).map(({ subject }) => subject),
    ['2'],
  );
});

test('fields are compared as equal, unequal, by their beginning, by a list and as numbers', () => {
  const fires = (where: string, fields: AlertEvent['public']): boolean =>
    firings(rule(`count of ${where} >= 1`), [
      { type: where.split('[')[0]!, at: START, ids: {}, public: fields, personal: {} },
    ]).length === 1;
  assert.ok(fires('attempt.failed[status=5.1.*]', { status: '5.1.1' }));
  assert.ok(!fires('attempt.failed[status=5.1.*]', { status: '5.2.1' }));
  assert.ok(fires('attempt.failed[code=550|554]', { code: 554 }));
  assert.ok(!fires('attempt.failed[code=550|554]', { code: null }));
  assert.ok(fires('attempt.failed[site!=local]', { site: 'mx.test' }));
  assert.ok(!fires('attempt.failed[site!=local|mx.test]', { site: 'mx.test' }));
  assert.ok(fires('attempt.failed[attempt>=8]', { attempt: 8 }));
  assert.ok(!fires('attempt.failed[attempt>=8]', { attempt: '9' }));
  assert.ok(fires('certificate.expiring[days<=7]', { days: 7 }));
  assert.ok(fires('message.judged[reasons=dmarc*]', { reasons: ['spf', 'dmarc-reject'] }));
  assert.ok(fires('message.judged[results.spf=fail]', { results: { spf: 'fail' } }));
  assert.ok(!fires('message.judged[results.toString=*]', { results: {} }));
  assert.ok(fires('message.forwarded[bounce=true]', { bounce: true }));
});

test('silence is told once, also where nothing ever was, and ends with the first event', () => {
  const quiet = rule('nothing of message.received', '1d');
  const received = (at: number): AlertEvent => ({
    type: 'message.received',
    at,
    ids: {},
    public: {},
    personal: {},
  });
  const never = firings(quiet, [], { from: START, until: START + 72 * HOUR });
  assert.deepEqual(
    never.map(({ firedAt, resolvedAt }) => [firedAt, resolvedAt]),
    [[START + 24 * HOUR, undefined]],
  );
  const [gap, ...others] = firings(quiet, [received(START), received(START + 30 * HOUR)], {
    until: START + 50 * HOUR,
  });
  assert.deepEqual(others, []);
  assert.equal(gap!.firedAt, START + 24 * HOUR + 15 * MINUTE);
  // a quarter of the window after the first event
  assert.equal(gap!.resolvedAt, START + 30 * HOUR + 15 * MINUTE + 6 * HOUR);
});

test('an alert near its limit does not flutter', () => {
  const events: AlertEvent[] = [];
  // ten an hour, at times nine or eleven
  for (let minute = 0; minute < 24 * 60; minute += 6)
    if (minute % 60 !== 30 || minute % 120 < 60) events.push(deferred(START + minute * MINUTE));
  assert.equal(firings(rule('count of attempt.deferred >= 10'), events).length, 1);
});

const happenings = fc.array(
  fc.tuple(fc.integer({ min: 0, max: 3 * 60 }), fc.constantFrom('a.test', 'b.test'), fc.boolean()),
  { maxLength: 60 },
);
const rules = fc.constantFrom(
  THREE,
  rule('count of attempt.deferred >= 2', '15m', 'site'),
  rule('share of attempt.deferred in attempt.deferred,attempt.delivered >= 40%', '1h', 'site', 4),
  rule('nothing of attempt.delivered', '30m'),
);

function eventsOf(list: readonly (readonly [number, string, boolean])[]): AlertEvent[] {
  return list.map(([minute, site, isGood], i) => ({
    ...(isGood ? delivered : deferred)(START + minute * MINUTE, site),
    id: String(i),
    ids: {},
  }));
}

test('the order in which events come does not matter, while their step was not looked at', () => {
  fc.assert(
    fc.property(
      rules,
      happenings.chain((list) => {
        const events = eventsOf(list);
        return fc.tuple(
          fc.constant(events),
          fc.shuffledSubarray(events, { minLength: events.length }),
        );
      }),
      (one, [events, shuffled]) => {
        const tallies = [events, shuffled].map((list) => {
          const tally = new Tally(one, START);
          for (const event of list) tally.add(event);
          return tally.advance(START + 10 * HOUR);
        });
        assert.deepEqual(tallies[1], tallies[0]);
      },
    ),
  );
});

/** The definition, counted from all events at every step. */
function firedByDefinition(events: readonly AlertEvent[], least: number, over: number): number[] {
  const { step } = windowOf(over)!;
  const times: number[] = [];
  let isOn = false;
  let calm = 0;
  for (let at = START + step; at <= START + 10 * HOUR; at += step) {
    const count = events.filter(
      (event) => event.type === 'attempt.deferred' && event.at >= at - over && event.at < at,
    ).length;
    if (!isOn && count >= least) {
      isOn = true;
      times.push(at);
    }
    calm = count < Math.max(1, Math.ceil(least * 0.8)) ? calm + 1 : 0;
    if (isOn && calm > (over / step) * 0.25) isOn = false;
  }
  return times;
}

test('what is counted step by step is what the definition says', () => {
  fc.assert(
    fc.property(happenings, fc.integer({ min: 1, max: 6 }), (list, least) => {
      const events = eventsOf(list);
      const found = firings(rule(`count of attempt.deferred >= ${least}`), events, {
        from: START,
        until: START + 10 * HOUR,
      });
      assert.deepEqual(
        found.map(({ firedAt }) => firedAt),
        firedByDefinition(events, least, HOUR),
      );
    }),
  );
});

test('looked at in between, kept and taken up again, a tally says the same', () => {
  fc.assert(
    fc.property(
      rules,
      happenings,
      fc.array(fc.integer({ min: 0, max: 600 })),
      (one, list, pauses) => {
        const events = eventsOf(list).toSorted((a, b) => a.at - b.at);
        const whole = new Tally(one, START);
        for (const event of events) whole.add(event);
        const wanted = whole.advance(START + 10 * HOUR);

        const kept = new Map<string, ReturnType<Tally['takeChanges']>['cells'][number]>();
        const found: Change[] = [];
        let tally = new Tally(one, START);
        let read = 0;
        for (const minute of [...pauses.toSorted((a, b) => a - b), 600]) {
          const until = START + minute * MINUTE;
          while (read < events.length && (events[read]!.at < until || minute === 600))
            tally.add(events[read++]!);
          found.push(...tally.advance(until));
          for (const cell of tally.takeChanges().cells)
            kept.set(`${cell.subject} ${cell.step}`, cell);
          tally = new Tally(one, START, until, {
            cells: [...kept.values()],
            standing: tally.standings(),
          });
        }
        assert.deepEqual(found, wanted);
      },
    ),
  );
});

test('a flood of subjects takes bounded room, and hides none that counts', () => {
  const tally = new Tally(rule('count of attempt.deferred >= 100', '1h', 'site'), START);
  for (let i = 0; i < 90; i++) tally.add(deferred(START, 'loud.test'));
  for (let i = 0; i < 50_000; i++) tally.add(deferred(START, `site${i}.test`));
  for (let i = 0; i < 10; i++) tally.add(deferred(START, 'loud.test'));
  assert.ok(tally.subjects <= 1000);
  assert.deepEqual(
    tally.advance(START + HOUR).map(({ subject }) => subject),
    ['loud.test'],
  );
  tally.advance(START + 3 * HOUR);
  assert.equal(tally.subjects, 0);
});

test('however much happens, what is kept does not grow', () => {
  const tally = new Tally(rule('count of attempt.deferred >= 1000000'), START);
  let most = 0;
  for (let second = 0; second < 5 * 3600; second += 1) {
    const at = START + second * 1000;
    for (let i = 0; i < 5; i++) tally.add(deferred(at));
    if (second % 60 === 0) {
      tally.advance(at);
      most = Math.max(most, tally.takeChanges().cells.length);
    }
  }
  assert.ok(most <= 2);
});

test('windows are those that a step divides', () => {
  for (const [given, step] of [
    ['1m', 1000],
    ['15m', 15_000],
    ['1h', MINUTE],
    ['90m', MINUTE],
    ['6h', 5 * MINUTE],
    ['1d', 15 * MINUTE],
    ['7d', HOUR],
    ['30d', 6 * HOUR],
  ] as const) {
    assert.equal(windowOf(readWindow(given)!)?.step, step, given);
    assert.equal(readWindow(formatWindow(readWindow(given)!)), readWindow(given));
  }
  for (const given of ['0m', '301m', '32d', '1w', '1.5h', '', '99999d'])
    assert.equal(readWindow(given), undefined, given);
});

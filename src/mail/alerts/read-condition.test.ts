import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { COUNTABLE_EVENTS, EVENT_FIELDS, fieldsOf } from './event-fields.ts';
import { formatCondition } from './format-condition.ts';
import { CONDITION_EXAMPLES, readCondition } from './read-condition.ts';
import type { Condition, FieldTest, Selector } from './rule.ts';

function refused(text: string): { problem: string; remedy: string } {
  const read = readCondition(text, 1);
  assert.ok(read.kind === 'failed', text);
  return read;
}

test('a condition is read as it is written', () => {
  assert.deepEqual(
    readCondition(
      'share of attempt.failed[status=5.1.*|5.2.1,attempt>=2] in attempt.delivered, attempt.failed >= 0.1%',
      20,
    ),
    {
      kind: 'read',
      when: {
        kind: 'share',
        of: [
          {
            event: 'attempt.failed',
            where: [
              { field: 'status', is: 'equal', values: ['5.1.*', '5.2.1'] },
              { field: 'attempt', is: 'at-least', values: ['2'] },
            ],
          },
        ],
        among: [
          { event: 'attempt.delivered', where: [] },
          { event: 'attempt.failed', where: [] },
        ],
        least: 0.001,
        fewest: 20,
      },
    },
  );
  for (const example of CONDITION_EXAMPLES) {
    const read = readCondition(example, 1);
    assert.equal(read.kind === 'read' ? formatCondition(read.when) : '', example);
  }
  assert.equal(
    readCondition('count of message.judged[results.spf=fail,reasons=dmarc*] >= 10', 1).kind,
    'read',
  );
});

test('who writes another name is told which one is meant', () => {
  assert.equal(refused('count of attempt.defered >= 3').remedy, 'Did you mean attempt.deferred?');
  assert.equal(refused('count of attempt.deferred[cod=421] >= 3').remedy, 'Did you mean code?');
  assert.equal(refused('cuont of attempt.deferred >= 3').remedy, 'Did you mean count?');
  assert.match(refused('count of zzz >= 3').remedy, /hikyaku alert events/);
});

test('personal fields, alerts themselves and what cannot be compared are refused', () => {
  const address = refused('count of attempt.failed[forwardPath=ann@example.org] >= 1');
  assert.equal(address.problem, 'attempt.failed has no public field forwardPath');
  refused('count of alert.fired >= 1');
  refused('count of attempt.routed[steps=1] >= 1');
  refused('count of message.judged[results=pass] >= 1');
  refused('count of message.judged[__proto__.x=pass] >= 1');
  refused('count of constructor >= 1');
});

test('what is wrong is said of every part', () => {
  for (const text of [
    '',
    'count',
    'count of',
    'count of message.received',
    'count of message.received >= 0',
    'count of message.received >= 5%',
    'count of message.received >= 5 more',
    'count of message.received[ >= 5',
    'count of message.received[] >= 5',
    'count of message.received[size] >= 5',
    'count of message.received[size>5] >= 5',
    'count of message.received[tls>=5] >= 5',
    'count of message.received[size=big] >= 5',
    'count of message.received[tls=T*S] >= 5',
    'count of message.forwarded[bounce=yes] >= 5',
    'share of message.received >= 5%',
    'share of message.received in message.received >= 5',
    'share of message.received in message.received >= 0%',
    'share of message.received in message.received >= 101%',
    'nothing of message.received >= 5',
    `count of ${Array.from({ length: 21 }, () => 'queue.held').join(',')} >= 1`,
    `count of queue.held[${'by=x,'.repeat(500)}by=x] >= 1`,
  ]) {
    const { problem, remedy } = refused(text);
    assert.ok(problem !== '' && remedy !== '', text);
  }
});

const value = fc.stringMatching(/^[A-Za-z0-9.:/-]{1,12}\*?$/);
const selector: fc.Arbitrary<Selector> = fc
  .constantFrom(...COUNTABLE_EVENTS)
  .chain((event): fc.Arbitrary<Selector> => {
    const tests = Object.entries(fieldsOf(event)!).flatMap(([field, kind]) => {
      if (kind === 'other' || kind === 'flag') return [];
      const is = fc.constantFrom('equal' as const, 'unequal' as const);
      const number = fc.integer({ min: -5, max: 999 }).map(String);
      const one: fc.Arbitrary<FieldTest> = fc.record({
        field: fc.constant(kind === 'words' ? `${field}.spf` : field),
        is,
        values: fc.array(kind === 'number' ? number : value, { minLength: 1, maxLength: 3 }),
      });
      return [one];
    });
    const where =
      tests.length === 0 ? fc.constant([]) : fc.array(fc.oneof(...tests), { maxLength: 3 });
    return where.map((list) => ({ event, where: list }));
  });
const selectors = fc.array(selector, { minLength: 1, maxLength: 3 });
const condition: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({
    kind: fc.constant('count' as const),
    of: selectors,
    least: fc.integer({ min: 1, max: 1_000_000 }),
  }),
  fc.record({
    kind: fc.constant('share' as const),
    of: selectors,
    among: selectors,
    least: fc
      .integer({ min: 1, max: 10_000 })
      .map((part) => Number((part / 10_000).toPrecision(12))),
    fewest: fc.constant(7),
  }),
  fc.record({ kind: fc.constant('silence' as const), of: selectors }),
);

test('what is written of a condition is read as the same one', () => {
  fc.assert(
    fc.property(condition, (when) => {
      const read = readCondition(formatCondition(when), 7);
      assert.equal(JSON.stringify(read), JSON.stringify({ kind: 'read', when }));
    }),
  );
});

test('no text breaks the reader', () => {
  const word = fc.constantFrom(
    ...'count share nothing of in >= <= != = , | [ ] % * site'.split(' '),
    ...COUNTABLE_EVENTS,
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(word).map((words) => words.join(' ')),
      ),
      (text) => {
        assert.match(readCondition(text, 1).kind, /^(read|failed)$/);
      },
    ),
  );
});

test('every event of the catalogue can be counted but those of alerts', () => {
  assert.equal(COUNTABLE_EVENTS.length, Object.keys(EVENT_FIELDS).length - 2);
});

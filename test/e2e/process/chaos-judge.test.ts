/** The judge of the chaos run: each kind of wrong is seen, and what RFC 1047 allows is not called one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deal, FAULTS } from '../../chaos/faults.ts';
import { judge, type Facts, type WrongKind } from '../../chaos/judge.ts';
import type { ClientLine, Taken } from '../../chaos/ledger.ts';
import { Random } from '../../chaos/random.ts';
import { unproven } from '../../chaos/report.ts';
import type { RoundResult } from '../../chaos/round.ts';

const NOTHING: Facts = { client: [], mailboxes: [], notices: [], taken: [], faults: [] };
const BOB = 'bob@example.test';
const CAROL = 'carol@example.test';

function sent(id: string, code: number, ...to: string[]): ClientLine[] {
  const tried = { kind: 'tried', id, via: 'mx', to, sha256: `hash of ${id}` } as const;
  return [tried, { kind: 'answered', id, code, text: '' }];
}

function copy(id: string, address: string) {
  return { address, sha256: `hash of ${id}` };
}

function taken(id: string, to: string, more: Partial<Taken> = {}): Taken {
  return { kind: 'taken', to: [to], sha256: `hash of ${id}`, at: 50_000, replied: true, ...more };
}

function wrongs(facts: Partial<Facts>): WrongKind[] {
  return judge({ ...NOTHING, ...facts }).wrongs.map(({ kind }) => kind);
}

test('what was acknowledged and is there, once for each recipient, is right', () => {
  const verdict = judge({
    ...NOTHING,
    client: [
      ...sent('a', 250, BOB, CAROL),
      ...sent('b', 250, 'x@relay.test', 'away@example.test'),
      ...sent('c', 250, 'refused-1@relay.test'),
      ...sent('d', 451, BOB),
      ...sent('e', 0, BOB),
    ],
    mailboxes: [copy('a', BOB), copy('a', CAROL), copy('e', BOB)],
    taken: [taken('b', 'x@relay.test'), taken('b', 'away@forwarded.test')],
    notices: [{ id: 'c', recipients: ['refused-1@relay.test'] }],
  });
  assert.deepEqual(verdict, {
    tried: 5,
    acknowledged: 3,
    deferred: 1,
    unanswered: 1,
    stored: 3,
    relayed: 2,
    bounced: 1,
    unacknowledged: 1,
    unheard: 0,
    unrecorded: 0,
    wrongs: [],
  });
});

test('an acknowledged message that is nowhere is lost, for each recipient by itself', () => {
  const client = sent('a', 250, BOB, CAROL, 'x@relay.test');
  assert.deepEqual(wrongs({ client, mailboxes: [copy('a', CAROL)] }), ['lost', 'lost']);
  assert.deepEqual(wrongs({ client: sent('b', 250, 'refused-1@relay.test') }), ['lost']);
});

test('a message whose ledger ends before its answer may be there or not', () => {
  const client = sent('a', 250, BOB).slice(0, 1);
  assert.deepEqual(wrongs({ client }), []);
  assert.deepEqual(wrongs({ client, mailboxes: [copy('a', BOB)] }), []);
});

test('a second copy in a mailbox is wrong, whatever happened', () => {
  const client = sent('a', 250, BOB);
  const mailboxes = [copy('a', BOB), copy('a', BOB)];
  assert.deepEqual(wrongs({ client, mailboxes, faults: [{ from: 0, until: 1e9 }] }), ['duplicate']);
});

test('a second copy at the sink is wrong unless a reply got lost on its way into our records', () => {
  const client = sent('a', 250, 'x@relay.test');
  const first = taken('a', 'x@relay.test');
  const second = taken('a', 'x@relay.test', { at: 90_000 });
  assert.deepEqual(wrongs({ client, taken: [first, second] }), ['duplicate']);
  const unheard = taken('a', 'x@relay.test', { replied: false });
  assert.deepEqual(wrongs({ client, taken: [unheard, second] }), []);
  assert.deepEqual(wrongs({ client, taken: [unheard, first, second] }), ['duplicate']);
  const fault = { from: 50_100, until: 60_000 };
  assert.deepEqual(wrongs({ client, taken: [first, second], faults: [fault] }), []);
  assert.deepEqual(
    wrongs({ client, taken: [first, second], faults: [{ from: 20_000, until: 49_000 }] }),
    ['duplicate'],
  );
  const { unheard: heard, unrecorded } = judge({ ...NOTHING, client, taken: [unheard, second] });
  assert.deepEqual([heard, unrecorded], [1, 0]);
  const fell = judge({ ...NOTHING, client, taken: [first, second], faults: [fault] });
  assert.deepEqual([fell.unheard, fell.unrecorded], [0, 1]);
});

test('what nobody sent, or sent to somebody else, is a stranger', () => {
  const client = sent('a', 250, BOB);
  const mailboxes = [copy('a', BOB)];
  assert.deepEqual(wrongs({ client, mailboxes: [...mailboxes, copy('x', BOB)] }), ['stranger']);
  assert.deepEqual(wrongs({ client, mailboxes: [...mailboxes, copy('a', CAROL)] }), ['stranger']);
  assert.deepEqual(wrongs({ client, mailboxes, taken: [taken('a', 'y@z.test')] }), ['stranger']);
  assert.deepEqual(wrongs({ client, mailboxes, notices: [{ id: 'x', recipients: [] }] }), [
    'stranger',
  ]);
});

test('one transaction is in all its mailboxes or in none', () => {
  const client = sent('a', 0, BOB, CAROL);
  assert.deepEqual(wrongs({ client, mailboxes: [copy('a', BOB)] }), ['half-stored']);
});

test('a good message that is answered 5yz, and a notice on one that could be delivered, are wrong', () => {
  assert.deepEqual(wrongs({ client: sent('a', 550, BOB) }), ['refused']);
  const notices = [{ id: 'a', recipients: ['x@relay.test'] }];
  assert.deepEqual(wrongs({ client: sent('a', 250, 'x@relay.test'), notices }), [
    'needless-notice',
  ]);
});

test('a whole run in which no kill fell between commit and reply has proved nothing about that moment', () => {
  const round = (code: number): RoundResult => {
    const facts = { ...NOTHING, client: sent('a', code, BOB), mailboxes: [copy('a', BOB)] };
    return { struck: [], complaints: [], verdict: judge(facts) };
  };
  assert.match(unproven([round(250), round(250)])!, /between a commit and its reply/);
  for (const code of [0, 451]) assert.equal(unproven([round(250), round(code)]), undefined);
});

test('in twenty faults each kind comes as often as its weight says', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const dealt = deal(20, new Random(seed));
    for (const [kind, { weight }] of Object.entries(FAULTS)) {
      assert.equal(dealt.filter((one) => one === kind).length, weight, kind);
    }
  }
});

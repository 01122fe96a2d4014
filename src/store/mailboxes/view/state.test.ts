import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { Entries } from '#store/mailboxes/entries/entries';
import { emptyState, nextState, type State } from './state.ts';

interface Message {
  readonly uid: number;
  readonly flags: number;
  readonly keywords: string;
  readonly modseq: number;
}

type Step =
  | { readonly kind: 'arrive'; readonly count: number; readonly keywords: string }
  | {
      readonly kind: 'change';
      readonly picks: readonly number[];
      readonly flags: number;
      readonly keywords: string;
    }
  | { readonly kind: 'leave'; readonly picks: readonly number[] };

const keywords = fc.constantFrom('', 'a', 'a b', '$Junk');
const picks = fc.array(fc.nat(40), { maxLength: 8 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('arrive' as const),
    count: fc.integer({ min: 1, max: 12 }),
    keywords,
  }),
  fc.record({ kind: fc.constant('change' as const), picks, flags: fc.nat(31), keywords }),
  fc.record({ kind: fc.constant('leave' as const), picks }),
);

function entriesOf(messages: readonly Message[]): Entries {
  return {
    uids: Uint32Array.from(messages, ({ uid }) => uid),
    emailIds: Float64Array.from(messages, ({ uid }) => uid * 1000),
    modseqs: Float64Array.from(messages, ({ modseq }) => modseq),
    flags: Uint8Array.from(messages, ({ flags }) => flags),
    keywords: messages.some((message) => message.keywords !== '')
      ? messages.map((message) => message.keywords)
      : undefined,
  };
}

function messagesOf(state: State): Message[] {
  return Array.from({ length: state.count }, (_, place) => ({
    uid: state.uids[place]!,
    flags: state.flags[place]!,
    keywords: state.keywordsAt(place).join(' '),
    modseq: state.modseqs[place]!,
  }));
}

/** One step on the model and on the state. */
function play(model: Message[], state: State, uidNext: number, what: Step) {
  const modseq = state.modseq + 1;
  if (what.kind === 'arrive') {
    const arrived = Array.from({ length: what.count }, (_, i) => ({
      uid: uidNext + i,
      flags: 0,
      keywords: what.keywords,
      modseq,
    }));
    const next = uidNext + what.count;
    const delta = { modseq, uidNext: next, arrived: entriesOf(arrived) };
    return { model: [...model, ...arrived], state: nextState(state, delta), uidNext: next };
  }
  const uids = new Set(what.picks.map((pick) => model[pick % (model.length || 1)]?.uid ?? 999));
  const rising = Uint32Array.from(uids).toSorted();
  if (what.kind === 'leave') {
    const left = model.filter(({ uid }) => !uids.has(uid));
    return { model: left, state: nextState(state, { modseq, uidNext, gone: rising }), uidNext };
  }
  const { flags } = what;
  const change = (uid: number) => ({ uid, flags, keywords: what.keywords, modseq });
  const changed = entriesOf([...rising].map(change));
  const changedModel = model.map((each) => (uids.has(each.uid) ? change(each.uid) : each));
  return { model: changedModel, state: nextState(state, { modseq, uidNext, changed }), uidNext };
}

test('a state after any steps is what a plain list says, and states before keep UIDs and ids', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      let now = { model: [] as Message[], state: emptyState(), uidNext: 1 };
      const kept: { state: State; uids: number[] }[] = [];
      for (const what of steps) {
        now = play(now.model, now.state, now.uidNext, what);
        kept.push({ state: now.state, uids: now.model.map(({ uid }) => uid) });
      }
      assert.deepEqual(messagesOf(now.state), now.model);
      for (const { state, uids } of kept) {
        assert.deepEqual([...state.uids.subarray(0, state.count)], uids);
        assert.deepEqual(
          [...state.emailIds.subarray(0, state.count)],
          uids.map((uid) => uid * 1000),
        );
      }
    }),
  );
});

test('what changed since a modseq is named by its places, and a UID has its place', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), fc.nat(20), (steps, since) => {
      let now = { model: [] as Message[], state: emptyState(), uidNext: 1 };
      for (const what of steps) now = play(now.model, now.state, now.uidNext, what);
      const { model, state } = now;
      const expected = model.flatMap(({ modseq }, place) => (modseq > since ? [place] : []));
      assert.deepEqual([...state.changedSince(since)], expected);
      for (const [place, { uid }] of model.entries()) assert.equal(state.placeOf(uid), place);
      assert.equal(state.placeOf(now.uidNext), -1);
    }),
  );
});

test('arrivals are written behind the ones before, and an expunge leaves the arrays of others alone', () => {
  const one = nextState(emptyState(), {
    modseq: 1,
    uidNext: 2,
    arrived: entriesOf([{ uid: 1, flags: 0, keywords: '', modseq: 1 }]),
  });
  const two = nextState(one, {
    modseq: 2,
    uidNext: 3,
    arrived: entriesOf([{ uid: 2, flags: 0, keywords: '', modseq: 2 }]),
  });
  assert.equal(one.uids, two.uids);
  assert.deepEqual([one.count, two.count], [1, 2]);
  const three = nextState(two, { modseq: 3, uidNext: 3, gone: Uint32Array.of(1) });
  assert.notEqual(two.uids, three.uids);
  assert.equal(
    nextState(three, { modseq: 4, uidNext: 3, gone: Uint32Array.of(1) }).uids,
    three.uids,
  );
});

test('sets of keywords that no message has any more are forgotten', () => {
  let state = nextState(emptyState(), {
    modseq: 1,
    uidNext: 2,
    arrived: entriesOf([{ uid: 1, flags: 0, keywords: '', modseq: 1 }]),
  });
  for (let modseq = 2; modseq < 5000; modseq++) {
    const changed = entriesOf([{ uid: 1, flags: 0, keywords: `k${modseq}`, modseq }]);
    state = nextState(state, { modseq, uidNext: 2, changed });
    assert.deepEqual(state.keywordsAt(0), [`k${modseq}`]);
  }
  assert.ok(state.sets.size < 1100, `${state.sets.size}`);
});

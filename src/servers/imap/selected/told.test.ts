/** Sessions of one mailbox against a model: whatever happens in whatever order, each client ends with what is there. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { sequenceOf, updatesOf, type Present, type Told } from './told.ts';

/** A mailbox that shares its arrays as the view of the store does: arrivals in place, a new array after an expunge. */
class Mailbox implements Present {
  uids = new Uint32Array(4);
  count = 0;
  modseq = 1;
  modseqs: number[] = [];
  flags: string[] = [];
  #nextUid = 1;

  append(): void {
    if (this.count === this.uids.length) {
      const larger = new Uint32Array(this.count * 2);
      larger.set(this.uids);
      this.uids = larger;
    }
    this.uids[this.count++] = this.#nextUid;
    this.#nextUid += 2;
    this.modseqs.push(++this.modseq);
    this.flags.push('');
  }

  /** @returns the modseq of the change */
  flag(place: number, flags: string): number {
    this.flags[place] = flags;
    return (this.modseqs[place] = ++this.modseq);
  }

  expunge(place: number): void {
    const left = [...this.uids.subarray(0, this.count)].toSpliced(place, 1);
    this.uids = new Uint32Array([...left, 0, 0]);
    this.count--;
    this.modseqs.splice(place, 1);
    this.flags.splice(place, 1);
    this.modseq++;
  }

  *changedSince(modseq: number): Iterable<number> {
    for (const [place, changed] of this.modseqs.entries()) if (changed > modseq) yield place;
  }

  modseqAt(place: number): number {
    return this.modseqs[place]!;
  }

  told(): Told {
    return { uids: this.uids, count: this.count, modseq: this.modseq };
  }
}

/** What a client makes of untagged responses; a message that it knows only by its number has no flags yet. */
class Client {
  told: Told;
  readonly own = new Set<number>();
  messages: (string | undefined)[];

  constructor(mailbox: Mailbox) {
    this.told = mailbox.told();
    this.messages = [...mailbox.flags];
  }

  hear(mailbox: Mailbox, expunges: boolean, flags = true): void {
    const updates = updatesOf(this.told, mailbox, { expunges, flags, own: this.own });
    if (!expunges) assert.deepEqual(updates.gone, []);
    if (!flags) assert.deepEqual(updates.changed, []);
    for (const [before, { sequence, uid }] of updates.gone.entries()) {
      assert.equal(this.told.uids[sequence - 1], uid);
      this.messages.splice(sequence - before - 1, 1);
    }
    if (updates.exists !== undefined) {
      assert.ok(updates.exists > this.messages.length);
      while (this.messages.length < updates.exists) this.messages.push(undefined);
    }
    for (const { sequence, place } of updates.changed) {
      assert.ok(sequence >= 1 && sequence <= this.messages.length);
      assert.equal(updates.next.uids[sequence - 1], mailbox.uids[place]);
      this.messages[sequence - 1] = mailbox.flags[place]!;
    }
    this.told = updates.next;
    if (flags) this.own.clear();
    assert.equal(this.told.count, this.messages.length);
  }
}

interface Step {
  readonly what:
    | 'append'
    | 'flag'
    | 'expunge'
    | 'store-silent'
    | 'hear'
    | 'hear-all'
    | 'hear-no-flags';
  readonly who: number;
  readonly where: number;
}

const steps = fc.array(
  fc.record<Step>({
    what: fc.constantFrom(
      'append',
      'flag',
      'expunge',
      'store-silent',
      'hear',
      'hear-all',
      'hear-no-flags',
    ),
    who: fc.nat(1),
    where: fc.nat(1000),
  }),
  { maxLength: 60, size: 'max' },
);

function take(mailbox: Mailbox, clients: readonly Client[], { what, who, where }: Step): void {
  const client = clients[who]!;
  const place = mailbox.count === 0 ? -1 : where % mailbox.count;
  if (what === 'append') mailbox.append();
  else if (what === 'hear') client.hear(mailbox, false);
  else if (what === 'hear-all') client.hear(mailbox, true);
  else if (what === 'hear-no-flags') client.hear(mailbox, true, false);
  else if (place < 0) return;
  else if (what === 'flag') mailbox.flag(place, `flags ${mailbox.modseq}`);
  else if (what === 'expunge') mailbox.expunge(place);
  else storeSilently(mailbox, client, place);
}

/** A session hears of all changes before its own, whose result the client knows by itself. */
function storeSilently(mailbox: Mailbox, client: Client, place: number): void {
  client.hear(mailbox, false);
  const sequence = sequenceOf(client.told, mailbox.uids[place]!);
  const flags = `own ${mailbox.modseq}`;
  client.own.add(mailbox.flag(place, flags));
  client.messages[sequence - 1] = flags;
}

test('two sessions and any operations: once all is told, each client has what the mailbox has', () => {
  fc.assert(
    fc.property(fc.nat(9), steps, (initial, history) => {
      const mailbox = new Mailbox();
      for (let i = 0; i < initial; i++) mailbox.append();
      const clients = [new Client(mailbox), new Client(mailbox)];
      for (const step of history) take(mailbox, clients, step);
      for (const client of clients) {
        client.hear(mailbox, true);
        assert.equal(client.told.uids, mailbox.uids, 'the array is shared again');
        assert.equal(client.messages.length, mailbox.count);
        for (const [i, flags] of client.messages.entries())
          if (flags !== undefined) assert.equal(flags, mailbox.flags[i]);
      }
    }),
    { numRuns: 2000 },
  );
});

test('what was told once is not told again', () => {
  fc.assert(
    fc.property(steps, (history) => {
      const mailbox = new Mailbox();
      const clients = [new Client(mailbox), new Client(mailbox)];
      for (const step of history) take(mailbox, clients, step);
      clients[0]!.hear(mailbox, true);
      const again = updatesOf(clients[0]!.told, mailbox, {
        expunges: true,
        flags: true,
        own: new Set(),
      });
      assert.deepEqual(
        { ...again, next: undefined },
        { gone: [], exists: undefined, changed: [], next: undefined },
      );
    }),
  );
});

test('while expunges may not be told, numbers stay and arrivals follow the gone messages', () => {
  const mailbox = new Mailbox();
  for (let i = 0; i < 3; i++) mailbox.append();
  const told = mailbox.told();
  mailbox.expunge(0);
  mailbox.append();
  mailbox.flag(1, 'x');
  const held = updatesOf(told, mailbox, { expunges: false, flags: true, own: new Set() });
  assert.deepEqual(held.gone, []);
  assert.equal(held.exists, 4);
  assert.deepEqual(held.changed, [{ sequence: 3, place: 1 }]);
  assert.deepEqual([...held.next.uids.subarray(0, held.next.count)], [1, 3, 5, 7]);
  const all = updatesOf(held.next, mailbox, { expunges: true, flags: true, own: new Set() });
  assert.deepEqual(all.gone, [{ uid: 1, sequence: 1 }]);
  assert.equal(all.exists, undefined);
  assert.equal(all.next.uids, mailbox.uids);
});

test('arrivals in the place of as many gone messages are told', () => {
  const mailbox = new Mailbox();
  mailbox.append();
  const told = mailbox.told();
  mailbox.expunge(0);
  mailbox.append();
  const updates = updatesOf(told, mailbox, { expunges: true, flags: true, own: new Set() });
  assert.equal(updates.gone.length, 1);
  assert.equal(updates.exists, 1);
});

test('the sequence number of any UID', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.integer({ min: 1, max: 50 })),
      fc.integer({ min: 0, max: 60 }),
      (uids, uid) => {
        const rising = uids.toSorted((a, b) => a - b);
        // what lies behind the count is not looked at
        const messages = { uids: new Uint32Array([...rising, uid]), count: rising.length };
        assert.equal(sequenceOf(messages, uid), rising.indexOf(uid) + 1);
      },
    ),
  );
});

test('its own silent change is not told; one of another, before or after it, is', () => {
  const mailbox = new Mailbox();
  for (let i = 0; i < 3; i++) mailbox.append();
  const told = mailbox.told();
  mailbox.flag(0, 'other');
  const own = new Set([mailbox.flag(1, 'own'), mailbox.flag(2, 'own')]);
  mailbox.flag(2, 'other');
  const { changed, next } = updatesOf(told, mailbox, { expunges: false, flags: true, own });
  assert.deepEqual(
    changed.map(({ sequence }) => sequence),
    [1, 3],
  );
  assert.equal(next.modseq, mailbox.modseq);
});

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { event, type Event } from '#events';
import { writeEvents } from '#store/events/events';
import { ManualClock } from '../../../test/support/time/manual-clock.ts';
import { openTestStore, type TestStore } from '../../../test/support/store/store.ts';
import { echoBox, type EchoBox } from './echo-box.ts';

const clock = new ManualClock();
const secret = Buffer.alloc(32, 7);
let t: TestStore;
let one: EchoBox;
/** Of another process on the same database. */
let other: EchoBox;

before(async () => {
  t = await openTestStore(clock);
  one = box();
  other = box();
});

after(() => t[Symbol.asyncDispose]());

function box(of: Uint8Array = secret): EchoBox {
  const { newId, pool: db } = t.store;
  return echoBox({ secret: of, newId, realNow: () => clock.now(), db });
}

function mailbox(address: string) {
  const at = address.lastIndexOf('@');
  return { localPart: address.slice(0, at), domain: address.slice(at + 1) };
}

async function happened(...events: readonly Event[]): Promise<void> {
  const statements = [writeEvents(events)];
  await t.store.writer.run({ accounts: [], order: '', bytes: 0, statements });
}

test('an address that one node opened leads nowhere on every node, and each says when a message came', async () => {
  const address = one.open('example.test');
  assert.ok(address.length <= 64 + '@example.test'.length, address);
  for (const node of [one, other]) {
    assert.deepEqual(node.expansionOf(mailbox(address))?.accounts, []);
    assert.deepEqual(node.expansionOf(mailbox(address))?.external, []);
    assert.equal(node.expansionOf(mailbox(address))?.steps[0]?.rule, 'doctor');
    assert.equal(await node.look(address), undefined);
  }
  const personal = { forwardPath: address, targets: [] };
  const ids = { messageId: t.store.newId() };
  await happened(
    event('recipient.expanded', clock.now(), ids, { public: { rule: 'doctor' }, personal }),
  );
  for (const node of [one, other]) assert.deepEqual(await node.look(address), { junk: [] });
  assert.equal(await one.look(one.open('example.test')), undefined);
});

test('why a message would be junk is told', async () => {
  const address = one.open('example.test');
  const fields = {
    public: { verdict: 'drop', reasons: ['lists'] },
    personal: { forwardPath: address },
  };
  const ids = { messageId: t.store.newId() };
  await happened(event('recipient.judged', clock.now(), ids, fields as never));
  assert.deepEqual(await other.look(address), { junk: ['lists'] });
});

test('no other address is one: not of another domain, secret or time, and none that was changed', () => {
  const address = one.open('example.test');
  const changed = address.split('').map((char, at) => {
    const another = char === 'a' ? 'b' : 'a';
    return address.slice(0, at) + another + address.slice(at + 1);
  });
  const end = address.indexOf('@');
  for (const wrong of [
    ...changed.slice(0, end),
    'doctor-07@example.test',
    'alice@example.test',
    `${address.slice(0, end)}0@example.test`,
    `${address.slice(0, end)}@example.org`,
    box(Buffer.alloc(32, 8)).open('example.test'),
  ])
    assert.equal(one.expansionOf(mailbox(wrong)), undefined, wrong);
});

test('an address holds for two minutes, and not long before it was opened', () => {
  const address = one.open('example.test');
  clock.advance(-61_000 - 1000);
  assert.equal(one.expansionOf(mailbox(address)), undefined);
  clock.advance(62_000 + 119_000);
  assert.notEqual(one.expansionOf(mailbox(address)), undefined);
  clock.advance(2000);
  assert.equal(one.expansionOf(mailbox(address)), undefined);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { event } from '#events';
import { ManualClock } from '../../../test/support/manual-clock.ts';
import { EchoBox } from './echo-box.ts';

const random = (octets: number): Uint8Array => new Uint8Array(octets).fill(7);

function mailbox(address: string) {
  const at = address.lastIndexOf('@');
  return { localPart: address.slice(0, at), domain: address.slice(at + 1) };
}

test('an address that was opened leads nowhere, and says when a message came', () => {
  const box = new EchoBox(new ManualClock(), random);
  const address = box.open('example.test');
  assert.match(address, /^doctor-[0-9a-f]{24}@example\.test$/);
  assert.deepEqual(box.expansionOf(mailbox(address))?.accounts, []);
  assert.equal(box.look(address), undefined);
  const personal = { forwardPath: address, targets: [] };
  box.happened([event('recipient.expanded', 0, {}, { public: { rule: 'exact' }, personal })]);
  assert.deepEqual(box.look(address), { junk: [] });
});

test('why a message would be junk is told', () => {
  const box = new EchoBox(new ManualClock(), random);
  const address = box.open('example.test');
  const fields = {
    public: { verdict: 'drop', reasons: ['lists'] },
    personal: { forwardPath: address },
  };
  box.happened([event('recipient.judged', 0, {}, fields as never)]);
  assert.deepEqual(box.look(address), { junk: ['lists'] });
});

test('no other address is one, and none for long', () => {
  const clock = new ManualClock();
  const box = new EchoBox(clock, random);
  assert.equal(box.expansionOf(mailbox('doctor-07@example.test')), undefined);
  const address = box.open('example.test');
  assert.equal(box.expansionOf(mailbox('doctor-07@example.test')), undefined);
  assert.equal(box.expansionOf(mailbox('alice@example.test')), undefined);
  clock.advance(121_000);
  assert.equal(box.expansionOf(mailbox(address)), undefined);
});

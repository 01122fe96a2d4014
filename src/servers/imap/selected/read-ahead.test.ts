import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { append } from '#store/mailboxes/change/append';
import type { OpenView } from '#store/mailboxes/view/views';
import {
  newMessage,
  openTestMail,
  type TestMail,
} from '../../../../test/support/store/mailboxes.ts';
import { ReadAhead } from './read-ahead.ts';

const COUNT = 100;

let t: TestMail;
let account: string;
let open: OpenView;

before(async () => {
  t = await openTestMail();
  account = t.accounts[0];
  const { id } = await t.mailbox(account, 'INBOX');
  await append(
    t.mail,
    account,
    id,
    Array.from({ length: COUNT }, () => newMessage()),
  );
  open = (await t.mail.views.open(account, id))!;
});
after(async () => {
  open.close();
  await t[Symbol.asyncDispose]();
});

/** Places of the messages that are in memory. */
function inMemory(): number[] {
  const { emailIds } = open.view.state;
  return Array.from({ length: COUNT }, (_, place) => place).filter(
    (place) => t.mail.viewCache.get(account, emailIds[place]!) !== undefined,
  );
}

test('who asks for one after the other finds the next in memory, more each time and not all', async () => {
  t.mail.viewCache.clear();
  const ahead = new ReadAhead();
  const ask = (place: number) => ahead.asked(t.mail, account, open.view.state, place);
  const reading = () => ahead.reading;
  assert.equal(ask(10), undefined);
  assert.equal(reading(), undefined, 'the first tells nothing');
  assert.equal(ask(11), undefined, 'this one is asked of the database');
  assert.ok(reading());
  await ask(12);
  assert.deepEqual(inMemory(), places(12, 20), 'who asks for one that is coming waits for it');
  for (let place = 13; place < 20; place++) await ask(place);
  await reading();
  assert.deepEqual(inMemory(), places(12, 36));
  for (let place = 20; place < COUNT; place++) await ask(place);
  assert.deepEqual(inMemory(), places(12, COUNT));
});

test('for who asks here and there nothing is read', () => {
  t.mail.viewCache.clear();
  const ahead = new ReadAhead();
  for (const place of [5, 9, 3, 50, 49, 48, 99]) {
    assert.equal(ahead.asked(t.mail, account, open.view.state, place), undefined);
    assert.equal(ahead.reading, undefined);
  }
  assert.deepEqual(inMemory(), []);
});

function places(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Learned } from '#clients/rspamd/answer';
import { failure, type Failure } from '#clients/rspamd/failure';
import type { Event } from '#events';
import { silentLog, type LogFields } from '#log';
import { writeEvents } from '#store/events/events';
import { append } from '#store/mailboxes/change/append';
import { copyMessages, moveMessages, type CopyRequest } from '#store/mailboxes/change/copy';
import type { Transferred } from '#store/mailboxes/mail-store';
import {
  newMessage,
  openTestMail,
  uids,
  type TestMail,
} from '../../../../test/support/store/mailboxes.ts';
import { ContentLearning } from './content.ts';

let at: TestMail;
before(async () => {
  at = await openTestMail();
});
after(() => at[Symbol.asyncDispose]());

type Answer = () => Promise<Learned | Failure>;

/** Learns from what is moved, as a server does. */
class School implements AsyncDisposable {
  readonly lessons: string[] = [];
  readonly noted: Event[] = [];
  readonly warned: [string, LogFields | undefined][] = [];
  readonly learning: ContentLearning;
  readonly #account = at.accounts[0];
  answer: Answer = async () => ({ kind: 'learned' });

  constructor(largest = 1024 * 1024) {
    this.learning = new ContentLearning({
      rspamd: {
        learn: async (as, body) => {
          const pieces: Uint8Array[] = [];
          for await (const piece of body.read()) pieces.push(piece);
          const [, subject] = /^Subject: (.*?)\r$/m.exec(Buffer.concat(pieces).toString())!;
          this.lessons.push(`${as}: ${subject}`);
          return this.answer();
        },
      },
      db: at.store.pool,
      clock: at.store.clock,
      log: { ...silentLog, warn: (name, fields) => void this.warned.push([name, fields]) },
      note: (event) => this.noted.push(event),
      largest,
    });
  }

  /** A new message in a mailbox. @returns where it is, and its subject */
  async receive(mailbox: string): Promise<{ at: CopyRequest; subject: string }> {
    const message = newMessage();
    const { id } = await at.mailbox(this.#account, mailbox);
    const appended = await append(at.mail, this.#account, id, [message]);
    assert.ok(appended.kind === 'appended');
    return {
      at: { from: id, uids: uids(...appended.uids), to: id },
      subject: message.summary.subject,
    };
  }

  async move(from: CopyRequest, to: string, how = moveMessages): Promise<CopyRequest> {
    const target = (await at.mailbox(this.#account, to)).id;
    const moved = await how(at.mail, this.#account, { ...from, to: target });
    assert.ok(moved.kind === 'copied');
    const done: Transferred = { from: from.from, to: target, uids: moved.destination };
    this.learning.transferred(this.#account, done);
    await this.learning.idle();
    return { from: target, uids: moved.destination, to: target };
  }

  results(): unknown[] {
    return this.noted.map(({ type, public: fields }) => [
      type,
      (fields as { result: string }).result,
    ]);
  }

  /** What a server does with them every second. */
  async storeEvents(): Promise<void> {
    await at.store.writer.run({
      accounts: [],
      order: '',
      bytes: 0,
      statements: [writeEvents(this.noted)],
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.learning[Symbol.asyncDispose]();
  }
}

test('what is moved or copied into Junk is spam, what is taken out of it is ham', async () => {
  await using school = new School();
  const [one, two] = [await school.receive('INBOX'), await school.receive('INBOX')];
  await school.move(two.at, 'Junk', copyMessages);
  const junk = await school.move(one.at, 'Junk');
  await school.move(junk, 'INBOX');
  assert.deepEqual(school.lessons, [
    `spam: ${two.subject}`,
    `spam: ${one.subject}`,
    `ham: ${one.subject}`,
  ]);
  assert.deepEqual(
    school.noted.map((event) => event.public),
    [
      { class: 'spam', result: 'learned' },
      { class: 'spam', result: 'learned' },
      { class: 'ham', result: 'learned' },
    ],
  );
});

test('nothing is learned from other moves, nor from what is thrown away', async () => {
  await using school = new School();
  const message = await school.receive('INBOX');
  const archived = await school.move(message.at, 'Archive');
  await school.move(archived, 'Trash');
  const junk = await school.receive('Junk');
  const again = await school.move(junk.at, 'Junk');
  await school.move(again, 'Trash');
  assert.deepEqual(school.lessons, []);
});

test('each message is learned once for each class, by another process too', async () => {
  const lessons: string[] = [];
  let place: CopyRequest;
  {
    await using school = new School();
    place = (await school.receive('INBOX')).at;
    for (let i = 0; i < 2; i++) {
      place = await school.move(place, 'Junk');
      place = await school.move(place, 'INBOX');
    }
    lessons.push(...school.lessons);
    await school.storeEvents();
  }
  assert.equal(lessons.length, 2);
  await using later = new School();
  await later.move(place, 'Junk');
  assert.deepEqual(later.lessons, []);
});

test('what was lost is learned the next time, what was refused is not tried again', async () => {
  await using school = new School();
  const { at: place } = await school.receive('INBOX');
  school.answer = async () => failure('unreachable', 'nobody there');
  let junk = await school.move(place, 'Junk');
  school.answer = async () => failure('message', '204 too few tokens');
  for (let i = 0; i < 3; i++) junk = await school.move(await school.move(junk, 'Trash'), 'Junk');
  assert.equal(school.lessons.length, 2);
  assert.deepEqual(school.results(), [
    ['message.learned', 'lost'],
    ['message.learned', 'refused'],
  ]);
  assert.deepEqual(school.warned, [['scanner.lessons-lost', { messages: 1 }]]);
});

test('too many transfers are lost, with a count', async () => {
  await using school = new School();
  const junk = (await at.mailbox(at.accounts[0], 'Junk')).id;
  const inbox = (await at.mailbox(at.accounts[0], 'INBOX')).id;
  for (let i = 0; i < 510; i++)
    school.learning.transferred(at.accounts[0], { from: inbox, to: junk, uids: uids(4_000_000) });
  await school.learning.idle();
  const [[name, fields]] = school.warned as [[string, LogFields]];
  assert.equal(name, 'scanner.lessons-lost');
  // one is under way, five hundred wait
  assert.equal(fields['messages'], 9);
});

test('a large message is left out', async () => {
  await using school = new School(10);
  await school.move((await school.receive('INBOX')).at, 'Junk');
  assert.deepEqual(school.lessons, []);
});

test('at the end what is under way is ended, and what waits is lost', async () => {
  const school = new School();
  const place = (await school.receive('INBOX')).at;
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<Failure>();
  school.answer = () => {
    asked.resolve();
    return answer.promise;
  };
  const moved = school.move(place, 'Junk');
  await asked.promise;
  const ended = school[Symbol.asyncDispose]();
  answer.resolve(failure('given-up', 'it ends'));
  await Promise.all([moved, ended]);
  assert.deepEqual(school.warned, [['scanner.lessons-lost', { messages: 1 }]]);
});

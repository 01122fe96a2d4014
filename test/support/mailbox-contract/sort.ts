/** The mailbox contract: order and conversations (RFC 5256). */
import assert from 'node:assert/strict';
import { letter, type Letter } from './letter.ts';
import type { Behaviour, Behaviours } from './behaviour.ts';
import type { SortBy } from './driver.ts';

interface Dated extends Letter {
  readonly receivedAt?: string;
}

function sorts(
  letters: Readonly<Record<string, Dated>>,
  ...expectations: readonly (readonly [by: readonly SortBy[], order: string])[]
): Behaviour {
  return {
    needs: 'sort',
    async run(driver) {
      await using session = await driver.open();
      const names = new Map<string, string>();
      for (const [name, { receivedAt, ...parts }] of Object.entries(letters)) {
        const options = receivedAt === undefined ? {} : { receivedAt: new Date(receivedAt) };
        names.set(await session.append('INBOX', letter(parts), options), name);
      }
      for (const [by, order] of expectations) {
        const keys = await session.sort('INBOX', by);
        assert.equal(keys.map((key) => names.get(key)).join(' '), order, JSON.stringify(by));
      }
    },
  };
}

export const SORT: Behaviours = {
  'sorts by arrival, Date and size, upwards and downwards': sorts(
    {
      a: { receivedAt: '2020-03-01T00:00Z', date: 'Wed, 1 Jan 2020 00:00:00 +0000', body: 'xxx' },
      b: { receivedAt: '2020-01-01T00:00Z', date: 'Sat, 1 Feb 2020 00:00:00 +0000', body: 'x' },
      c: { receivedAt: '2020-02-01T00:00Z', date: 'Sun, 1 Mar 2020 00:00:00 +0000', body: 'xx' },
    },
    [[{ by: 'arrival' }], 'b c a'],
    [[{ by: 'arrival', descending: true }], 'a c b'],
    [[{ by: 'date' }], 'a b c'],
    [[{ by: 'size' }], 'b c a'],
    [[{ by: 'size', descending: true }], 'a c b'],
  ),

  'sorts dates by the moment, whatever their zone': sorts(
    {
      later: { date: 'Wed, 1 Jan 2020 09:00:00 -0500' },
      sooner: { date: 'Wed, 1 Jan 2020 12:00:00 +0900' },
    },
    [[{ by: 'date' }], 'sooner later'],
  ),

  'sorts by subject without Re: and in any case of letters': sorts(
    {
      b: { subject: 'Re: Bananas' },
      a: { subject: 'Fwd: apples' },
      c: { subject: '[list] cherries (fwd)' },
    },
    [[{ by: 'subject' }], 'a b c'],
    [[{ by: 'subject', descending: true }], 'c b a'],
  ),

  'sorts by the mailbox part of who sent and who gets': sorts(
    {
      b: { from: 'Ann <zoe@x.test>', to: 'bob@x.test' },
      a: { from: 'Zoe <ann@x.test>', to: 'dan@x.test' },
    },
    [[{ by: 'from' }], 'a b'],
    [[{ by: 'to' }], 'b a'],
  ),

  'sorts by one thing after another, and at last by arrival': sorts(
    {
      a: { subject: 'x', body: 'xx' },
      b: { subject: 'x', body: 'x' },
      c: { subject: 'a', body: 'xxx' },
      d: { subject: 'x', body: 'x' },
    },
    [[{ by: 'subject' }, { by: 'size' }], 'c b d a'],
    [[{ by: 'subject' }, { by: 'size', descending: true }], 'c a b d'],
  ),

  'finds the conversations of messages by their references': {
    needs: 'thread',
    async run(driver) {
      await using session = await driver.open();
      const store = (id: string, subject: string, references?: string) =>
        session.append(
          'INBOX',
          letter({
            subject,
            messageId: `<${id}@x.test>`,
            ...(references !== undefined && {
              more: [`References: ${references}`, `In-Reply-To: ${references.split(' ').at(-1)}`],
            }),
          }),
        );
      const one = await store('1', 'one');
      const two = await store('2', 'two');
      const reply = await store('3', 'Re: one', '<1@x.test>');
      const again = await store('4', 'Re: one', '<1@x.test> <3@x.test>');
      const other = await store('5', 'Re: two', '<2@x.test>');
      const threads = await session.threads('INBOX');
      assert.deepEqual(
        threads.map((thread) => thread.toSorted()),
        [[one, reply, again].toSorted(), [two, other].toSorted()],
      );
    },
  },
};

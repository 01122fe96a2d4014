/** The mailbox contract: what changed since a state, and changes on condition (RFC 7162, RFC 8620 §5.2). */
import assert from 'node:assert/strict';
import { letter } from './letter.ts';
import type { Behaviour, Behaviours } from './behaviour.ts';
import type { Key, MailSession } from './driver.ts';

interface Stage {
  readonly session: MailSession;
  readonly other: MailSession;
  readonly keys: readonly Key[];
  /** After the messages came. */
  readonly state: string;
}

/** INBOX with five messages, and a second session that does the changes. */
function staged(run: (stage: Stage) => Promise<void>): Behaviour {
  return {
    needs: 'changes',
    async run(driver) {
      await using session = await driver.open();
      await using other = await driver.open();
      const keys: Key[] = [];
      for (let i = 1; i <= 5; i++)
        keys.push(await other.append('INBOX', letter({ subject: `letter ${i}` })));
      await other.messages('INBOX');
      await run({ session, other, keys, state: await session.state('INBOX') });
    },
  };
}

function keysOf(messages: readonly { readonly key: Key }[]): Key[] {
  return messages.map(({ key }) => key);
}

export const CHANGES: Behaviours = {
  'nothing changed since a state when nothing did': staged(async ({ session, state }) => {
    assert.deepEqual(await session.changesSince('INBOX', state), {
      state,
      changed: [],
      removed: [],
    });
  }),

  'every change moves the state on': staged(async ({ session, other, keys, state }) => {
    await other.create('Elsewhere');
    const states = [state];
    for (const change of [
      () => other.append('INBOX', letter()),
      () => other.setFlags('INBOX', [keys[0]!], { add: ['$seen'] }),
      () => other.setFlags('INBOX', [keys[0]!], { remove: ['$seen'] }),
      () => other.copy('INBOX', [keys[1]!], 'INBOX'),
      () => other.expunge('INBOX', [keys[1]!]),
      () => other.move('INBOX', [keys[2]!], 'Elsewhere'),
    ]) {
      await change();
      states.push(await session.state('INBOX'));
    }
    const [validities, modseqs] = [0, 1].map((i) => states.map((text) => text.split(':')[i]!));
    assert.equal(new Set(validities).size, 1);
    const numbers = modseqs!.map(BigInt);
    for (const [i, number] of numbers.entries())
      assert.ok(i === 0 || number > numbers[i - 1]!, modseqs!.join(' '));
  }),

  'changes since a state are those messages and no others': staged(
    async ({ session, other, keys, state }) => {
      const six = await other.append('INBOX', letter({ subject: 'letter 6' }));
      await other.setFlags('INBOX', [keys[3]!], { add: ['$flagged', 'word'] });
      await other.expunge('INBOX', [keys[0]!, keys[2]!]);
      const changes = await session.changesSince('INBOX', state);
      assert.deepEqual(
        changes.changed.map(({ key, flags }) => [key, flags]),
        [
          [keys[3], ['$flagged', 'word']],
          [six, []],
        ],
      );
      assert.deepEqual(changes.removed.toSorted(), [keys[0]!, keys[2]!].toSorted());
      const again = await session.changesSince('INBOX', changes.state);
      assert.deepEqual([again.changed, again.removed], [[], []]);
    },
  ),

  'what was moved away is removed, and what was moved in has come': staged(
    async ({ session, other, keys, state }) => {
      await other.create('Elsewhere');
      await session.create('Work');
      const elsewhere = await session.state('Elsewhere');
      const made = await other.move('INBOX', [keys[1]!, keys[4]!], 'Elsewhere');
      const here = await session.changesSince('INBOX', state);
      assert.deepEqual(
        [here.changed, here.removed.toSorted()],
        [[], [keys[1]!, keys[4]!].toSorted()],
      );
      const there = await session.changesSince('Elsewhere', elsewhere);
      assert.deepEqual([keysOf(there.changed), there.removed], [made, []]);
    },
  ),

  'flags change only on messages that did not change since': staged(
    async ({ session, other, keys, state }) => {
      await other.setFlags('INBOX', [keys[1]!], { add: ['$answered'] });
      const [, two, three] = keys;
      const refused = await session.setFlagsUnlessChanged('INBOX', state, [two!, three!], {
        add: ['$flagged'],
      });
      assert.deepEqual(refused, [two]);
      const flags = new Map((await session.messages('INBOX')).map((m) => [m.key, m.flags]));
      assert.deepEqual(flags.get(two!), ['$answered']);
      assert.deepEqual(flags.get(three!), ['$flagged']);
    },
  ),

  'changes of one mailbox leave the state of another': staged(async ({ session, other }) => {
    await session.create('Quiet');
    await other.append('Quiet', letter());
    const state = await session.state('Quiet');
    const key = await other.append('INBOX', letter());
    await other.expunge('INBOX', [key]);
    const { changed, removed } = await session.changesSince('Quiet', state);
    assert.deepEqual([changed, removed], [[], []]);
  }),
};

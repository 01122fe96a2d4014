/** The protocol suite: SELECT to CLOSE, and what a session is told of others' work (RFC 9051 §6.3.2, §6.4, §7). */
import assert from 'node:assert/strict';
import { codeOf, dataOf, fetched } from '../client.ts';
import type { ProtocolCases } from './case.ts';

export const SELECTED: ProtocolCases = {
  'SELECT tells flags, counts and numbers': async (stage) => {
    const client = await stage.many(2);
    const reply = await client.ok(`SELECT ${stage.mailbox}`);
    const { untagged } = reply;
    assert.deepEqual(dataOf(untagged, 'EXISTS'), [['2', 'EXISTS']]);
    const [, flags] = dataOf(untagged, 'FLAGS')[0]!;
    const permanent = codeOf(untagged, 'PERMANENTFLAGS')![0] as string[];
    for (const flag of ['\\Answered', '\\Flagged', '\\Deleted', '\\Seen', '\\Draft']) {
      assert.ok((flags as string[]).includes(flag), flag);
      assert.ok(permanent.includes(flag), flag);
    }
    assert.ok(permanent.includes('\\*'));
    assert.ok(Number(codeOf(untagged, 'UIDVALIDITY')) > 0);
    assert.ok(Number(codeOf(untagged, 'UIDNEXT')) > 2);
    assert.ok(codeOf([reply], 'READ-WRITE'));
  },

  'EXAMINE changes nothing': async (stage) => {
    const client = await stage.many(2);
    const reply = await client.ok(`EXAMINE ${stage.mailbox}`);
    assert.ok(codeOf([reply], 'READ-ONLY'));
    await client.run('STORE 1 +FLAGS (\\Flagged)');
    await client.ok('FETCH 1 BODY[]');
    await client.ok('CLOSE');
    await client.ok(`SELECT ${stage.mailbox}`);
    for (const { items } of fetched((await client.ok('FETCH 1:2 FLAGS')).untagged))
      assert.ok(!/Seen|Flagged/.test(String(items.get('FLAGS'))));
  },

  'STORE into an examined mailbox is refused': async (stage) => {
    const client = await stage.many(1);
    await client.ok(`EXAMINE ${stage.mailbox}`);
    await client.fails('NO', 'STORE 1 +FLAGS (\\Flagged)');
  },

  'CLOSE of an examined mailbox expunges nothing': async (stage) => {
    const client = await stage.many(3);
    await client.ok('STORE 1:2 +FLAGS.SILENT (\\Deleted)');
    await client.ok(`EXAMINE ${stage.mailbox}`);
    await client.ok('CLOSE');
    const again = await client.ok(`SELECT ${stage.mailbox}`);
    assert.deepEqual(dataOf(again.untagged, 'EXISTS'), [['3', 'EXISTS']]);
  },

  'EXPUNGE in an examined mailbox removes nothing': async (stage) => {
    const client = await stage.many(2);
    await client.ok('STORE 1 +FLAGS.SILENT (\\Deleted)');
    await client.ok(`EXAMINE ${stage.mailbox}`);
    await client.run('EXPUNGE');
    const again = await client.ok(`SELECT ${stage.mailbox}`);
    assert.deepEqual(dataOf(again.untagged, 'EXISTS'), [['2', 'EXISTS']]);
  },

  'SELECT of what is not there leaves nothing selected': async (stage) => {
    const client = await stage.many(1);
    await client.fails('NO', `SELECT ${stage.mailbox}/nothing`);
    assert.notEqual((await client.run('FETCH 1 UID')).status, 'OK');
  },

  'EXPUNGE counts as it goes': async (stage) => {
    const client = await stage.many(6);
    await client.ok('STORE 1,3,5 +FLAGS.SILENT (\\Deleted)');
    const { untagged } = await client.ok('EXPUNGE');
    assert.equal(dataOf(untagged, 'EXPUNGE').length, 3);
    const left = await client.ok('FETCH 1:* BODY.PEEK[HEADER.FIELDS (Subject)]');
    assert.deepEqual(
      fetched(left.untagged).map(({ items }) => String([...items.values()][0]).trim()),
      ['Subject: letter 2', 'Subject: letter 4', 'Subject: letter 6'],
    );
  },

  'CLOSE expunges without a word, UNSELECT does not': {
    needs: 'UNSELECT',
    async run(stage) {
      const client = await stage.many(3);
      await client.ok('STORE 1:2 +FLAGS.SILENT (\\Deleted)');
      await client.ok('UNSELECT');
      const again = await client.ok(`SELECT ${stage.mailbox}`);
      assert.deepEqual(dataOf(again.untagged, 'EXISTS'), [['3', 'EXISTS']]);
      const { untagged } = await client.ok('CLOSE');
      assert.deepEqual(dataOf(untagged, 'EXPUNGE'), []);
      const last = await client.ok(`SELECT ${stage.mailbox}`);
      assert.deepEqual(dataOf(last.untagged, 'EXISTS'), [['1', 'EXISTS']]);
    },
  },

  'NOOP tells what others stored, flagged and removed': async (stage) => {
    const client = await stage.many(3);
    const other = await stage.another();
    await stage.append(other, { subject: 'letter 4' });
    await other.ok('STORE 2 +FLAGS (\\Flagged)');
    await other.ok('STORE 1 +FLAGS (\\Deleted)');
    await other.ok('EXPUNGE');
    const { untagged } = await client.ok('NOOP');
    assert.deepEqual(dataOf(untagged, 'EXPUNGE'), [['1', 'EXPUNGE']]);
    assert.ok(dataOf(untagged, 'EXISTS').length > 0);
    assert.equal(client.witness.exists, 3);
    const flagged = fetched(untagged).filter(({ items }) =>
      (items.get('FLAGS') as string[]).includes('\\Flagged'),
    );
    assert.equal(flagged.length, 1);
  },

  'numbers stay while messages are fetched, stored and searched by them': async (stage) => {
    const client = await stage.many(5);
    const other = await stage.another();
    const uids = fetched((await client.ok('FETCH 1:5 UID')).untagged).map(({ items }) =>
      items.get('UID'),
    );
    await other.ok('STORE 1:2 +FLAGS.SILENT (\\Deleted)');
    await other.ok('EXPUNGE');
    for (const command of ['FETCH 3:5 UID', 'STORE 3:5 +FLAGS (\\Answered)', 'SEARCH ALL']) {
      const { untagged } = await client.ok(command);
      assert.deepEqual(dataOf(untagged, 'EXPUNGE'), [], command);
    }
    const { untagged } = await client.ok('FETCH 3:5 UID');
    assert.deepEqual(
      fetched(untagged).map(({ number, items }) => [number, items.get('UID')]),
      [3, 4, 5].map((number) => [number, uids[number - 1]]),
    );
    const late = await client.ok('NOOP');
    assert.equal(dataOf(late.untagged, 'EXPUNGE').length, 2);
    const now = fetched((await client.ok('FETCH 1:* (UID FLAGS)')).untagged);
    assert.deepEqual(
      now.map(({ items }) => items.get('UID')),
      uids.slice(2),
    );
    for (const { items } of now) assert.ok((items.get('FLAGS') as string[]).includes('\\Answered'));
  },

  'a message that another removed can no longer be read, and nothing else is given for it': async (
    stage,
  ) => {
    const client = await stage.many(3);
    const other = await stage.another();
    await other.ok('STORE 1 +FLAGS.SILENT (\\Deleted)');
    await other.ok('EXPUNGE');
    const reply = await client.run('FETCH 1:2 (UID BODY.PEEK[HEADER.FIELDS (Subject)])');
    for (const { number, items } of fetched(reply.untagged)) {
      const field = items.get('BODY[HEADER.FIELDS (SUBJECT)]') ?? '';
      assert.ok(field === '' || String(field).trim() === `Subject: letter ${number}`);
    }
    await client.ok('NOOP');
    const after = await client.ok('FETCH 1 BODY.PEEK[HEADER.FIELDS (Subject)]');
    assert.match(
      JSON.stringify(fetched(after.untagged)[0]!.items.get('BODY[HEADER.FIELDS (SUBJECT)]')),
      /letter 2/,
    );
  },

  'sequence sets: *, backwards, and beyond the end': async (stage) => {
    const client = await stage.many(4);
    const numbers = async (command: string): Promise<number[]> =>
      fetched((await client.ok(command)).untagged).map(({ number }) => number);
    assert.deepEqual(await numbers('FETCH * UID'), [4]);
    assert.deepEqual(await numbers('FETCH *:3 UID'), [3, 4]);
    assert.deepEqual(await numbers('FETCH 3:2,1 UID'), [1, 2, 3]);
    assert.deepEqual(await numbers('UID FETCH 4000000000:* UID'), [4]);
    assert.deepEqual(await numbers('UID FETCH 4000000000 UID'), []);
    assert.deepEqual(await numbers('FETCH 1,1,1:2 UID'), [1, 2]);
    for (const set of ['5', '0', '1:0', '', '1,,2', '1:', 'a', '4294967296', '-1'])
      assert.equal((await client.run(`FETCH ${set} UID`)).status, 'BAD', set);
  },

  'an empty mailbox has no numbers': async (stage) => {
    const client = await stage.selected();
    assert.notEqual((await client.run('FETCH 1 UID')).status, 'OK');
    assert.deepEqual(fetched((await client.ok('UID FETCH 1:* FLAGS')).untagged), []);
    await client.ok('UID STORE 1:* +FLAGS (\\Seen)');
    await client.ok('SEARCH ALL');
    await client.ok('EXPUNGE');
  },

  'a mailbox that another removed: BYE, or refusals, until another is selected': async (stage) => {
    const client = await stage.many(2);
    const other = await stage.open();
    await other.ok(`DELETE ${stage.mailbox}`);
    const ended = await client
      .run('NOOP')
      .then(() => client.run('FETCH 1 BODY.PEEK[]'))
      .then(
        (reply) => reply.status !== 'OK' || fetched(reply.untagged).length > 0,
        () => true,
      );
    assert.ok(ended);
    if (!client.closed) await client.ok('SELECT INBOX').catch(() => assert.ok(client.closed));
  },
};

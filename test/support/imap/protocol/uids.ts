/** The protocol suite: mailboxes too large for sequence numbers (RFC 9586, RFC 9394, UIDBATCHES). */
import assert from 'node:assert/strict';
import { codeOf, dataOf, fetched, type ImapClient } from '../client.ts';
import type { Plain } from '../data.ts';
import { needing, type ProtocolCases } from './case.ts';

async function uids(client: ImapClient): Promise<string[]> {
  const { untagged } = await client.ok('UID FETCH 1:* UID');
  return fetched(untagged).map(({ items }) => String(items.get('UID')));
}

async function partial(client: ImapClient, what: string, key = 'ALL'): Promise<Plain | undefined> {
  const { untagged } = await client.ok(`UID SEARCH RETURN (${what}) ${key}`);
  const answer = dataOf(untagged, 'ESEARCH')[0]!;
  return answer[answer.indexOf('PARTIAL') + 1];
}

const UIDONLY = needing('UIDONLY ENABLE', {
  'sequence numbers are refused and never told': async (stage) => {
    const client = await stage.many(3);
    const all = await uids(client);
    await client.ok('ENABLE UIDONLY');
    for (const command of ['FETCH 1 FLAGS', 'STORE 1 FLAGS ()', 'SEARCH ALL', 'COPY 1 INBOX'])
      assert.ok(codeOf([await client.fails('BAD', command)], 'UIDREQUIRED'), command);
    assert.ok(codeOf([await client.fails('BAD', 'UID SEARCH 1:2')], 'UIDREQUIRED'));
    const { untagged } = await client.ok('UID FETCH 1:* FLAGS');
    assert.deepEqual(
      dataOf(untagged, 'UIDFETCH').map(([uid]) => uid),
      all,
    );
    assert.deepEqual(dataOf(untagged, 'FETCH'), []);
  },

  'changes are told by UID': async (stage) => {
    const client = await stage.many(3);
    const all = await uids(client);
    await client.ok('ENABLE UIDONLY');
    const other = await stage.another();
    await other.ok('STORE 1 +FLAGS.SILENT (\\Flagged)');
    await other.ok('STORE 3 +FLAGS.SILENT (\\Deleted)');
    await other.ok('EXPUNGE');
    const { untagged } = await client.ok('NOOP');
    assert.deepEqual(dataOf(untagged, 'VANISHED'), [['VANISHED', all[2]]]);
    assert.deepEqual(dataOf(untagged, 'UIDFETCH')[0]![0], all[0]);
    const stored = await client.ok(`UID STORE ${all[1]} +FLAGS (\\Seen)`);
    assert.deepEqual(dataOf(stored.untagged, 'UIDFETCH')[0]![0], all[1]);
  },
});

const PARTIAL = needing('PARTIAL', {
  'SEARCH gives a window of what it found, from either end': async (stage) => {
    const client = await stage.many(5);
    const all = await uids(client);
    assert.deepEqual(await partial(client, 'PARTIAL 1:2'), ['1:2', `${all[0]}:${all[1]}`]);
    assert.deepEqual(await partial(client, 'PARTIAL 4:9'), ['4:9', `${all[3]}:${all[4]}`]);
    assert.deepEqual(await partial(client, 'PARTIAL -1:-2'), ['-1:-2', `${all[3]}:${all[4]}`]);
    assert.deepEqual(await partial(client, 'PARTIAL 6:9'), ['6:9', null]);
    assert.deepEqual(await partial(client, 'PARTIAL 1:2', 'SUBJECT none'), ['1:2', null]);
    assert.deepEqual(await partial(client, 'PARTIAL 2:1 COUNT'), ['2:1', `${all[0]}:${all[1]}`]);
    for (const wrong of ['PARTIAL 0:1', 'PARTIAL 1', 'PARTIAL 1:-2', 'PARTIAL 1:2 ALL'])
      assert.equal((await client.run(`UID SEARCH RETURN (${wrong}) ALL`)).status, 'BAD', wrong);
  },

  'FETCH gives a window of what it names': async (stage) => {
    const client = await stage.many(5);
    const numbers = async (window: string): Promise<number[]> => {
      const { untagged } = await client.ok(`UID FETCH 1:* (FLAGS) (PARTIAL ${window})`);
      return fetched(untagged).map(({ number }) => number);
    };
    assert.deepEqual(await numbers('1:2'), [1, 2]);
    assert.deepEqual(new Set(await numbers('-1:-2')), new Set([4, 5]));
    assert.deepEqual(await numbers('9:10'), []);
  },
});

const BATCHES = needing('UIDBATCHES', {
  'batches of equal size are told from the newest message on': async (stage) => {
    const client = await stage.many(20);
    for (let i = 1; i < 60; i++) await client.ok(`COPY 1:20 ${stage.mailbox}`);
    await client.ok('NOOP');
    const all = await uids(client);
    assert.equal(all.length, 1200);
    const { tag, untagged } = await client.ok('UIDBATCHES 500');
    const ranges = [
      [all[1199], all[700]],
      [all[699], all[200]],
      [all[199], all[0]],
    ].map((ends) => ends.join(':'));
    const [answer] = dataOf(untagged, 'UIDBATCHES');
    assert.deepEqual(answer, ['UIDBATCHES', ['TAG', tag], ranges.join(',')]);
    const second = await client.ok('UIDBATCHES 500 2:2');
    assert.equal(dataOf(second.untagged, 'UIDBATCHES')[0]![2], ranges[1]);
    for (const wrong of ['', ' 0', ' x', ' 500 0:1'])
      assert.notEqual((await client.run(`UIDBATCHES${wrong}`)).status, 'OK', wrong);
  },

  'an empty mailbox has no batches': async (stage) => {
    const client = await stage.selected();
    const { untagged } = await client.ok('UIDBATCHES 500');
    assert.equal(dataOf(untagged, 'UIDBATCHES')[0]!.length, 2);
  },
});

export const UIDS: ProtocolCases = { ...UIDONLY, ...PARTIAL, ...BATCHES };

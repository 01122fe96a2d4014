/** The protocol suite: CONDSTORE (RFC 7162 §3.1). */
import assert from 'node:assert/strict';
import { codeOf, dataOf, fetched, pairs, type ImapClient } from '../client.ts';
import type { Plain } from '../data.ts';
import { needing } from './case.ts';

/** The modseq of each message, in order. */
async function modseqs(client: ImapClient): Promise<bigint[]> {
  const { untagged } = await client.ok('FETCH 1:* MODSEQ');
  return fetched(untagged).map(({ items }) => modseqOf(items));
}

function modseqOf(items: ReadonlyMap<string, Plain>): bigint {
  return BigInt((items.get('MODSEQ') as string[])[0]!);
}

async function highest(client: ImapClient, mailbox: string): Promise<bigint> {
  const { untagged } = await client.ok(`STATUS ${mailbox} (HIGHESTMODSEQ)`);
  const items = pairs(dataOf(untagged, 'STATUS')[0]![2] as Plain[]);
  return BigInt(String(items.get('HIGHESTMODSEQ')));
}

export const CONDSTORE = needing('CONDSTORE', {
  'SELECT tells the highest modseq, with CONDSTORE or without': async (stage) => {
    const client = await stage.open();
    await client.ok(`CREATE ${stage.mailbox}`);
    for (const parameter of ['', ' (CONDSTORE)']) {
      const { untagged } = await client.ok(`SELECT ${stage.mailbox}${parameter}`);
      assert.ok(BigInt(String(codeOf(untagged, 'HIGHESTMODSEQ')![0])) > 0n);
    }
  },

  'a change gives a message a higher modseq, and the mailbox the highest': async (stage) => {
    const client = await stage.many(3, 'CONDSTORE');
    const before = await modseqs(client);
    const { untagged } = await client.ok('STORE 2 +FLAGS (\\Seen)');
    const told = fetched(untagged).find(({ items }) => items.has('MODSEQ'));
    const after = await modseqs(client);
    assert.equal(after[0], before[0]);
    assert.equal(after[2], before[2]);
    assert.ok(after[1]! > before.reduce((a, b) => (a > b ? a : b)));
    assert.equal(modseqOf(told!.items), after[1]);
    assert.equal(await highest(client, stage.mailbox), after[1]);
  },

  'CHANGEDSINCE gives what changed since': async (stage) => {
    const client = await stage.many(4, 'CONDSTORE');
    const since = await highest(client, stage.mailbox);
    await client.ok('STORE 2,4 +FLAGS.SILENT (\\Flagged)');
    const { untagged } = await client.ok(`FETCH 1:* (FLAGS) (CHANGEDSINCE ${since})`);
    assert.deepEqual(
      fetched(untagged).map(({ number }) => number),
      [2, 4],
    );
    for (const { items } of fetched(untagged)) assert.ok(modseqOf(items) > since);
    const now = await highest(client, stage.mailbox);
    const none = await client.ok(`UID FETCH 1:* FLAGS (CHANGEDSINCE ${now})`);
    assert.deepEqual(fetched(none.untagged), []);
  },

  'UNCHANGEDSINCE leaves alone what others changed, and names it': async (stage) => {
    const client = await stage.many(4, 'CONDSTORE');
    const since = await highest(client, stage.mailbox);
    const other = await stage.another();
    await other.ok('STORE 3 +FLAGS (\\Answered)');
    const reply = await client.ok(`STORE 2:4 (UNCHANGEDSINCE ${since}) +FLAGS (\\Flagged)`);
    assert.deepEqual(codeOf([reply], 'MODIFIED'), ['3']);
    const flagged = await client.ok('SEARCH FLAGGED');
    assert.deepEqual(dataOf(flagged.untagged, 'SEARCH')[0]!.slice(1, 3), ['2', '4']);
    const told = fetched(reply.untagged).filter(({ items }) => items.has('MODSEQ'));
    assert.ok([2, 4].every((n) => told.some(({ number }) => number === n)));
  },

  'UNCHANGEDSINCE 0 changes nothing that is there': async (stage) => {
    const client = await stage.many(2, 'CONDSTORE');
    const reply = await client.ok('STORE 1 (UNCHANGEDSINCE 0) +FLAGS.SILENT (\\Flagged)');
    assert.deepEqual(codeOf([reply], 'MODIFIED'), ['1']);
    const { untagged } = await client.ok('SEARCH FLAGGED');
    assert.deepEqual(dataOf(untagged, 'SEARCH'), [['SEARCH']]);
  },

  'SEARCH MODSEQ finds what changed, and tells how far': async (stage) => {
    const client = await stage.many(3, 'CONDSTORE');
    await client.ok('STORE 2 +FLAGS.SILENT (\\Seen)');
    const [, two] = await modseqs(client);
    const { untagged } = await client.ok(`SEARCH MODSEQ ${two}`);
    assert.deepEqual(dataOf(untagged, 'SEARCH'), [['SEARCH', '2', ['MODSEQ', String(two)]]]);
    const none = await client.ok(`SEARCH MODSEQ ${two! + 1000n}`);
    assert.deepEqual(dataOf(none.untagged, 'SEARCH'), [['SEARCH']]);
    const named = await client.ok(String.raw`SEARCH MODSEQ "/flags/\\Seen" all ${two}`);
    assert.deepEqual(dataOf(named.untagged, 'SEARCH')[0]!.slice(0, 2), ['SEARCH', '2']);
  },

  'a session that knows of modseqs is told them with every change of flags': async (stage) => {
    const client = await stage.many(2, 'CONDSTORE');
    const other = await stage.another();
    await other.ok('STORE 1 +FLAGS (\\Seen)');
    const { untagged } = await client.ok('NOOP');
    const told = fetched(untagged).find(({ items }) => items.has('FLAGS'));
    assert.ok(told!.items.has('MODSEQ') && told!.number === 1);
  },

  'a silent change still tells the modseq': async (stage) => {
    const client = await stage.many(2, 'CONDSTORE');
    const { untagged } = await client.ok('STORE 1 +FLAGS.SILENT (\\Seen)');
    const [told] = fetched(untagged);
    assert.ok(told!.items.has('MODSEQ') && !told!.items.has('FLAGS'));
  },
});

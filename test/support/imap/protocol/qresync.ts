/** The protocol suite: QRESYNC (RFC 7162 §3.2). */
import assert from 'node:assert/strict';
import {
  codeOf,
  dataOf,
  fetched,
  type ImapClient,
  type ImapReply,
  type Untagged,
} from '../client.ts';
import { needing } from './case.ts';
import type { Stage } from './stage.ts';

interface Known {
  readonly validity: string;
  readonly modseq: string;
  readonly uids: readonly string[];
}

async function known(client: ImapClient, stage: Stage): Promise<Known> {
  const { untagged } = await client.ok(`SELECT ${stage.mailbox}`);
  const uids = fetched((await client.ok('UID FETCH 1:* UID')).untagged);
  await client.ok('UNSELECT');
  return {
    validity: String(codeOf(untagged, 'UIDVALIDITY')![0]),
    modseq: String(codeOf(untagged, 'HIGHESTMODSEQ')![0]),
    uids: uids.map(({ items }) => String(items.get('UID'))),
  };
}

/** UIDs that VANISHED responses name. */
function vanished(untagged: readonly Untagged[], earlier: boolean): string[] {
  return dataOf(untagged, 'VANISHED')
    .filter((values) => Array.isArray(values[1]) === earlier)
    .flatMap((values) => String(values.at(-1)).split(','))
    .flatMap((range) => {
      const [from = 0, to = from] = range.split(':').map(Number);
      return Array.from({ length: to - from + 1 }, (_, i) => String(from + i));
    });
}

function uidsTold(untagged: readonly Untagged[]): unknown[] {
  return fetched(untagged).map(({ items }) => items.get('UID'));
}

/** What a client takes for the highest modseq after a reply: what it is told, or else the highest that it heard (RFC 7162 §6). */
function heardOf(was: Known, reply: ImapReply): bigint {
  const told = codeOf([...reply.untagged, reply], 'HIGHESTMODSEQ');
  if (told !== undefined) return BigInt(String(told[0]));
  const heard = fetched(reply.untagged).map(({ items }) => BigInt(String(items.get('MODSEQ'))));
  return [BigInt(was.modseq), ...heard].reduce((most, one) => (one > most ? one : most));
}

/** Six messages known, of which then two are flagged and two removed, and one comes. */
async function changed(stage: Stage): Promise<{ client: ImapClient; was: Known }> {
  const client = await stage.many(6, 'QRESYNC');
  const was = await known(client, stage);
  const other = await stage.another();
  await other.ok('STORE 2,5 +FLAGS.SILENT (\\Flagged)');
  await other.ok('STORE 3,4 +FLAGS.SILENT (\\Deleted)');
  await other.ok('EXPUNGE');
  await stage.append(other, { subject: 'letter 7' });
  return { client, was };
}

export const QRESYNC = needing('QRESYNC', {
  'SELECT with what is known tells only what changed and what is gone': async (stage) => {
    const { client, was } = await changed(stage);
    const { untagged } = await client.ok(
      `SELECT ${stage.mailbox} (QRESYNC (${was.validity} ${was.modseq}))`,
    );
    assert.deepEqual(vanished(untagged, true), [was.uids[2], was.uids[3]]);
    const told = uidsTold(untagged);
    assert.deepEqual(told.slice(0, 2), [was.uids[1], was.uids[4]]);
    assert.equal(told.length, 3);
    for (const { items } of fetched(untagged)) assert.ok(items.has('MODSEQ') && items.has('FLAGS'));
  },

  'SELECT with known UIDs tells nothing of others': async (stage) => {
    const { client, was } = await changed(stage);
    const some = `${was.uids[0]}:${was.uids[2]}`;
    const { untagged } = await client.ok(
      `SELECT ${stage.mailbox} (QRESYNC (${was.validity} ${was.modseq} ${some}))`,
    );
    assert.deepEqual(vanished(untagged, true), [was.uids[2]]);
    assert.deepEqual(uidsTold(untagged), [was.uids[1]]);
  },

  'SELECT takes sequence numbers with their UIDs as a hint': async (stage) => {
    const { client, was } = await changed(stage);
    const hint = `(1,2 ${was.uids[0]},${was.uids[1]})`;
    const { untagged } = await client.ok(
      `SELECT ${stage.mailbox} (QRESYNC (${was.validity} ${was.modseq} 1:${was.uids[5]} ${hint}))`,
    );
    assert.deepEqual(vanished(untagged, true), [was.uids[2], was.uids[3]]);
  },

  'SELECT under another validity tells nothing': async (stage) => {
    const { client, was } = await changed(stage);
    const other = Number(was.validity) + 1;
    const { untagged } = await client.ok(
      `SELECT ${stage.mailbox} (QRESYNC (${other} ${was.modseq}))`,
    );
    assert.deepEqual(dataOf(untagged, 'VANISHED'), []);
    assert.deepEqual(fetched(untagged), []);
    assert.equal(String(codeOf(untagged, 'UIDVALIDITY')![0]), was.validity);
  },

  'QRESYNC has to be enabled first': async (stage) => {
    const client = await stage.many(1);
    await client.fails('BAD', `SELECT ${stage.mailbox} (QRESYNC (1 1))`);
  },

  'expunged messages vanish by UID, and the answer tells the modseq': async (stage) => {
    const client = await stage.many(4, 'QRESYNC');
    const was = await known(client, stage);
    await client.ok(`SELECT ${stage.mailbox}`);
    await client.ok('STORE 2:3 +FLAGS.SILENT (\\Deleted)');
    const reply = await client.ok('EXPUNGE');
    assert.deepEqual(vanished(reply.untagged, false), [was.uids[1], was.uids[2]]);
    assert.deepEqual(dataOf(reply.untagged, 'EXPUNGE'), []);
    assert.ok(BigInt(String(codeOf([reply], 'HIGHESTMODSEQ')![0])) > BigInt(was.modseq));
  },

  'another session hears of it by UID too': async (stage) => {
    const client = await stage.many(3, 'QRESYNC');
    const was = await known(client, stage);
    await client.ok(`SELECT ${stage.mailbox}`);
    const other = await stage.another();
    await other.ok('STORE 1 +FLAGS.SILENT (\\Deleted)');
    const expunged = await other.ok('EXPUNGE');
    assert.equal(dataOf(expunged.untagged, 'EXPUNGE').length, 1);
    const { untagged } = await client.ok('NOOP');
    assert.deepEqual(vanished(untagged, false), [was.uids[0]]);
  },

  'who has not heard what vanished is not led beyond it by later modseqs': async (stage) => {
    const client = await stage.many(4, 'QRESYNC');
    const was = await known(client, stage);
    await client.ok(`SELECT ${stage.mailbox}`);
    const other = await stage.another();
    await other.ok('STORE 2 +FLAGS.SILENT (\\Deleted)');
    await other.ok('EXPUNGE');
    await other.ok('STORE 3 +FLAGS.SILENT (\\Flagged)');
    await stage.settle();
    const reply = await client.ok('FETCH 3:4 (FLAGS MODSEQ)');
    assert.deepEqual(dataOf(reply.untagged, 'VANISHED'), []);
    await client.ok('UNSELECT');
    const heard = heardOf(was, reply);
    const again = await client.ok(`SELECT ${stage.mailbox} (QRESYNC (${was.validity} ${heard}))`);
    assert.deepEqual(vanished(again.untagged, true), [was.uids[1]]);
  },

  'once all is told the highest modseq is': async (stage) => {
    const client = await stage.many(3, 'QRESYNC');
    await client.ok(`SELECT ${stage.mailbox}`);
    const other = await stage.another();
    await other.ok('STORE 1 +FLAGS.SILENT (\\Deleted)');
    await other.ok('EXPUNGE');
    await stage.settle();
    const before = await client.ok('FETCH 3 (FLAGS MODSEQ)');
    const later = await client.ok('NOOP');
    assert.equal(dataOf(later.untagged, 'VANISHED').length, 1);
    const highest = ({ untagged }: { readonly untagged: readonly Untagged[] }): bigint =>
      BigInt(String(codeOf(untagged, 'HIGHESTMODSEQ')![0]));
    assert.ok(highest(later) > highest(before));
    assert.equal(codeOf((await client.ok('NOOP')).untagged, 'HIGHESTMODSEQ'), undefined);
  },

  'CLOSE expunges without a word, and tells no modseq': async (stage) => {
    const client = await stage.many(3, 'QRESYNC');
    const was = await known(client, stage);
    await client.ok(`SELECT ${stage.mailbox}`);
    await client.ok('STORE 2 +FLAGS.SILENT (\\Deleted)');
    const reply = await client.ok('CLOSE');
    assert.equal(codeOf([reply, ...reply.untagged], 'HIGHESTMODSEQ'), undefined);
    assert.deepEqual(dataOf(reply.untagged, 'VANISHED'), []);
    const { untagged } = await client.ok(
      `SELECT ${stage.mailbox} (QRESYNC (${was.validity} ${was.modseq}))`,
    );
    assert.deepEqual(vanished(untagged, true), [was.uids[1]]);
  },

  'FETCH tells what vanished since': async (stage) => {
    const { client, was } = await changed(stage);
    await client.ok(`SELECT ${stage.mailbox}`);
    const { untagged } = await client.ok(
      `UID FETCH 1:* (FLAGS) (CHANGEDSINCE ${was.modseq} VANISHED)`,
    );
    assert.deepEqual(vanished(untagged, true), [was.uids[2], was.uids[3]]);
    assert.equal(uidsTold(untagged).length, 3);
    await client.fails('BAD', 'UID FETCH 1:* (FLAGS) (VANISHED)');
  },

  'selecting another mailbox tells where the first one ends': async (stage) => {
    const client = await stage.many(1, 'QRESYNC');
    await client.ok(`SELECT ${stage.mailbox}`);
    const { untagged } = await client.ok('SELECT INBOX');
    assert.ok(codeOf(untagged, 'CLOSED'));
  },

  'what was moved away vanishes': async (stage) => {
    const client = await stage.many(3, 'QRESYNC');
    const was = await known(client, stage);
    await client.ok(`CREATE ${stage.mailbox}/to`);
    await client.ok(`SELECT ${stage.mailbox}`);
    const moved = await client.ok(`UID MOVE ${was.uids[1]} ${stage.mailbox}/to`);
    assert.deepEqual(vanished(moved.untagged, false), [was.uids[1]]);
    await client.ok('UNSELECT');
    const { untagged } = await client.ok(
      `SELECT ${stage.mailbox} (QRESYNC (${was.validity} ${was.modseq}))`,
    );
    assert.deepEqual(vanished(untagged, true), [was.uids[1]]);
  },
});

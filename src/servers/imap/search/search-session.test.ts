import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { systemClock } from '#clock';
import { codeOf, dataOf, type ImapClient } from '../../../../test/support/imap/client.ts';
import { startTestImap, type TestImap } from '../../../../test/support/imap/own-server.ts';
import { Stage } from '../../../../test/support/imap/protocol/stage.ts';
import { openTestStore, type TestStore } from '../../../../test/support/smtp/own-server.ts';

let store: TestStore;
let imap: TestImap;
let stages = 0;

before(async () => {
  store = await openTestStore();
  imap = await startTestImap(store);
});
after(async () => {
  await imap[Symbol.asyncDispose]();
  await store[Symbol.asyncDispose]();
});

/** A test with a mailbox of its own. */
function onStage(name: string, run: (stage: Stage) => Promise<void>): void {
  test(name, async () => {
    await using stage = new Stage(
      (tls) => imap.account('alice', tls),
      `search${++stages}`,
      async () => {},
    );
    await run(stage);
  });
}

async function found(client: ImapClient, command: string): Promise<string> {
  const { untagged } = await client.ok(command);
  const [answer] = ['SEARCH', 'ESEARCH', 'SORT'].flatMap((word) => dataOf(untagged, word));
  return JSON.stringify(answer);
}

onStage(
  'a search finds what came a moment ago, and its numbers stay while others expunge',
  async (stage) => {
    const client = await stage.many(4);
    const other = await stage.another();
    await other.ok('STORE 1,3 +FLAGS.SILENT (\\Deleted)');
    await other.ok('EXPUNGE');
    await stage.append(other, { subject: 'letter 5' });
    assert.equal(await found(client, 'SEARCH SUBJECT letter'), '["SEARCH","2","4","5"]');
    assert.equal(await found(client, 'SEARCH 2:4'), '["SEARCH","2","4"]');
    const { untagged } = await client.ok('NOOP');
    assert.equal(JSON.stringify(untagged.length > 0), 'true');
    assert.equal(await found(client, 'SEARCH SUBJECT letter'), '["SEARCH","1","2","3"]');
  },
);

onStage(
  'a search that is refused as BAD leaves what was saved; one that finds nothing empties it',
  async (stage) => {
    const client = await stage.many(3);
    await client.ok('SEARCH RETURN (SAVE) 2');
    await client.fails('BAD', 'SEARCH RETURN (SAVE) XYZZY');
    assert.equal(await found(client, 'SEARCH $'), '["SEARCH","2"]');
    await client.ok('UID SEARCH RETURN (SAVE MAX) OR $ 3');
    assert.equal(await found(client, 'SEARCH $'), '["SEARCH","3"]');
    await client.ok('SEARCH RETURN (SAVE) UID 4000000');
    assert.equal(await found(client, 'SEARCH $'), '["SEARCH"]');
  },
);

onStage('a sorted result may be saved, and stands in the order of the mailbox', async (stage) => {
  const client = await stage.selected({ subject: 'c' }, { subject: 'a' }, { subject: 'b' });
  await client.ok('SORT RETURN (SAVE PARTIAL 1:2) (SUBJECT) UTF-8 ALL');
  assert.equal(await found(client, 'SEARCH $'), '["SEARCH","2","3"]');
});

onStage('IMAP4rev2 knows no other answer than ESEARCH, and SORT keeps its own', async (stage) => {
  const client = await stage.many(3, 'IMAP4rev2');
  assert.match(await found(client, 'SEARCH 2:3'), /^\["ESEARCH",.*"ALL","2:3"\]$/);
  assert.equal(await found(client, 'SORT (ARRIVAL) UTF-8 2:3'), '["SORT","2","3"]');
});

onStage(
  'a search about modseqs tells the highest of what was found, and tells modseqs from then on',
  async (stage) => {
    const client = await stage.many(3);
    await client.ok('STORE 2 +FLAGS.SILENT (\\Seen)');
    const answer = await found(client, 'SEARCH MODSEQ 1');
    const [, modseq] = /^\["SEARCH","1","2","3",\["MODSEQ","(\d+)"\]\]$/.exec(answer)!;
    assert.equal(
      await found(client, `SEARCH MODSEQ ${modseq}`),
      `["SEARCH","2",["MODSEQ","${modseq}"]]`,
    );
    assert.equal(await found(client, `SEARCH MODSEQ ${Number(modseq) + 1}`), '["SEARCH"]');
    assert.equal(
      await found(client, `SORT (ARRIVAL) UTF-8 MODSEQ ${modseq}`),
      `["SORT","2",["MODSEQ","${modseq}"]]`,
    );
    const { untagged } = await client.ok('STORE 1 +FLAGS.SILENT (\\Seen)');
    assert.match(JSON.stringify(dataOf(untagged, 'FETCH')), /MODSEQ/);
  },
);

onStage('with UIDONLY no search may name numbers, however deep', async (stage) => {
  const client = await stage.many(2, 'UIDONLY');
  await client.fails('BAD', 'UID SEARCH NOT (OR SEEN 1)');
  assert.match(
    await found(client, 'UID SEARCH NOT (OR SEEN DELETED)'),
    /^\["SEARCH","\d+","\d+"\]$/,
  );
});

onStage('who leaves in the middle of a search disturbs nobody', async (stage) => {
  const client = await stage.many(2);
  const leaving = await stage.another();
  await leaving.start('SEARCH BODY nothing');
  await leaving[Symbol.asyncDispose]();
  assert.equal(await found(client, 'SEARCH BODY dear'), '["SEARCH","1","2"]');
});

test('a search that takes long tells how far it is', async () => {
  // ten seconds pass from look to look
  let passed = 0;
  const clock = { ...systemClock, monotonic: () => (passed += 10_000) };
  await using slow = await startTestImap(store, { clock });
  await using stage = new Stage(
    (tls) => slow.account('bob', tls),
    'progress',
    async () => {},
  );
  const client = await stage.many(3);
  const { tag, untagged } = await client.ok('SEARCH BODY dear');
  const told = untagged
    .map((response) => response.kind === 'status' && codeOf([response], 'INPROGRESS'))
    .find((code) => code !== false && code !== undefined);
  assert.deepEqual(told, [[tag, '0', '3']]);
});

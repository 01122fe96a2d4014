/** The protocol suite: what changes a mailbox (RFC 9051 §6.4.6 to §6.4.9, §6.3.12, RFC 3502, 7889, 8508). */
import assert from 'node:assert/strict';
import { codeOf, dataOf, fetched, literal, type ImapClient, type Untagged } from '../client.ts';
import type { ProtocolCases } from './case.ts';
import { letter } from '../../mailbox-contract/letter.ts';

function flagsTold(untagged: readonly Untagged[]): unknown[] {
  return fetched(untagged).map(({ number, items }) => [
    number,
    (items.get('FLAGS') as string[]).filter((flag) => flag !== '\\Recent').toSorted(),
  ]);
}

async function subjects(client: ImapClient): Promise<string[]> {
  const { untagged } = await client.ok('UID FETCH 1:* BODY.PEEK[HEADER.FIELDS (Subject)]');
  return fetched(untagged).map(({ items }) =>
    String(items.get('BODY[HEADER.FIELDS (SUBJECT)]')).trim().replace('Subject: ', ''),
  );
}

async function uids(client: ImapClient): Promise<string[]> {
  const { untagged } = await client.ok('UID FETCH 1:* UID');
  return fetched(untagged).map(({ items }) => String(items.get('UID')));
}

export const STORE: ProtocolCases = {
  'STORE adds, takes away and replaces, and tells the outcome': async (stage) => {
    const client = await stage.many(2);
    const store = async (what: string): Promise<unknown[]> =>
      flagsTold((await client.ok(`STORE ${what}`)).untagged);
    assert.deepEqual(await store('1:2 FLAGS (\\Seen word)'), [
      [1, ['\\Seen', 'word']],
      [2, ['\\Seen', 'word']],
    ]);
    assert.deepEqual(await store('1 +FLAGS \\Flagged'), [[1, ['\\Flagged', '\\Seen', 'word']]]);
    assert.deepEqual(await store('1 -FLAGS (\\Seen word)'), [[1, ['\\Flagged']]]);
    assert.deepEqual(await store('1 FLAGS ()'), [[1, []]]);
  },

  'STORE does it without a word when told so': async (stage) => {
    const client = await stage.many(2);
    const { untagged } = await client.ok('STORE 1:2 +FLAGS.SILENT (\\Seen)');
    assert.deepEqual(fetched(untagged), []);
    assert.deepEqual(flagsTold((await client.ok('FETCH 2 FLAGS')).untagged), [[2, ['\\Seen']]]);
  },

  'UID STORE tells UIDs, and leaves alone what is not there': async (stage) => {
    const client = await stage.many(2);
    const [one] = await uids(client);
    const { untagged } = await client.ok(`UID STORE ${one},4000000000 +FLAGS (\\Seen)`);
    assert.deepEqual(
      fetched(untagged).map(({ items }) => items.get('UID')),
      [one],
    );
  },

  'STORE of what is no flag is BAD': async (stage) => {
    const client = await stage.many(1);
    for (const what of ['+FLAGS (\\Xyzzy)', 'FLAGS (a(b)', 'XFLAGS (a)', '*FLAGS (a)'])
      assert.equal((await client.run(`STORE 1 ${what}`)).status, 'BAD', what);
  },

  'COPY to where no mailbox is: NO, with what to do about it': async (stage) => {
    const client = await stage.many(1);
    const refused = await client.fails('NO', `COPY 1 ${stage.mailbox}/nothing`);
    assert.ok(codeOf([refused], 'TRYCREATE'));
  },

  'APPEND to where no mailbox is: NO, with what to do about it': async (stage) => {
    const client = await stage.open();
    const refused = await client.fails('NO', `APPEND ${stage.mailbox} `, literal(letter()));
    assert.ok(codeOf([refused], 'TRYCREATE'));
    await client.ok('NOOP');
  },

  'APPEND takes flags and a date, and BAD ones not': async (stage) => {
    const client = await stage.selected();
    const append = `APPEND ${stage.mailbox} `;
    await client.ok(`${append}(\\Seen w) "14-Jul-1999 01:02:03 +0300" `, literal(letter()));
    const { untagged } = await client.ok('FETCH 1 (FLAGS INTERNALDATE)');
    assert.deepEqual(flagsTold(untagged), [[1, ['\\Seen', 'w']]]);
    const told = String(fetched(untagged)[0]!.items.get('INTERNALDATE'));
    assert.equal(Date.parse(told), Date.parse('14 Jul 1999 01:02:03 +0300'));
    for (const bad of ['"yesterday"', '(\\Xyzzy)'])
      assert.notEqual((await client.run(`${append}${bad} `, literal(letter()))).status, 'OK', bad);
    await client.ok('NOOP');
    assert.equal(client.witness.exists, 1);
  },

  'APPEND to the selected mailbox is told at once': async (stage) => {
    const client = await stage.many(1);
    const { untagged } = await client.ok(`APPEND ${stage.mailbox} `, literal(letter()));
    assert.deepEqual(dataOf(untagged, 'EXISTS').at(-1), ['2', 'EXISTS']);
  },

  'APPEND and COPY tell the new UIDs': {
    needs: 'UIDPLUS',
    async run(stage) {
      const client = await stage.many(3);
      const { untagged } = await client.ok(`STATUS ${stage.mailbox} (UIDVALIDITY)`);
      const validity = (dataOf(untagged, 'STATUS')[0]![2] as string[])[1];
      const appended = await client.ok(`APPEND ${stage.mailbox} `, literal(letter()));
      const [appendValidity, uid] = codeOf([appended], 'APPENDUID')!;
      assert.equal(appendValidity, validity);
      assert.equal((await uids(client)).at(-1), uid);
      const before = await uids(client);
      const copied = await client.ok(`COPY 1:2 ${stage.mailbox}`);
      const [copyValidity, from, to] = codeOf([copied], 'COPYUID')!;
      assert.equal(copyValidity, validity);
      assert.equal(from, `${before[0]}:${before[1]}`);
      await client.ok('NOOP');
      const after = await uids(client);
      assert.equal(to, `${after[4]}:${after[5]}`);
    },
  },

  'UID EXPUNGE removes only what it names': {
    needs: 'UIDPLUS',
    async run(stage) {
      const client = await stage.many(4);
      const [one, two, three] = await uids(client);
      await client.ok('STORE 1:3 +FLAGS.SILENT (\\Deleted)');
      const { untagged } = await client.ok(`UID EXPUNGE ${two},${three},4000000000`);
      assert.equal(dataOf(untagged, 'EXPUNGE').length, 2);
      assert.deepEqual(await subjects(client), ['letter 1', 'letter 4']);
      assert.equal((await uids(client))[0], one);
    },
  },

  'MOVE tells where messages went before it tells that they are gone': {
    needs: 'MOVE UIDPLUS',
    async run(stage) {
      const client = await stage.many(4);
      const before = await uids(client);
      await client.ok(`CREATE ${stage.mailbox}/to`);
      const { untagged } = await client.ok(`MOVE 2:3 ${stage.mailbox}/to`);
      const code = untagged.findIndex((response) => codeOf([response], 'COPYUID') !== undefined);
      const gone = untagged.findIndex((r) => dataOf([r], 'EXPUNGE').length > 0);
      assert.ok(code >= 0 && code < gone, 'COPYUID comes first');
      assert.equal(codeOf(untagged, 'COPYUID')![1], `${before[1]}:${before[2]}`);
      assert.deepEqual(await subjects(client), ['letter 1', 'letter 4']);
      await client.ok(`UID MOVE ${before[3]},4000000000 ${stage.mailbox}/to`);
      await client.ok(`SELECT ${stage.mailbox}/to`);
      assert.deepEqual(await subjects(client), ['letter 2', 'letter 3', 'letter 4']);
    },
  },

  'MOVE into the same mailbox gives new UIDs': {
    needs: 'MOVE UIDPLUS',
    async run(stage) {
      const client = await stage.many(2);
      const before = await uids(client);
      await client.ok(`MOVE 1 ${stage.mailbox}`);
      await client.ok('NOOP');
      const after = await uids(client);
      assert.deepEqual(await subjects(client), ['letter 2', 'letter 1']);
      assert.equal(after[0], before[1]);
      assert.ok(Number(after[1]) > Number(before[1]));
    },
  },

  'MULTIAPPEND stores several messages, all or none': {
    needs: 'MULTIAPPEND UIDPLUS',
    async run(stage) {
      const client = await stage.selected();
      const one = literal(letter({ subject: 'one' }));
      const two = literal(letter({ subject: 'two' }));
      const append = `APPEND ${stage.mailbox} `;
      const reply = await client.ok(`${append}(\\Seen) `, one, ' (word) ', two);
      assert.match(String(codeOf([reply], 'APPENDUID')![1]), /^(\d+):(\d+)$|^\d+,\d+$/);
      assert.deepEqual(await subjects(client), ['one', 'two']);
      const { untagged } = await client.ok('FETCH 1:2 FLAGS');
      assert.deepEqual(flagsTold(untagged), [
        [1, ['\\Seen']],
        [2, ['word']],
      ]);
      const broken = await client.run(append, one, ' (\\Xyzzy) ', two);
      assert.notEqual(broken.status, 'OK');
      await client.ok('NOOP');
      assert.equal((await uids(client)).length, 2);
    },
  },

  'APPEND of more than is taken is refused before it is sent': {
    needs: 'APPENDLIMIT',
    async run(stage) {
      const client = await stage.selected();
      const offered = [...(await client.capabilities())];
      const limit = offered.find((name) => name.startsWith('APPENDLIMIT='))?.slice(12);
      const { untagged } = await client.ok(`STATUS ${stage.mailbox} (APPENDLIMIT)`);
      const [, told] = dataOf(untagged, 'STATUS')[0]![2] as string[];
      if (limit !== undefined) assert.equal(told, limit);
      const refused = await client.announce(`APPEND ${stage.mailbox} {${Number(told) + 1}}`);
      assert.equal(refused.status, 'NO');
      assert.ok(codeOf([refused], 'TOOBIG'));
    },
  },

  'REPLACE in an examined mailbox is refused, and stores nothing': {
    needs: 'REPLACE',
    async run(stage) {
      const client = await stage.many(2);
      await client.ok(`EXAMINE ${stage.mailbox}`);
      const draft = literal(letter({ subject: 'a new draft' }));
      await client.fails('NO', `REPLACE 2 ${stage.mailbox} `, draft);
      await client.ok(`SELECT ${stage.mailbox}`);
      assert.deepEqual(await subjects(client), ['letter 1', 'letter 2']);
    },
  },

  'REPLACE stores a message in the place of another': {
    needs: 'REPLACE UIDPLUS',
    async run(stage) {
      const client = await stage.many(3);
      const before = await uids(client);
      const draft = literal(letter({ subject: 'a new draft' }));
      const reply = await client.ok(`REPLACE 2 ${stage.mailbox} (\\Draft) `, draft);
      const [, made] = codeOf([...reply.untagged, reply], 'APPENDUID')!;
      const told = reply.untagged.filter((r) => dataOf([r], 'EXPUNGE').length > 0);
      assert.equal(told.length, 1);
      assert.deepEqual(await subjects(client), ['letter 1', 'letter 3', 'a new draft']);
      assert.deepEqual(await uids(client), [before[0], before[2], made]);
      await client.ok(`UID REPLACE ${String(made)} ${stage.mailbox} `, draft);
      assert.equal((await uids(client)).length, 3);
      const missing = await client.run(`UID REPLACE 4000000000 ${stage.mailbox} `, draft);
      assert.notEqual(missing.status, 'OK');
      await client.ok('NOOP');
      assert.equal((await uids(client)).length, 3);
    },
  },
};

/** The protocol suite: SEARCH (RFC 9051 §6.4.4, RFC 4731, 5032, 5182, 8514). What it finds, the contract says. */
import assert from 'node:assert/strict';
import { codeOf, dataOf, fetched, literal, type ImapClient, type Piece } from '../client.ts';
import type { ProtocolCases } from './case.ts';

async function search(client: ImapClient, ...key: readonly Piece[]): Promise<string> {
  const { untagged } = await client.ok('SEARCH ', ...key);
  const answers = dataOf(untagged, 'SEARCH');
  assert.equal(answers.length, 1);
  return answers[0]!.slice(1).join(' ');
}

/** What ESEARCH says after its tag, as text. */
async function esearch(client: ImapClient, command: string): Promise<string> {
  const { tag, untagged } = await client.ok(command);
  const [answer, ...others] = dataOf(untagged, 'ESEARCH');
  assert.equal(others.length, 0);
  assert.deepEqual(answer![1], ['TAG', tag]);
  return answer!.slice(2).join(' ');
}

async function uids(client: ImapClient): Promise<string[]> {
  const { untagged } = await client.ok('UID FETCH 1:* UID');
  return fetched(untagged).map(({ items }) => String(items.get('UID')));
}

export const SEARCH: ProtocolCases = {
  'SEARCH tells numbers, UID SEARCH tells UIDs': async (stage) => {
    const client = await stage.many(4);
    await client.ok('STORE 2 +FLAGS.SILENT (\\Deleted)');
    await client.ok('EXPUNGE');
    const all = await uids(client);
    assert.equal(await search(client, 'ALL'), '1 2 3');
    const { untagged } = await client.ok('UID SEARCH 2:3');
    assert.deepEqual(dataOf(untagged, 'SEARCH'), [['SEARCH', ...all.slice(1)]]);
    assert.equal(await search(client, `UID ${all[2]}`), '3');
    assert.equal(await search(client, 'UID 4000000000'), '');
    assert.equal(await search(client, 'UID *'), '3');
  },

  'keys are combined by juxtaposition, OR, NOT and parentheses': async (stage) => {
    const client = await stage.many(6);
    await client.ok('STORE 1:3 +FLAGS.SILENT (\\Seen)');
    await client.ok('STORE 3:4 +FLAGS.SILENT (\\Flagged word)');
    assert.equal(await search(client, 'SEEN FLAGGED'), '3');
    assert.equal(await search(client, 'OR SEEN FLAGGED'), '1 2 3 4');
    assert.equal(await search(client, 'NOT (OR SEEN FLAGGED)'), '5 6');
    assert.equal(await search(client, 'OR (SEEN NOT FLAGGED) (5:6 UNSEEN)'), '1 2 5 6');
    assert.equal(await search(client, 'NOT NOT SEEN'), '1 2 3');
    assert.equal(await search(client, '((SEEN) 2:4)'), '2 3');
    assert.equal(await search(client, 'KEYWORD word UNKEYWORD other'), '3 4');
    assert.equal(await search(client, 'UNANSWERED UNDELETED UNDRAFT UNFLAGGED UNSEEN'), '5 6');
  },

  'text may come as an atom, a quoted string or a literal': async (stage) => {
    const client = await stage.many(3);
    assert.equal(await search(client, 'SUBJECT letter'), '1 2 3');
    assert.equal(await search(client, 'SUBJECT "letter 2"'), '2');
    assert.equal(await search(client, 'SUBJECT ', literal('LETTER 3'), ' ALL'), '3');
    assert.equal(await search(client, 'CHARSET US-ASCII SUBJECT "letter 2"'), '2');
  },

  'a charset that nobody knows is refused with those that are known': async (stage) => {
    const client = await stage.many(1);
    const refused = await client.fails('NO', 'SEARCH CHARSET X-UNHEARD-OF ALL');
    const [known] = codeOf([refused], 'BADCHARSET')!;
    assert.ok(known === undefined || (known as string[]).length > 0);
  },

  'what is no search key is BAD': async (stage) => {
    const client = await stage.many(2);
    for (const key of [
      '',
      'XYZZY',
      'NOT',
      'OR SEEN',
      '(SEEN',
      'SEEN)',
      'SUBJECT',
      'BEFORE 1-1-2001',
    ])
      assert.equal((await client.run(`SEARCH ${key}`)).status, 'BAD', key);
    for (const key of ['LARGER x', 'UID', 'HEADER x', 'KEYWORD', 'BEFORE 31-Foo-2001', '()'])
      assert.equal((await client.run(`SEARCH ${key}`)).status, 'BAD', key);
  },

  'ESEARCH tells what was asked for': {
    needs: 'ESEARCH',
    async run(stage) {
      const client = await stage.many(5);
      await client.ok('STORE 2:3,5 +FLAGS.SILENT (\\Seen)');
      assert.equal(await esearch(client, 'SEARCH RETURN () SEEN'), 'ALL 2:3,5');
      assert.equal(await esearch(client, 'SEARCH RETURN (COUNT) SEEN'), 'COUNT 3');
      const all = await esearch(client, 'SEARCH RETURN (MIN MAX COUNT ALL) SEEN');
      for (const part of ['MIN 2', 'MAX 5', 'COUNT 3', 'ALL 2:3,5']) assert.ok(all.includes(part));
      assert.equal(await esearch(client, 'SEARCH RETURN (MIN MAX ALL) FLAGGED'), '');
      assert.equal(await esearch(client, 'SEARCH RETURN (COUNT) FLAGGED'), 'COUNT 0');
      await client.fails('BAD', 'SEARCH RETURN (XYZZY) ALL');
    },
  },

  'ESEARCH of UIDs says so': {
    needs: 'ESEARCH',
    async run(stage) {
      const client = await stage.many(2);
      const all = await uids(client);
      const answer = await esearch(client, 'UID SEARCH RETURN (MIN ALL) 1:2');
      assert.match(answer, /^UID /);
      assert.ok(answer.includes(`MIN ${all[0]}`) && answer.includes(`ALL ${all[0]}:${all[1]}`));
    },
  },

  'what was found is kept in $': {
    needs: 'SEARCHRES',
    async run(stage) {
      const client = await stage.many(5);
      await client.ok('STORE 2,4 +FLAGS.SILENT (\\Flagged)');
      const saved = await client.ok('SEARCH RETURN (SAVE) FLAGGED');
      assert.deepEqual(dataOf(saved.untagged, 'SEARCH'), []);
      assert.deepEqual(dataOf(saved.untagged, 'ESEARCH'), []);
      const numbers = async (): Promise<number[]> =>
        fetched((await client.ok('FETCH $ UID')).untagged).map(({ number }) => number);
      assert.deepEqual(await numbers(), [2, 4]);
      assert.equal(await search(client, '$ 3:5'), '4');
      await client.ok('STORE $ +FLAGS.SILENT (word)');
      await client.ok('STORE 2 +FLAGS.SILENT (\\Deleted)');
      await client.ok('EXPUNGE');
      assert.deepEqual(await numbers(), [3]);
      assert.match(await esearch(client, 'UID SEARCH RETURN (SAVE MIN COUNT) 1:3'), /COUNT 3/);
      await client.ok('SEARCH RETURN (SAVE) FLAGGED SUBJECT nothing');
      assert.deepEqual(await numbers(), []);
      await client.ok('SEARCH RETURN (SAVE) ALL');
      await client.ok(`SELECT ${stage.mailbox}`);
      assert.deepEqual(await numbers(), []);
    },
  },

  'messages are found by their age': {
    needs: 'WITHIN',
    async run(stage) {
      const client = await stage.many(1);
      const old = ' "01-Jan-2001 00:00:00 +0000" ';
      await client.ok(`APPEND ${stage.mailbox}${old}`, literal('Subject: old\r\n\r\n'));
      await client.ok('NOOP');
      assert.equal(await search(client, 'OLDER 86400'), '2');
      assert.equal(await search(client, 'YOUNGER 86400'), '1');
      await client.fails('BAD', 'SEARCH OLDER x');
    },
  },

  'messages are found by when they came to the mailbox': {
    needs: 'SAVEDATE',
    async run(stage) {
      const client = await stage.many(2);
      const day = (offset: number): string => {
        const date = new Date(Date.now() + offset * 86_400_000).toUTCString();
        return /, (\d\d \w+ \d+)/.exec(date)![1]!.replaceAll(' ', '-');
      };
      assert.equal(await search(client, `SAVEDSINCE ${day(-1)}`), '1 2');
      assert.equal(await search(client, `SAVEDBEFORE ${day(-1)}`), '');
      assert.equal(await search(client, 'SAVEDATESUPPORTED'), '1 2');
    },
  },

  'days are told by their numbers, quoted or not': async (stage) => {
    const client = await stage.selected();
    for (const month of ['Jan', 'Feb'])
      await client.ok(
        `APPEND ${stage.mailbox} "15-${month}-2010 12:00:00 +0000" `,
        literal(`Subject: ${month}\r\nDate: Mon, 1 Mar 2010 12:00:00 +0000\r\n\r\n`),
      );
    await client.ok('NOOP');
    assert.equal(await search(client, 'BEFORE 1-Feb-2010'), '1');
    assert.equal(await search(client, 'ON "15-Feb-2010"'), '2');
    assert.equal(await search(client, 'SINCE 15-jan-2010'), '1 2');
    assert.equal(await search(client, 'SENTON 1-Mar-2010'), '1 2');
    assert.equal(await search(client, 'SENTSINCE 2-Mar-2010'), '');
  },
};

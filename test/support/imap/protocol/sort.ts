/** The protocol suite: SORT and THREAD (RFC 5256, 5267 §3, 5957). */
import assert from 'node:assert/strict';
import { codeOf, dataOf, type ImapClient } from '../client.ts';
import type { ProtocolCases } from './case.ts';

async function sort(client: ImapClient, command: string): Promise<string> {
  const { untagged } = await client.ok(`SORT ${command}`);
  return dataOf(untagged, 'SORT')[0]!.slice(1).join(' ');
}

async function thread(client: ImapClient, algorithm: string): Promise<unknown> {
  const { untagged } = await client.ok(`THREAD ${algorithm} UTF-8 ALL`);
  return dataOf(untagged, 'THREAD')[0]!.slice(1);
}

export const SORT: ProtocolCases = {
  'SORT takes a program, a charset and search keys': {
    needs: 'SORT',
    async run(stage) {
      const client = await stage.selected({ subject: 'c' }, { subject: 'a' }, { subject: 'Re: b' });
      assert.equal(await sort(client, '(SUBJECT) UTF-8 ALL'), '2 3 1');
      assert.equal(await sort(client, '(REVERSE SUBJECT) US-ASCII ALL'), '1 3 2');
      assert.equal(await sort(client, '(SUBJECT) UTF-8 2:3'), '2 3');
      assert.equal(await sort(client, '(SUBJECT) UTF-8 SUBJECT nothing'), '');
      await client.fails('BAD', 'SORT (XYZZY) UTF-8 ALL');
      await client.fails('BAD', 'SORT () UTF-8 ALL');
      await client.fails('BAD', 'SORT (SUBJECT) ALL');
      const refused = await client.fails('NO', 'SORT (SUBJECT) X-UNHEARD-OF ALL');
      assert.ok(codeOf([refused], 'BADCHARSET'));
    },
  },

  'SORT by the names that people see': {
    needs: 'SORT=DISPLAY',
    async run(stage) {
      const client = await stage.selected(
        { from: 'Zoe <a@x.test>' },
        { from: 'm@x.test' },
        { from: '=?utf-8?Q?Anna?= <z@x.test>' },
      );
      assert.equal(await sort(client, '(DISPLAYFROM) UTF-8 ALL'), '3 2 1');
      assert.equal(await sort(client, '(FROM) UTF-8 ALL'), '1 2 3');
    },
  },

  'SORT RETURN tells what was asked for': {
    needs: 'ESORT',
    async run(stage) {
      const client = await stage.selected({ subject: 'c' }, { subject: 'a' }, { subject: 'b' });
      const { untagged } = await client.ok('SORT RETURN (MIN MAX COUNT) (SUBJECT) UTF-8 ALL');
      const answer = dataOf(untagged, 'ESEARCH')[0]!.slice(2).join(' ');
      for (const part of ['MIN 2', 'MAX 1', 'COUNT 3']) assert.ok(answer.includes(part), answer);
      const all = await client.ok('SORT RETURN (ALL) (SUBJECT) UTF-8 ALL');
      assert.equal(dataOf(all.untagged, 'ESEARCH')[0]!.slice(2).join(' '), 'ALL 2:3,1');
    },
  },

  'THREAD by references': {
    needs: 'THREAD=REFERENCES',
    async run(stage) {
      const id = (n: number): string => `<${n}@x.test>`;
      const reply = (n: number, ...references: number[]) => ({
        subject: 'Re: x',
        messageId: id(n),
        more: [`References: ${references.map(id).join(' ')}`],
      });
      const client = await stage.selected(
        { subject: 'x', messageId: id(1) },
        reply(2, 1),
        reply(3, 1, 2),
        reply(4, 1),
        { subject: 'other', messageId: id(5), date: 'Wed, 1 Jan 2030 00:00:00 +0000' },
      );
      assert.deepEqual(await thread(client, 'REFERENCES'), [['1', ['2', '3'], ['4']], ['5']]);
      const { untagged } = await client.ok('UID THREAD REFERENCES UTF-8 SUBJECT other');
      assert.equal(dataOf(untagged, 'THREAD')[0]!.length, 2);
      await client.fails('BAD', 'THREAD REFERENCES ALL');
    },
  },

  'THREAD by subjects in order': {
    needs: 'THREAD=ORDEREDSUBJECT',
    async run(stage) {
      const at = (day: number): string => new Date(Date.UTC(2020, 0, day)).toUTCString();
      const client = await stage.selected(
        { subject: 'a', date: at(3) },
        { subject: 'b', date: at(1) },
        { subject: 'Re: a', date: at(4) },
        { subject: 'Re: a', date: at(5) },
      );
      assert.deepEqual(await thread(client, 'ORDEREDSUBJECT'), [['2'], ['1', ['3'], ['4']]]);
    },
  },
};

/** The protocol suite: UTF8=ACCEPT (RFC 6855) and IMAP4rev2 (RFC 9051). */
import assert from 'node:assert/strict';
import { codeOf, dataOf, fetched, literal, pairs } from '../client.ts';
import type { Plain } from '../data.ts';
import { needing, type ProtocolCases } from './case.ts';
import { letter } from '../../mailbox-contract/letter.ts';

const ACCEPT = needing('UTF8=ACCEPT ENABLE', {
  'names are UTF-8 once it is enabled, and modified UTF-7 before': async (stage) => {
    const before = await stage.open();
    const client = await stage.open();
    const { untagged } = await client.ok('ENABLE UTF8=ACCEPT');
    assert.deepEqual(dataOf(untagged, 'ENABLED'), [['ENABLED', 'UTF8=ACCEPT']]);
    await client.ok(`CREATE "${stage.mailbox}日本"`);
    const listed = await client.ok(`LIST "" "${stage.mailbox}*"`);
    assert.deepEqual(dataOf(listed.untagged, 'LIST')[0]![3], `${stage.mailbox}日本`);
    const old = await before.ok(`LIST "" "${stage.mailbox}*"`);
    assert.deepEqual(dataOf(old.untagged, 'LIST')[0]![3], `${stage.mailbox}&ZeVnLA-`);
    await client.ok(`SELECT "${stage.mailbox}日本"`);
    await client.ok(`STATUS "${stage.mailbox}日本" (MESSAGES)`);
    await client.ok(`CREATE "${stage.mailbox}&ZeVnLA-"`);
    await client.ok(`DELETE "${stage.mailbox}&ZeVnLA-"`);
    await client.ok('UNSELECT');
    await client.ok(`DELETE "${stage.mailbox}日本"`);
  },

  'search is in UTF-8, and naming a charset is BAD': async (stage) => {
    const client = await stage.selected({ subject: '日本語の手紙' }, { subject: 'x' });
    await client.ok('ENABLE UTF8=ACCEPT');
    await client.ok(`SELECT ${stage.mailbox}`);
    const { untagged } = await client.ok('SEARCH SUBJECT "手紙"');
    assert.deepEqual(dataOf(untagged, 'SEARCH'), [['SEARCH', '1']]);
    await client.fails('BAD', 'SEARCH CHARSET UTF-8 SUBJECT "x"');
  },

  'messages with UTF-8 in their fields are stored as such': async (stage) => {
    const client = await stage.open();
    await client.ok('ENABLE UTF8=ACCEPT');
    await client.ok(`CREATE ${stage.mailbox}`);
    const message = letter({ subject: '日本語', from: 'あ <あ@sender.test>' });
    const append = `APPEND ${stage.mailbox} (\\Seen) UTF8 (`;
    await client.ok(append, literal(message, { binary: true }), ')');
    await client.ok(`SELECT ${stage.mailbox}`);
    const { untagged } = await client.ok('FETCH 1 (ENVELOPE BODY.PEEK[])');
    const { items } = fetched(untagged)[0]!;
    assert.equal(items.get('BODY[]'), message.toString());
    assert.equal((items.get('ENVELOPE') as Plain[])[1], '日本語');
  },
});

const REV2 = needing('IMAP4REV2 ENABLE', {
  'SEARCH is answered by ESEARCH': async (stage) => {
    const client = await stage.many(3);
    await client.ok('ENABLE IMAP4rev2');
    await client.ok(`SELECT ${stage.mailbox}`);
    const { tag, untagged } = await client.ok('SEARCH 1:2');
    assert.deepEqual(dataOf(untagged, 'ESEARCH'), [['ESEARCH', ['TAG', tag], 'ALL', '1:2']]);
    assert.deepEqual(dataOf(untagged, 'SEARCH'), []);
  },

  'SELECT lists the mailbox and says nothing of recent messages': async (stage) => {
    const client = await stage.many(1);
    await client.ok('ENABLE IMAP4rev2');
    const { untagged } = await client.ok(`SELECT ${stage.mailbox}`);
    assert.equal(dataOf(untagged, 'LIST')[0]?.[3], stage.mailbox);
    assert.deepEqual(dataOf(untagged, 'RECENT'), []);
    const again = await client.ok('SELECT INBOX');
    assert.ok(codeOf(again.untagged, 'CLOSED'));
    const flags = await client.ok(`EXAMINE ${stage.mailbox}`);
    assert.ok(!JSON.stringify(dataOf(flags.untagged, 'FLAGS')).includes('Recent'));
  },

  'names are UTF-8': async (stage) => {
    const client = await stage.open();
    await client.ok('ENABLE IMAP4rev2');
    await client.ok(`CREATE "${stage.mailbox}ü"`);
    const { untagged } = await client.ok(`LIST "" "${stage.mailbox}*"`);
    assert.equal(dataOf(untagged, 'LIST')[0]![3], `${stage.mailbox}ü`);
    await client.ok(`DELETE "${stage.mailbox}ü"`);
  },

  'STATUS counts what is deleted': async (stage) => {
    const client = await stage.many(3);
    await client.ok('ENABLE IMAP4rev2');
    await client.ok('STORE 1:2 +FLAGS.SILENT (\\Deleted)');
    const { untagged } = await client.ok(`STATUS ${stage.mailbox} (MESSAGES DELETED SIZE)`);
    const items = pairs(dataOf(untagged, 'STATUS')[0]![2] as Plain[]);
    assert.deepEqual([items.get('MESSAGES'), items.get('DELETED')], ['3', '2']);
  },

  'a session that did not ask for it is in rev1': async (stage) => {
    const client = await stage.many(1);
    const { untagged } = await client.ok('SEARCH ALL');
    assert.deepEqual(dataOf(untagged, 'SEARCH'), [['SEARCH', '1']]);
  },
});

export const UTF8: ProtocolCases = { ...ACCEPT, ...REV2 };

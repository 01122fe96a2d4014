import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  dataOf,
  fetched,
  ImapClient,
  literal,
  type ImapReply,
} from '../../../../test/support/imap/client.ts';
import { ownImap, startTestImap } from '../../../../test/support/imap/own-server.ts';
import { Recent } from './recent.ts';

const own = ownImap();

const LETTER = literal('Subject: x\r\n\r\nx\r\n');

async function open(server = own.imap): Promise<ImapClient> {
  return ImapClient.login(server.account('alice'));
}

/** What the last of them told. */
function recentOf({ untagged }: ImapReply): string {
  return String(dataOf(untagged, 'RECENT').at(-1)?.[0]);
}

/** UIDs of the messages that are recent to a session. */
async function recents(client: ImapClient): Promise<unknown[]> {
  const { untagged } = await client.ok('UID FETCH 1:* (UID FLAGS)');
  return fetched(untagged)
    .filter(({ items }) => (items.get('FLAGS') as string[]).includes('\\Recent'))
    .map(({ items }) => items.get('UID'));
}

async function statusOf(client: ImapClient, name: string): Promise<string> {
  const { untagged } = await client.ok(`STATUS ${name} (RECENT)`);
  return JSON.stringify(dataOf(untagged, 'STATUS')[0]![2]);
}

async function isNoted(name: string): Promise<boolean> {
  const { rows } = await own.at.store.pool.query(
    'select from mailboxes where name = $1 and recent_uid = next_uid - 1',
    [name],
  );
  return rows.length === 1;
}

test('a message is recent to the session that hears of it first, and to nobody after that', async () => {
  await using one = await open();
  await using two = await open();
  await using three = await open();
  await one.ok('CREATE First');
  for (let i = 0; i < 2; i++) await one.ok('APPEND First ', LETTER);
  assert.equal(recentOf(await two.ok('EXAMINE First')), '2');
  assert.deepEqual(await recents(two), ['1', '2'], 'who only examines takes nothing away');
  assert.equal(await statusOf(three, 'First'), '["RECENT","2"]');
  assert.equal(recentOf(await one.ok('SELECT First')), '2');
  assert.equal(recentOf(await three.ok('SELECT First')), '0');
  await one.ok('APPEND First ', LETTER);
  assert.equal(recentOf(await one.ok('NOOP')), 'undefined', 'it was told before APPEND ended');
  assert.equal(recentOf(await three.ok('NOOP')), '0');
  assert.equal(await statusOf(two, 'First'), '["RECENT","0"]');
  assert.deepEqual(await recents(one), ['1', '2', '3']);
  assert.deepEqual(await recents(three), []);
  await one.ok('STORE 1 +FLAGS (\\Seen)');
  const found = async (key: string): Promise<unknown> =>
    dataOf((await one.ok(`SEARCH ${key}`)).untagged, 'SEARCH')[0];
  assert.deepEqual(await found('RECENT'), ['SEARCH', '1', '2', '3']);
  assert.deepEqual(await found('NEW'), ['SEARCH', '2', '3']);
  assert.deepEqual(await found('OLD'), ['SEARCH']);
});

test('what a session was told is remembered when it leaves, by other processes too', async () => {
  await using other = await startTestImap(own.at);
  await using one = await open();
  await one.ok('CREATE Second');
  await one.ok('SELECT Second');
  await one.ok('APPEND Second ', LETTER);
  assert.deepEqual(await recents(one), ['1']);
  await one.ok('UNSELECT');
  // nobody waits for it
  while (!(await isNoted('Second')));
  await using two = await open(other);
  assert.equal(recentOf(await two.ok('SELECT Second')), '0');
});

test('IMAP4rev2 knows of no recent messages', async () => {
  await using client = await open();
  await client.ok('ENABLE IMAP4rev2');
  await client.ok('CREATE Third');
  await client.ok('APPEND Third ', LETTER);
  assert.equal(recentOf(await client.ok('SELECT Third')), 'undefined');
  assert.deepEqual(await recents(client), []);
});

test('ranges of UIDs that follow upon each other are one', () => {
  const recent = new Recent();
  assert.equal(recent.first, Infinity);
  recent.add(5, 7);
  recent.add(8, 8);
  recent.add(20, 30);
  recent.add(31, 30);
  assert.equal(recent.first, 5);
  assert.deepEqual(
    [4, 5, 8, 9, 20, 30, 31].map((uid) => recent.has(uid)),
    [false, true, true, false, true, true, false],
  );
  assert.equal(recent.count({ uids: Uint32Array.of(1, 5, 8, 9, 25, 40, 50), count: 6 }), 3);
});

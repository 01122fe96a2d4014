/** `mail undelete`: what a mail program expunged comes back to it. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { dataOf, fetched, ImapClient, literal } from '../../support/imap/client.ts';
import {
  PASSWORD,
  startRunningServer,
  type RunningServer,
} from '../../support/program/running-server.ts';

const BOB = 'bob@example.test';

let server: RunningServer;
let client: ImapClient;

before(async () => {
  server = await startRunningServer();
  client = await ImapClient.login({
    host: '127.0.0.1',
    port: server.ports.imaps,
    tls: 'implicit',
    user: BOB,
    password: PASSWORD,
  });
  await client.ok('CREATE Letters');
  for (const subject of ['one', 'two', 'three'])
    await client.ok(
      'APPEND Letters (\\Flagged) ',
      literal(`Subject: ${subject}\r\n\r\n${subject}\r\n`),
    );
  await client.ok('SELECT Letters');
  await client.ok('STORE 1:* +FLAGS (\\Deleted)');
  await client.ok('EXPUNGE');
});

after(async () => {
  await client[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

test('what can be brought back is listed, those expunged last first', async () => {
  const listed = await server.json('mail', 'undelete', BOB);
  assert.deepEqual(
    listed.map((row) => [row['subject'], row['mailbox'], row['flags'], typeof row['expungedAt']]),
    ['three', 'two', 'one'].map((subject) => [
      subject,
      'Letters',
      ['\\Flagged', '\\Deleted'],
      'string',
    ]),
  );
  assert.match(await server.done('mail', 'undelete', BOB, '--limit', '1'), /EXPUNGED[^]*three\s*$/);
});

test('by its id one comes back, and a session that has the mailbox open sees it', async () => {
  const [, two] = await server.json('mail', 'undelete', BOB);
  const from = client.untagged.length;
  await client.idle(async () => {
    const said = await server.done('mail', 'undelete', BOB, String(two!['id']));
    assert.match(said, /^1 message was brought back\.$/m);
    await client.next('EXISTS', (one) => dataOf([one], 'EXISTS').length > 0, from);
  });
  const { untagged } = await client.ok('FETCH 1 (UID FLAGS BODY.PEEK[TEXT])');
  const items = fetched(untagged)[0]!.items;
  assert.equal(items.get('UID'), '4');
  assert.deepEqual(items.get('FLAGS'), ['\\Recent', '\\Flagged']);
  assert.equal(String(items.get('BODY[TEXT]')), 'two\r\n');
});

test('all of a time come back, and are found', async () => {
  assert.deepEqual(await server.json('mail', 'undelete', BOB, '--since', '1h'), [
    { account: BOB, undeleted: 2 },
  ]);
  const { untagged } = await client.ok('SEARCH BODY three');
  assert.deepEqual(dataOf(untagged, 'SEARCH'), [['SEARCH', '3']]);
  assert.deepEqual(await server.json('mail', 'undelete', BOB), []);
});

test('what cannot be brought back is said to be none', async () => {
  for (const id of ['99999', 'x']) {
    const refused = await server.command('mail', 'undelete', BOB, id);
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, new RegExp(`no message ${id} that can be brought back`));
  }
  const nobody = await server.command('mail', 'undelete', 'nobody@example.test');
  assert.match(nobody.stderr, /there is no account/);
});

test('how long a mailbox keeps a message is set, listed and taken back', async () => {
  assert.match(
    await server.done('mail', 'expire', BOB, 'Trash', '30d'),
    /^Trash of bob@example\.test keeps a message for 30d\.$/m,
  );
  const kept = async (): Promise<unknown[]> =>
    (await server.json('mail', 'expire', BOB))
      .filter((row) => row['expireAfter'] !== null)
      .map((row) => [row['mailbox'], row['expireAfter']]);
  assert.deepEqual(await kept(), [['Trash', 30 * 24 * 60 * 60 * 1000]]);
  assert.match(await server.done('mail', 'expire', BOB), /^Trash +\d+ +30d$/m);
  await server.done('mail', 'expire', BOB, 'Trash', 'never');
  assert.deepEqual(await kept(), []);
  for (const [mailbox, time] of [
    ['Trash', '30'],
    ['Trash', '0d'],
    ['Nowhere', '30d'],
  ] as const)
    assert.equal((await server.command('mail', 'expire', BOB, mailbox, time)).code, 2);
  assert.equal((await server.command('mail', 'expire', BOB, 'Trash')).code, 2);
});

test('undelete chooses by the whole name of a mailbox', async () => {
  await client.ok('CREATE Letters/2019');
  await client.ok('APPEND Letters/2019 (\\Deleted) ', literal('Subject: below\r\n\r\nx\r\n'));
  await client.ok('SELECT Letters/2019');
  await client.ok('EXPUNGE');
  const [below, ...others] = await server.json(
    ...'mail undelete bob@example.test --mailbox Letters/2019'.split(' '),
  );
  assert.deepEqual([below!['subject'], below!['mailbox'], others], ['below', 'Letters/2019', []]);
  assert.deepEqual(await server.json('mail', 'undelete', BOB, '--mailbox', 'Letters'), []);
});

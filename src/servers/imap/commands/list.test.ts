/** LIST by selections that look below (RFC 9051 §6.3.9.6), and names that are not written in their one form (§6.3.9.7). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dataOf, ImapClient } from '../../../../test/support/imap/client.ts';
import { ownImap } from '../../../../test/support/imap/own-server.ts';

const own = ownImap();

async function listed(client: ImapClient, command: string): Promise<string[]> {
  const { untagged } = await client.ok(command);
  return dataOf(untagged, 'LIST').map((values) => JSON.stringify(values.slice(1)));
}

test('a name above subscribed ones that is no mailbox is told as none, with what lies below it', async () => {
  await using client = await ImapClient.login(own.imap.account('alice'));
  await client.ok('SUBSCRIBE Gone/Deep/Below');
  await client.ok('CREATE There/Below');
  await client.ok('SUBSCRIBE There/Below');
  await client.ok('SUBSCRIBE There/Gone');
  assert.deepEqual(await listed(client, 'LIST (SUBSCRIBED RECURSIVEMATCH) "" ("Gone*" "There")'), [
    '[["\\\\HasChildren"],"/","There",["CHILDINFO",["SUBSCRIBED"]]]',
    '[["\\\\NonExistent","\\\\Subscribed"],"/","Gone/Deep/Below"]',
  ]);
  assert.deepEqual(await listed(client, 'LIST (SUBSCRIBED RECURSIVEMATCH) "" "Gone/%"'), [
    '[["\\\\NonExistent"],"/","Gone/Deep",["CHILDINFO",["SUBSCRIBED"]]]',
  ]);
  assert.deepEqual(await listed(client, 'LIST (SUBSCRIBED RECURSIVEMATCH) "" "Gone%"'), [
    '[["\\\\NonExistent"],"/","Gone",["CHILDINFO",["SUBSCRIBED"]]]',
  ]);
  assert.deepEqual(await listed(client, 'LIST (SUBSCRIBED) "" "Gone%"'), []);
});

test('CHILDINFO names the selections that something below meets', async () => {
  await using client = await ImapClient.login(own.imap.account('bob'));
  await client.ok('DELETE Archive');
  await client.ok('CREATE Old/Letters (USE (\\Archive))');
  const below = async (selection: string): Promise<string[]> =>
    listed(client, `LIST (${selection} RECURSIVEMATCH) "" "Ol%"`);
  assert.deepEqual(await below('SPECIAL-USE'), [
    '[["\\\\HasChildren"],"/","Old",["CHILDINFO",["SPECIAL-USE"]]]',
  ]);
  assert.deepEqual(await below('SPECIAL-USE SUBSCRIBED'), []);
  await client.ok('SUBSCRIBE Old/Letters');
  assert.deepEqual(await below('SPECIAL-USE SUBSCRIBED'), [
    '[["\\\\HasChildren"],"/","Old",["CHILDINFO",["SPECIAL-USE","SUBSCRIBED"]]]',
  ]);
});

test('who writes a name otherwise than it is kept hears how, where the client knows of that', async () => {
  await using client = await ImapClient.login(own.imap.account('alice'));
  assert.deepEqual(await listed(client, 'CREATE "e&AwE-t&AOk-"'), []);
  await client.ok('DELETE "&AOk-t&AOk-"');
  await client.ok('ENABLE IMAP4rev2');
  const [written, kept] = ['"de\u0301ja\u0300"', 'déjà'];
  const answer = (flags: string) => `[${flags},"/","${kept}",["OLDNAME",[${written}]]]`;
  assert.deepEqual(await listed(client, `CREATE ${written}`), [answer('[]')]);
  assert.deepEqual(await listed(client, `SELECT ${written}`), [answer('[]')]);
  assert.deepEqual(await listed(client, `EXAMINE "${kept}"`), [`[[],"/","${kept}"]`]);
  await client.ok('UNSELECT');
  await client.ok(`RENAME "${kept}" other`);
  assert.deepEqual(await listed(client, `RENAME other ${written}`), [answer('[]')]);
  assert.deepEqual(await listed(client, 'CREATE plain/'), []);
});

test('ENABLE tells of each capability once', async () => {
  await using client = await ImapClient.login(own.imap.account('alice'));
  const { untagged } = await client.ok('ENABLE CONDSTORE condstore NOTHING');
  assert.deepEqual(dataOf(untagged, 'ENABLED'), [['ENABLED', 'CONDSTORE']]);
});

/** GETMETADATA of all that lies below a name that is no entry itself (RFC 5464 §4.2.2). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dataOf, ImapClient } from '../../../../test/support/imap/client.ts';
import { ownImap } from '../../../../test/support/imap/own-server.ts';

const own = ownImap();

test('all private entries, and all shared ones, can be asked for at once', async () => {
  await using client = await ImapClient.login(own.imap.account('alice'));
  await client.ok('SETMETADATA INBOX (/private/comment "mine" /shared/vendor/x "ours")');
  const told = async (asked: string): Promise<unknown[]> =>
    dataOf((await client.ok(`GETMETADATA ${asked}`)).untagged, 'METADATA').map(([, , all]) => all);
  assert.deepEqual(await told('(DEPTH infinity) INBOX (/private /shared)'), [
    ['/private/comment', 'mine', '/shared/vendor/x', 'ours'],
  ]);
  assert.deepEqual(await told('(DEPTH 1) INBOX /PRIVATE'), [['/private/comment', 'mine']]);
  assert.deepEqual(await told('INBOX /private'), []);
  for (const wrong of ['/', '/other', '/private/', '/private/*'])
    await client.fails('BAD', `GETMETADATA (DEPTH infinity) INBOX "${wrong}"`);
  await client.fails('BAD', 'SETMETADATA INBOX (/private "mine")');
});

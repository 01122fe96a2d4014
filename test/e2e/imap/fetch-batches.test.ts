/** A FETCH reads messages in batches: whatever their sizes, each of them is told, and told again from memory as it was. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ImapClient, literal } from '../../support/imap/client.ts';
import { nameOf, plain } from '../../support/imap/data.ts';
import { ownImap } from '../../support/imap/own-server.ts';

const own = ownImap();

const SMALL = 20;
const LARGE = 50;
/** With line ends just under a chunk of the store. */
const LARGE_BODY = `${'x'.repeat(98)}\r\n`.repeat(2400);

test('large messages behind small ones are all told, by header and by body', async () => {
  await using client = await ImapClient.login(own.imap.account('alice'));
  await client.ok('SELECT INBOX');
  for (let i = 0; i < SMALL + LARGE; i++) {
    const body = i < SMALL ? 'small\r\n' : LARGE_BODY;
    const message = `Subject: number ${i + 1}\r\nFrom: a@example.org\r\n\r\n${body}`;
    await client.ok('APPEND INBOX ', literal(message));
  }
  const fetched = async (items: string): Promise<Map<number, string>> => {
    const { untagged } = await client.ok(`FETCH 1:* (${items})`);
    const told = new Map<number, string>();
    for (const line of untagged) {
      if (line.kind !== 'data' || nameOf(line) !== 'FETCH') continue;
      const [number, , items] = line.values;
      told.set(Number(plain(number!)), JSON.stringify(plain(items!)));
    }
    return told;
  };
  const bodies = await fetched('BODY.PEEK[]');
  assert.equal(bodies.size, SMALL + LARGE);
  const cold = await fetched('FLAGS ENVELOPE BODY.PEEK[HEADER.FIELDS (SUBJECT)]');
  assert.equal(cold.size, SMALL + LARGE);
  for (const [number, text] of cold) assert.ok(text.includes(`number ${number}`), text);
  const warm = await fetched('FLAGS ENVELOPE BODY.PEEK[HEADER.FIELDS (SUBJECT)]');
  assert.deepEqual(warm, cold);
});

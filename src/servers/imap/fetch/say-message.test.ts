import assert from 'node:assert/strict';
import { test } from 'node:test';
import { latin1, utf8 } from '#bytes';
import { BrokenResponse, ClientGone, type Link } from '#servers/imap/link';
import { Output } from '#servers/imap/output';
import type { FetchedMessage } from './message.ts';
import type { Item } from './octets.ts';
import { sayMessage } from './say-message.ts';

async function* breakingOff(error: Error): AsyncGenerator<Uint8Array> {
  yield utf8('half');
  await Promise.resolve();
  throw error;
}

test('what fails once a response was begun ends the connection: no reply may stand in a literal', async () => {
  const lost = new Error('the database went away');
  const literal = (error: Error): Item => {
    const octets = { head: 'BODY[] ', binary: false, size: 8 };
    return () => ({ ...octets, source: breakingOff(error) });
  };
  const say = async (item: Item): Promise<string> => {
    let said = '';
    const out = new Output({ writeOctets: (bytes) => (said += latin1(bytes)) });
    const link = { room: () => undefined } as unknown as Link;
    await sayMessage({ out, link }, '* 1 FETCH (', [() => 'UID 1', item], {} as FetchedMessage);
    out.flush();
    return said;
  };
  assert.equal(await say(() => 'X'), '* 1 FETCH (UID 1 X)\r\n');
  const isBroken = (error: unknown): boolean =>
    error instanceof BrokenResponse && error.cause === lost;
  await assert.rejects(say(literal(lost)), isBroken);
  await assert.rejects(
    say(() => Promise.reject(lost)),
    isBroken,
  );
  await assert.rejects(say(literal(new ClientGone())), ClientGone);
});

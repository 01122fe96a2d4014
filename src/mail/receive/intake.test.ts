import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { systemClock } from '#clock';
import { fromLatin1, latin1 } from '#bytes';
import { canonicalizeBody } from '#protocol/dkim/canonicalize-body';
import { splitHeader } from '#protocol/message/header/fields';
import type { Writer } from '#store/writer/writer';
import { Intake, MAX_HEADER, type Content } from './intake.ts';

/** Small messages wait in memory for the transaction that accepts them. */
const writer = {} as Writer;

interface Seen {
  readonly content: Content;
  /** What was read as header, undefined where nobody was told of one. */
  readonly head: string | undefined;
  readonly body: string;
  readonly ended: boolean;
}

/** @param cuts offsets at which the content arrives in another piece */
async function take(text: string, cuts: readonly number[]): Promise<Seen> {
  let head: string | undefined;
  let body = '';
  let ended = false;
  const intake = new Intake(writer, systemClock, {
    hashBody: true,
    headerRead: (octets) => {
      assert.equal(head, undefined);
      head = latin1(octets);
      return { push: (bytes) => void (body += latin1(bytes)), end: () => void (ended = true) };
    },
  });
  const places = [...new Set([0, ...cuts, text.length])].sort((a, b) => a - b);
  for (let i = 1; i < places.length; i++)
    await intake.push(fromLatin1(text.slice(places[i - 1], places[i])));
  const end = text.startsWith('\r\n') ? 2 : text.indexOf('\r\n\r\n') + 4;
  const headerSize = end < 4 && end !== 2 ? text.length : end;
  const content = await intake.finish({ headerSize, eightBit: false });
  return { content, head, body, ended };
}

const line = fc.constantFrom('', 'From: a@b.test', ' folded', 'no field', '.', 'x'.repeat(80));
const message = fc
  .array(line, { maxLength: 12 })
  .map((lines) => lines.map((text) => `${text}\r\n`).join(''));

test('header and body are parted at the first empty line, however the octets are cut', async () => {
  await fc.assert(
    fc.asyncProperty(message, fc.array(fc.nat(200), { maxLength: 6 }), async (text, places) => {
      const cuts = places.filter((place) => place < text.length);
      const { content, head, body, ended } = await take(text, cuts);
      assert.equal(`${head}${body}`, text);
      assert.equal(head, latin1(content.head));
      assert.match(head, /^(?:\r\n|(?!\r\n)[^]*?\r\n\r\n|(?![^]*\r\n\r\n)[^]*)$/);
      assert.equal(ended, true);
      assert.deepEqual(content.header, splitHeader(content.head));
    }),
  );
});

test('the hash is that of the relaxed body, and there is none where an earlier line ends the header', async () => {
  const text = 'From: a@b.test\r\n\r\nHello  world \r\n\r\n';
  const hash = createHash('sha256');
  const canonical = canonicalizeBody('relaxed', (bytes) => hash.update(bytes));
  canonical.push(fromLatin1('Hello  world \r\n\r\n'));
  canonical.end();
  const { content } = await take(text, [3, 17, 20]);
  assert.deepEqual(content.bodyHash, hash.digest());
  const broken = await take('From: a@b.test\r\nno field\r\n\r\nHello\r\n', []);
  assert.equal(broken.content.bodyHash, undefined);
});

test('what is longer than any header is body from there on', async () => {
  const text = `X: ${'x'.repeat(MAX_HEADER)}\r\n\r\n`;
  let seen: number | undefined;
  const store = { run: () => Promise.resolve([{ rows: [{ id: '1' }] }]) } as unknown as Writer;
  const intake = new Intake(store, systemClock, {
    hashBody: false,
    headerRead: (head) => {
      seen = head.length;
      return undefined;
    },
  });
  for (let at = 0; at < text.length; at += 65_536)
    await intake.push(fromLatin1(text.slice(at, at + 65_536)));
  assert.equal(seen, MAX_HEADER);
});

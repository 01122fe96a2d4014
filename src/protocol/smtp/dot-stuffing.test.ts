import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { concat, fromLatin1, latin1 } from '#bytes';
import { DotStuffer } from './dot-stuffing.ts';
import { Receiver, type ReceiverEvent } from './receiver.ts';

const LIMITS = { maxSize: 1_000_000, maxLine: 1_000_000 };

/** Content as chunks whose lines often begin with dots and whose cuts often fall within a line end. */
const contentInChunks = fc
  .array(fc.constantFrom('\r\n', '.', '..', 'a', 'text.', '\r\n.', '\r\n.\r\n'), { maxLength: 40 })
  .map((parts) => parts.join(''))
  .chain((text) =>
    fc
      .array(fc.nat(text.length), { maxLength: 8 })
      .map((cuts) => ({ text, cuts: cuts.sort(byValue) })),
  );

function byValue(a: number, b: number): number {
  return a - b;
}

function stuff(text: string, cuts: readonly number[] = []): string {
  const stuffer = new DotStuffer();
  const bytes = fromLatin1(text);
  const bounds = [0, ...cuts, bytes.length];
  const sent = bounds.slice(1).map((end, i) => stuffer.push(bytes.subarray(bounds[i], end)));
  return latin1(concat([...sent, stuffer.end()]));
}

test('a dot is added before each line that begins with one', () => {
  assert.equal(stuff('.a\r\nb.\r\n..c\r\n.\r\n'), '..a\r\nb.\r\n...c\r\n..\r\n.\r\n');
});

test('content without a last line end gets one', () => {
  assert.equal(stuff('a'), 'a\r\n.\r\n');
  assert.equal(stuff('a\r\n.'), 'a\r\n..\r\n.\r\n');
});

test('empty content is the lone dot alone', () => {
  assert.equal(stuff(''), '.\r\n');
});

test('content without leading dots is passed on without a copy', () => {
  const chunk = fromLatin1('Subject: x\r\n\r\na.b\r\n');
  assert.equal(new DotStuffer().push(chunk), chunk);
});

test('cuts within line ends change nothing', () => {
  fc.assert(
    fc.property(contentInChunks, ({ text, cuts }) => {
      assert.equal(stuff(text, cuts), stuff(text));
    }),
    { numRuns: 300 },
  );
});

test('what was stuffed holds the end of DATA once, at its end', () => {
  fc.assert(
    fc.property(contentInChunks, ({ text, cuts }) => {
      const sent = `\r\n${stuff(text, cuts)}`;
      assert.equal(sent.indexOf('\r\n.\r\n'), sent.length - 5);
    }),
    { numRuns: 300 },
  );
});

test('the receiver reads back what was stuffed', () => {
  fc.assert(
    fc.property(contentInChunks, ({ text, cuts }) => {
      const receiver = new Receiver();
      receiver.startData(LIMITS);
      receiver.push(fromLatin1(stuff(text, cuts)));
      const pieces: Uint8Array[] = [];
      let event: ReceiverEvent | undefined;
      while ((event = receiver.next())?.kind === 'content') pieces.push(event.bytes);
      const whole = text === '' || text.endsWith('\r\n') ? text : `${text}\r\n`;
      assert.equal(latin1(concat(pieces)), whole);
      assert.ok(event?.kind === 'content-end' && event.defect === undefined);
      assert.equal(receiver.pending, 0);
    }),
    { numRuns: 300 },
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { concat, fromLatin1, latin1 } from '#bytes';
import type { ContentDefect, ContentFacts } from './content-scan.ts';
import { Receiver, type ReceiverEvent } from './receiver.ts';

const RECEIVER = { commandLine: 64, authLine: 200, discard: 4000 };
const CONTENT = { maxSize: 2000, maxLine: 1200 };

/**
 * What a session of the simplest kind sees: DATA, BDAT, AUTH and SKIP switch the receiver as in SMTP. Pieces of
 * content are joined, and left out where the content is refused.
 */
function session(chunks: readonly Uint8Array[]): unknown[] {
  const receiver = new Receiver(RECEIVER);
  const seen: unknown[] = [];
  let content: Uint8Array[] = [];
  for (const chunk of chunks) {
    receiver.push(chunk);
    for (let event = receiver.next(); event !== undefined; event = receiver.next()) {
      if (event.kind === 'content') {
        assert.ok(event.bytes.length > 0);
        content.push(event.bytes);
        continue;
      }
      seen.push(shown(event, content));
      if (event.kind === 'content-end') content = [];
      if (event.kind === 'line') obey(receiver, latin1(event.line));
    }
  }
  return [...seen, receiver.closed ? 'closed' : receiver.pending];
}

function shown(event: ReceiverEvent, content: readonly Uint8Array[]): unknown {
  if (event.kind === 'line' || event.kind === 'auth-line')
    return { kind: event.kind, line: latin1(event.line) };
  if (event.kind !== 'content-end') return event;
  return event.defect === undefined ? { ...event, content: latin1(concat(content)) } : event;
}

function obey(receiver: Receiver, line: string): void {
  const [verb, size, last] = line.split(' ');
  if (verb === 'DATA') receiver.startData(CONTENT);
  else if (verb === 'AUTH') receiver.startAuth();
  else if (verb === 'RSET') receiver.dropContent();
  else if (verb === 'BDAT') receiver.startBdat(Number(size), last === 'LAST', CONTENT);
  else if (verb === 'SKIP') receiver.startDiscard(Number(size));
}

/** The bytes cut at these offsets; offsets beyond the end are taken modulo the length. */
function cutAt(bytes: Uint8Array, offsets: readonly number[]): Uint8Array[] {
  const cuts = offsets.map((offset) => offset % (bytes.length + 1)).sort((a, b) => a - b);
  const bounds = [0, ...cuts, bytes.length];
  return bounds.slice(1).map((end, i) => bytes.subarray(bounds[i], end));
}

function events(text: string): unknown[] {
  return session([fromLatin1(text)]);
}

function facts(over: Partial<ContentFacts>): ContentFacts {
  const none = { size: 0, headerSize: 0, eightBit: false, longestLine: 0, endsWithCrlf: true };
  return { ...none, ...over };
}

/** The defect of content sent by DATA, and the line that follows it. */
function defectOf(content: string): [ContentDefect | undefined, unknown] {
  const [, end, after] = events(`DATA\r\n${content}\r\n.\r\nNOOP\r\n`);
  assert.ok(typeof end === 'object' && end !== null && 'defect' in end);
  return [end.defect as ContentDefect | undefined, after];
}

const NOOP = { kind: 'line', line: 'NOOP' };

test('pipelined commands come one by one', () => {
  assert.deepEqual(events('EHLO a\r\nNOOP\r\n\r\nQU'), [
    { kind: 'line', line: 'EHLO a' },
    NOOP,
    { kind: 'line', line: '' },
    2,
  ]);
});

test('octets pipelined after STARTTLS are still pending when its line is read', () => {
  const receiver = new Receiver();
  receiver.push(fromLatin1('STARTTLS\r\nRCPT'));
  assert.equal(receiver.next()?.kind, 'line');
  assert.equal(receiver.pending, 4);
  assert.equal(receiver.next(), undefined);
  assert.equal(receiver.pending, 4);
});

test('a line that ends with a bare LF is the last thing read', () => {
  assert.deepEqual(events('NOOP\nNOOP\r\n'), [{ kind: 'bare-lf' }, 'closed']);
  assert.deepEqual(events('\n'), [{ kind: 'bare-lf' }, 'closed']);
});

test('a bare CR stays within its line, for the parser to refuse', () => {
  assert.deepEqual(events('NOOP\rNOOP\r\r\n'), [{ kind: 'line', line: 'NOOP\rNOOP\r' }, 0]);
});

test('a line at the limit is read, a longer one is reported once', () => {
  const fits = 'a'.repeat(62);
  assert.deepEqual(events(`${fits}\r\n${fits}a\r\n${fits.repeat(9)}\r\nNOOP\r\n`), [
    { kind: 'line', line: fits },
    { kind: 'line-too-long', limit: 64 },
    { kind: 'line-too-long', limit: 64 },
    NOOP,
    0,
  ]);
});

test('an AUTH command may have the length of an AUTH line', () => {
  const fits = `auth ${'a'.repeat(193)}`;
  assert.deepEqual(events(`${fits}\r\n${fits}a\r\n`), [
    { kind: 'line', line: fits },
    { kind: 'line-too-long', limit: 200 },
    0,
  ]);
});

test('after an AUTH line commands come again', () => {
  assert.deepEqual(events(`AUTH X\r\n${'b'.repeat(198)}\r\nNOOP\r\n`), [
    { kind: 'line', line: 'AUTH X' },
    { kind: 'auth-line', line: 'b'.repeat(198) },
    NOOP,
    0,
  ]);
});

test('a line without end is given up at the discard limit', () => {
  assert.deepEqual(events('a'.repeat(4001)), [{ kind: 'runaway' }, 'closed']);
});

test('a TLS handshake is told from a command', () => {
  assert.deepEqual(events('\x16\x03\x01\x02\x00'), [{ kind: 'tls-handshake' }, 'closed']);
  assert.deepEqual(events('a\x16\r\n'), [{ kind: 'line', line: 'a\x16' }, 0]);
});

test('DATA is unstuffed and ends at the lone dot', () => {
  const content = 'A: b\r\n\r\n.x\r\n.\r\n..\r\nend.\r\n';
  const end = {
    kind: 'content-end',
    facts: facts({ size: content.length, headerSize: 8, longestLine: 4 }),
    defect: undefined,
    content,
  };
  assert.deepEqual(events('DATA\r\nA: b\r\n\r\n..x\r\n..\r\n...\r\nend.\r\n.\r\nNOOP\r\n'), [
    { kind: 'line', line: 'DATA' },
    end,
    NOOP,
    0,
  ]);
});

test('a line that begins with one dot and goes on loses the dot', () => {
  const [, end] = events('DATA\r\n.a\r\n.\r\n');
  assert.equal((end as { content: string }).content, 'a\r\n');
});

test('DATA may be empty', () => {
  const [, end] = events('DATA\r\n.\r\n');
  const expected = {
    kind: 'content-end',
    facts: facts({ endsWithCrlf: false }),
    defect: undefined,
  };
  assert.deepEqual(end, { ...expected, content: '' });
});

test('bare line endings and NUL condemn the content and do not end it', () => {
  for (const bare of ['a\rb', 'a\nb', '\n', '\r', '.\n', 'a\r\r\nb', '\n.\n', '.\rQUIT'])
    assert.deepEqual(defectOf(bare), ['bare-line-ending', NOOP], JSON.stringify(bare));
  assert.deepEqual(defectOf('a\0b'), ['nul', NOOP]);
  assert.deepEqual(defectOf('\0\n'), ['bare-line-ending', NOOP]);
});

test('content at the limits is accepted, beyond them refused', () => {
  const line = `${'a'.repeat(98)}\r\n`;
  assert.deepEqual(defectOf(line.repeat(20).slice(0, -2)), [undefined, NOOP]);
  assert.deepEqual(defectOf(line.repeat(20)), ['too-large', NOOP]);
  assert.deepEqual(defectOf('a'.repeat(1200)), [undefined, NOOP]);
  assert.deepEqual(defectOf('a'.repeat(1201)), ['line-too-long', NOOP]);
});

test('content without end is given up at the discard limit', () => {
  assert.deepEqual(events(`DATA\r\n${'a'.repeat(6001)}`), [
    { kind: 'line', line: 'DATA' },
    { kind: 'runaway' },
    'closed',
  ]);
});

test('the longest line, 8-bit octets and the end of the header are told', () => {
  const text = `A: b\r\n\r\n${'x'.repeat(1000)}\xe9\r\n`;
  const [, end] = events(`DATA\r\n${text}.\r\n`);
  assert.deepEqual(
    (end as { facts: ContentFacts }).facts,
    facts({ size: text.length, headerSize: 8, eightBit: true, longestLine: 1001 }),
  );
});

test('BDAT chunks are read by count, dots and command words among them', () => {
  assert.deepEqual(events('BDAT 5\r\n.\r\n.\rBDAT 9 LAST\r\n\nQUIT\r\n.\rNOOP\r\n'), [
    { kind: 'line', line: 'BDAT 5' },
    { kind: 'chunk-end', size: 5 },
    { kind: 'line', line: 'BDAT 9 LAST' },
    {
      kind: 'content-end',
      facts: facts({ size: 14, headerSize: 14, longestLine: 4, endsWithCrlf: false }),
      defect: 'bare-line-ending',
    },
    NOOP,
    0,
  ]);
});

test('a CRLF may be cut by a BDAT chunk, and the content may lack its last one', () => {
  const [, , , end] = events('BDAT 4\r\nA:b\rBDAT 4 LAST\r\n\n\r\nx');
  const expected = facts({ size: 8, headerSize: 7, longestLine: 3, endsWithCrlf: false });
  assert.deepEqual(end, {
    kind: 'content-end',
    facts: expected,
    defect: undefined,
    content: 'A:b\r\n\r\nx',
  });
});

test('an empty last BDAT chunk ends the message', () => {
  const seen = events('BDAT 3\r\na\r\nBDAT 0 LAST\r\nNOOP\r\n');
  assert.equal((seen[3] as { content: string }).content, 'a\r\n');
  assert.deepEqual(seen.slice(4), [NOOP, 0]);
});

test('after a reset the BDAT chunks before it are forgotten', () => {
  const seen = events('BDAT 3\r\na\0cRSET\r\nBDAT 3 LAST\r\nd\r\n');
  const end = { kind: 'content-end', facts: facts({ size: 3, headerSize: 3, longestLine: 1 }) };
  assert.deepEqual(seen[4], { ...end, defect: undefined, content: 'd\r\n' });
});

test('a refused BDAT chunk is skipped whatever it holds', () => {
  assert.deepEqual(events('SKIP 6\r\n\n\r\n.\r\nNOOP\r\nSKIP 0\r\n'), [
    { kind: 'line', line: 'SKIP 6' },
    { kind: 'discarded' },
    NOOP,
    { kind: 'line', line: 'SKIP 0' },
    { kind: 'discarded' },
    0,
  ]);
});

test('a mode cannot start within another one', () => {
  const receiver = new Receiver();
  receiver.startData(CONTENT);
  assert.throws(() => receiver.startAuth());
});

test('content in one chunk is handed out without a copy', () => {
  const chunk = Buffer.from('A: b\r\n\r\nbody\r\n.\r\n');
  const receiver = new Receiver();
  receiver.startData(CONTENT);
  receiver.push(chunk);
  const event = receiver.next();
  assert.ok(event?.kind === 'content' && event.bytes.buffer === chunk.buffer);
});

test('single octets are gathered into pieces of at least 1 KB', () => {
  const receiver = new Receiver();
  receiver.startData({ maxSize: 20_000, maxLine: 20_000 });
  const sizes: number[] = [];
  for (const octet of Buffer.from(`${'a\r\n..'.repeat(3000)}\r\n.\r\n`)) {
    receiver.push(Uint8Array.of(octet));
    for (let event = receiver.next(); event?.kind === 'content'; event = receiver.next())
      sizes.push(event.bytes.length);
  }
  assert.ok(sizes.length > 2 && sizes.slice(0, -1).every((size) => size >= 1024), sizes.join());
});

const lines = fc.constantFrom(
  'NOOP\r\n',
  'DATA\r\n',
  'AUTH X\r\n',
  'RSET\r\n',
  'a'.repeat(63),
  'AUTH ',
);
const counted = fc
  .record({ verb: fc.constantFrom('BDAT', 'SKIP'), size: fc.nat(40), last: fc.boolean() })
  .map(({ verb, size, last }) => `${verb} ${size}${last ? ' LAST' : ''}\r\n`);
const octets = fc.constantFrom('\r', '\n', '.', '\0', '\x16', 'a', '\xe9', ' ', '\t', 'text');
const ends = fc.constantFrom('\r\n', '\r\n.\r\n', '\r\n..', '.\r\n', 'b'.repeat(500));
const streams = fc
  .array(fc.oneof(lines, counted, octets, ends), { maxLength: 60 })
  .map((parts) => fromLatin1(parts.join('')));

test('how the octets are cut into chunks never changes the events', () => {
  fc.assert(
    fc.property(streams, fc.array(fc.nat(), { maxLength: 30 }), (stream, cuts) => {
      assert.deepEqual(session(cutAt(stream, cuts)), session([stream]));
    }),
    { numRuns: 1500 },
  );
});

test('octet by octet gives the same events', () => {
  fc.assert(
    fc.property(streams, (stream) => {
      const single = Array.from(stream, (octet) => Uint8Array.of(octet));
      assert.deepEqual(session(single), session([stream]));
    }),
    { numRuns: 500 },
  );
});

/** DATA read the plain way, line by line, as a second opinion: undefined where the content is refused. */
function plainReading(
  data: string,
): { readonly content: string; readonly rest: string } | undefined {
  const end = `\r\n${data}`.indexOf('\r\n.\r\n');
  const content = data.slice(0, end).replaceAll(/(^|\r\n)\./g, '$1');
  const refused = /\0|\r(?!\n)|(?<!\r)\n/.test(data.slice(0, end));
  return refused ? undefined : { content, rest: data.slice(end + 3) };
}

test('DATA reads as a plain line-by-line reading of the same octets does', () => {
  const parts = fc.array(fc.oneof(octets, ends), { maxLength: 40 });
  fc.assert(
    fc.property(parts, fc.array(fc.nat(), { maxLength: 10 }), (parts, cuts) => {
      const data = `${parts.join('')}\r\n.\r\n`;
      const receiver = new Receiver();
      receiver.startData({ maxSize: 1e6, maxLine: 1e6 });
      const pieces: Uint8Array[] = [];
      let end: ReceiverEvent | undefined;
      for (const chunk of cutAt(fromLatin1(data), cuts)) {
        receiver.push(chunk);
        if (end !== undefined) continue;
        while ((end = receiver.next())?.kind === 'content') pieces.push(end.bytes);
      }
      assert.ok(end?.kind === 'content-end');
      const expected = plainReading(data);
      assert.equal(end.defect === undefined, expected !== undefined);
      if (expected === undefined) return;
      assert.equal(latin1(concat(pieces)), expected.content);
      assert.equal(receiver.pending, expected.rest.length);
    }),
    { numRuns: 1000 },
  );
});

/**
 * The false ends of data that the public smuggling scanners try (smtp-smuggling/SOURCE.md), sent in the middle of
 * DATA and of BDAT content, with every way to cut the octets around them into chunks: none ends the message, and
 * each makes the whole message refused.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fromLatin1, latin1 } from '#bytes';
import { Receiver } from '#protocol/smtp/receiver';

interface Sequence {
  readonly hex: string;
  readonly text: string;
  readonly must_end_data: boolean;
}

const CASES = 12;
const file = new URL('./smtp-smuggling/end-of-data-sequences.json', import.meta.url);
const sequences = JSON.parse(readFileSync(file, 'utf8')) as Sequence[];

const LIMITS = { maxSize: 100_000, maxLine: 10_000 };
const HEAD = 'Subject: x\r\n\r\nfirst';
const SMUGGLED = 'MAIL FROM:<evil@example.com>\r\nRCPT TO:<b@example.test>\r\nDATA\r\nforged';

test(`the suite has its ${CASES} sequences`, () => {
  assert.equal(sequences.length, CASES);
  assert.ok(sequences.every((sequence) => !sequence.must_end_data));
});

for (const { hex, text } of sequences) {
  const content = `${HEAD}${Buffer.from(hex, 'hex').toString('latin1')}${SMUGGLED}`;

  test(`${text} in DATA never ends the message, which is refused`, () => {
    eachCut(`${content}\r\n.\r\nNOOP\r\n`, (receiver) => receiver.startData(LIMITS));
  });

  test(`${text} in BDAT content never ends the message, which is refused`, () => {
    const start = (receiver: Receiver) => receiver.startBdat(content.length, true, LIMITS);
    eachCut(`${content}NOOP\r\n`, start);
  });
}

/** Runs the octets in one chunk, octet by octet, and cut at every pair of offsets around the sequence. */
function eachCut(stream: string, start: (receiver: Receiver) => void): void {
  const bytes = fromLatin1(stream);
  assertRefusedWhole([bytes], start);
  assertRefusedWhole(
    Array.from(bytes, (octet) => Uint8Array.of(octet)),
    start,
  );
  const near = HEAD.length + 12;
  for (let first = HEAD.length - 2; first < near; first++)
    for (let second = first; second < near; second++) {
      const chunks = [bytes.subarray(0, first), bytes.subarray(first, second), bytes.subarray(second)];
      assertRefusedWhole(chunks, start);
    }
}

/** One message comes, refused, and after it the one command that truly follows it. */
function assertRefusedWhole(chunks: readonly Uint8Array[], start: (receiver: Receiver) => void): void {
  const receiver = new Receiver();
  start(receiver);
  const seen: string[] = [];
  for (const chunk of chunks) {
    receiver.push(chunk);
    for (let event = receiver.next(); event !== undefined; event = receiver.next()) {
      if (event.kind === 'content-end') seen.push(`refused: ${event.defect !== undefined}`);
      else if (event.kind === 'line') seen.push(latin1(event.line));
      else if (event.kind !== 'content') seen.push(event.kind);
    }
  }
  assert.deepEqual(seen, ['refused: true', 'NOOP']);
  assert.equal(receiver.pending, 0);
}

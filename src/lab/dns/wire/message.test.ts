import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode, encode } from 'dns-packet';
import fc from 'fast-check';
import { PLAIN, decodeMessage, encodeMessage, questionOf } from './message.ts';
import type { Message, WireRecord } from './message.ts';

const record = fc.record({
  name: fc.constantFrom('', 'test', 'example.test', 'www.example.test'),
  type: fc.constantFrom(16, 1, 65_400),
  ttl: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  rdata: fc.uint8Array({ maxLength: 30 }).map((octets) => Buffer.from(octets)),
});
const section = fc
  .array(record, { maxLength: 4 })
  .map((records) => records.map(({ name, type, ttl, rdata }) => ({ name, type, ttl, rdata })));

test('a message comes back as it was written', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 65_535 }),
      fc.boolean(),
      section,
      section,
      section,
      (id, flag, answers, authorities, additionals) => {
        const message: Message = {
          ...PLAIN,
          id,
          response: true,
          authoritative: flag,
          recursionAvailable: !flag,
          authenticData: flag,
          rcode: flag ? 16 : 3,
          question: questionOf('example.test', 16),
          answers,
          authorities,
          additionals,
          edns: { payload: 1232, version: 0, dnssecOk: flag, error: { code: 9, text: 'why' } },
        };
        const read = decodeMessage(encodeMessage(message))!;
        const plain = (records: readonly WireRecord[]) =>
          records.map((one) => ({ ...one, rdata: Buffer.from(one.rdata) }));
        assert.deepEqual(
          {
            ...read,
            question: undefined,
            answers: plain(read.answers),
            authorities: plain(read.authorities),
            additionals: plain(read.additionals),
          },
          { ...message, question: undefined },
        );
        assert.equal(read.question?.name, 'example.test');
      },
    ),
  );
});

test('dns-packet reads what we write, and we read what it writes', () => {
  const rdata = Uint8Array.of(127, 20, 25, 25);
  const ours = encodeMessage({
    ...PLAIN,
    id: 7,
    response: true,
    authoritative: true,
    question: questionOf('www.example.test', 1),
    answers: [{ name: 'www.example.test', type: 1, ttl: 60, rdata }],
  });
  const { answers, flag_aa: authoritative } = decode(Buffer.from(ours)) as ReturnType<
    typeof decode
  > & { flag_aa: boolean };
  assert.equal(authoritative, true);
  assert.deepEqual(
    answers?.map((one) => [one.name, one.type, (one as { data: unknown }).data]),
    [['www.example.test', 'A', '127.20.25.25']],
  );
  const theirs = encode({
    type: 'query',
    id: 9,
    flags: 0x0100,
    questions: [{ type: 'MX', name: 'Example.test' }],
  });
  const read = decodeMessage(theirs);
  assert.deepEqual(
    [read?.id, read?.recursionDesired, read?.question?.name, read?.question?.type],
    [9, true, 'example.test', 15],
  );
});

test('names in data that point into the message are read whole', () => {
  const question = questionOf('example.test', 15);
  const head = encodeMessage({ ...PLAIN, id: 1, response: true, question });
  head[7] = 1;
  // owner: the question's name; data: preference 10, then «mail» and a pointer
  const tail = Uint8Array.of(
    0xc0,
    12,
    0,
    15,
    0,
    1,
    0,
    0,
    0,
    60,
    0,
    9,
    0,
    10,
    4,
    109,
    97,
    105,
    108,
    0xc0,
    12,
  );
  const read = decodeMessage(Buffer.concat([head, tail]));
  assert.equal(
    Buffer.from(read!.answers[0]!.rdata).toString('latin1', 2),
    '\u0004mail\u0007example\u0004test\u0000',
  );
});

test('no octets make the reader throw, and a cut message is malformed', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (octets) => {
      decodeMessage(octets);
    }),
    { numRuns: 2_000 },
  );
  const whole = encodeMessage({
    ...PLAIN,
    id: 1,
    question: questionOf('a.test', 1),
    answers: [{ name: 'b.test', type: 1, ttl: 1, rdata: Uint8Array.of(1, 2, 3, 4) }],
  });
  for (let length = 0; length < whole.length; length++)
    assert.equal(decodeMessage(whole.subarray(0, length)), undefined);
});

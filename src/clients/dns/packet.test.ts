import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode, encode } from 'dns-packet';
import type { Answer, OptAnswer } from 'dns-packet';
import * as fc from 'fast-check';
import { packetRecord, parseRecordText } from '../../../test/support/dns/record-text.ts';
import { computedFor } from '../../../test/support/time/cpu-time.ts';
import { TYPE_CODES, answersId, decodeResponse, encodeQuery } from './packet.ts';
import type { Response } from './packet.ts';
import type { RecordType } from '#protocol/dns/resolver';

const QUESTION = { name: 'example.test', type: 'MX' } as const;

function responseTo(
  name: string,
  type: RecordType,
  answers: Answer[],
  authorities: Answer[] = [],
): Buffer {
  return encode({
    type: 'response',
    id: 7,
    questions: [{ name, type, class: 'IN' }],
    answers,
    authorities,
  });
}

function read(bytes: Uint8Array, name: string, type: RecordType): Response {
  const response = decodeResponse(bytes, { name, type });
  assert.ok(typeof response === 'object', `the response is ${JSON.stringify(response)}`);
  return response;
}

test('a query asks for recursion, AD and DO with a payload of 1232 octets', () => {
  const bytes = encodeQuery(0xabcd, QUESTION);
  const query = decode(Buffer.from(bytes));
  assert.equal(query.id, 0xabcd);
  assert.deepEqual(
    query.questions?.map(({ name, type, class: klass }) => [name, type, klass]),
    [['example.test', 'MX', 'IN']],
  );
  assert.equal(query.flag_rd && query.flag_ad && !query.flag_cd && !query.flag_qr, true);
  const opt = query.additionals?.[0] as OptAnswer;
  assert.equal(opt.udpPayloadSize, 1232);
  assert.equal(opt.flag_do, true);
});

/** One text for each type; IPv6 in the spelling that the codec gives back. */
const SAMPLES: Record<RecordType, string> = {
  A: '192.0.2.1',
  AAAA: '2001:db8::1',
  CNAME: 'target.example.test',
  NS: 'ns.example.test',
  PTR: 'host.example.test',
  MX: '10 mx1.example.test',
  TXT: 'v=spf1 mx -all',
  SOA: 'ns.example.test root.example.test 2026112401 7200 3600 1209600 300',
  SRV: '0 5 443 host.example.test',
  CAA: '128 issue ca.example.test',
  DS: '60485 5 1 2bb183af5f22588179a53b0a98631fad1a292118',
  TLSA: '3 1 1 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef',
};

for (const [type, text] of Object.entries(SAMPLES) as [RecordType, string][]) {
  test(`${type} records come out as they were declared`, () => {
    const data = parseRecordText(type, text);
    const response = read(
      responseTo('example.test', type, [packetRecord('Example.Test', type, 60, data)]),
      'example.test',
      type,
    );
    assert.deepEqual(response.answers, [{ kind: 'data', name: 'example.test', ttl: 60, data }]);
  });
}

test('the type codes are those of the codec', () => {
  for (const [type, code] of Object.entries(TYPE_CODES) as [RecordType, number][]) {
    const query = encodeQuery(1, { name: 'a.test', type });
    assert.equal((query[20]! << 8) | query[21]!, code, type);
  }
});

test('the character-strings of a TXT record keep every octet', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 255 }), { minLength: 1, maxLength: 4 }),
      (strings) => {
        const texts = strings.map((octets) => Buffer.from(octets).toString('latin1'));
        const bytes = responseTo('t.test', 'TXT', [packetRecord('t.test', 'TXT', 1, texts)]);
        const [record] = read(bytes, 't.test', 'TXT').answers;
        assert.deepEqual(record?.kind === 'data' && record.data, texts);
      },
    ),
    { numRuns: 100 },
  );
});

test('aliases on the way are told from the records asked for', () => {
  const bytes = responseTo('a.test', 'A', [
    packetRecord('a.test', 'CNAME', 30, 'b.test'),
    packetRecord('b.test', 'A', 60, '192.0.2.1'),
  ]);
  assert.deepEqual(read(bytes, 'a.test', 'A').answers, [
    { kind: 'alias', name: 'a.test', ttl: 30, target: 'b.test' },
    { kind: 'data', name: 'b.test', ttl: 60, data: '192.0.2.1' },
  ]);
});

test('signatures among the records are passed over', () => {
  const rrsig: Answer = {
    type: 'RRSIG',
    name: 'a.test',
    ttl: 60,
    data: {
      typeCovered: 'A',
      algorithm: 13,
      labels: 2,
      originalTTL: 60,
      expiration: 1,
      inception: 1,
      keyTag: 1,
      signersName: 'test',
      signature: Buffer.alloc(64),
    },
  };
  const bytes = responseTo('a.test', 'A', [packetRecord('a.test', 'A', 60, '192.0.2.1'), rrsig]);
  assert.equal(read(bytes, 'a.test', 'A').answers.length, 1);
});

test('the SOA record of the authority section is found', () => {
  const soa = parseRecordText('SOA', 'ns.test root.test 1 2 3 4 77');
  const bytes = responseTo('a.test', 'A', [], [packetRecord('test', 'SOA', 88, soa)]);
  assert.deepEqual(read(bytes, 'a.test', 'A').soa, { ttl: 88, data: soa });
});

test('a TTL with its highest bit set counts as zero', () => {
  const bytes = responseTo('a.test', 'A', [packetRecord('a.test', 'A', 0x80000001, '192.0.2.1')]);
  assert.equal(read(bytes, 'a.test', 'A').answers[0]?.ttl, 0);
});

test('a response to another question is a mismatch', () => {
  const bytes = responseTo('example.test', 'MX', []);
  assert.equal(decodeResponse(bytes, { name: 'example.test', type: 'A' }), 'mismatch');
  assert.equal(decodeResponse(bytes, { name: 'other.test', type: 'MX' }), 'mismatch');
  assert.equal(typeof decodeResponse(bytes, QUESTION), 'object');
});

test('a refusal without a question section is read', () => {
  const bytes = Buffer.from('000780050000000000000000', 'hex');
  const response = decodeResponse(bytes, QUESTION);
  assert.equal(typeof response === 'object' && response.rcode, 5);
  const success = Buffer.from('000780000000000000000000', 'hex');
  assert.equal(decodeResponse(success, QUESTION), 'mismatch');
});

test('only a response header with the id answers a query', () => {
  const bytes = responseTo('a.test', 'A', []);
  assert.equal(answersId(bytes, 7), true);
  assert.equal(answersId(bytes, 8), false);
  assert.equal(answersId(bytes.subarray(0, 11), 7), false);
  assert.equal(answersId(encodeQuery(7, QUESTION), 7), false);
});

/** The header and question of a response with `count` answers, followed by `records`. */
function withAnswers(count: number, records: string): Buffer {
  const head = responseTo('a.test', 'A', []);
  head.writeUInt16BE(count, 6);
  return Buffer.concat([head, Buffer.from(records.replaceAll(' ', ''), 'hex')]);
}

const HOSTILE: readonly [string, Buffer][] = [
  ['a count of 65535 without records', withAnswers(65_535, '')],
  ['a name that points at itself', withAnswers(1, 'c018 0001 0001 0000003c 0004 c0000201')],
  ['a name that points forward', withAnswers(1, 'c0ff 0001 0001 0000003c 0004 c0000201')],
  ['a label of an unknown kind', withAnswers(1, '41 0001 0001 0000003c 0004 c0000201')],
  ['a label that leads out of the packet', withAnswers(1, '3f61')],
  ['data that leads out of the packet', withAnswers(1, 'c00c 0001 0001 0000003c 0005 c0000201')],
  ['an address of three octets', withAnswers(1, 'c00c 0001 0001 0000003c 0003 c00002')],
  ['an address of five octets', withAnswers(1, 'c00c 0001 0001 0000003c 0005 c000020101')],
  ['an empty address', withAnswers(1, 'c00c 0001 0001 0000003c 0000')],
  ['a CNAME longer than its data', withAnswers(1, 'c00c 0005 0001 0000003c 0001 c00c')],
  [
    'more records than any honest answer has',
    withAnswers(513, 'c00c 0001 0001 0000003c 0004 c0000201 '.repeat(513)),
  ],
];

for (const [what, bytes] of HOSTILE) {
  test(`a response with ${what} is malformed`, () => {
    assert.equal(decodeResponse(bytes, { name: 'a.test', type: 'A' }), 'malformed');
  });
}

test('any octets after the header and any change of one octet are read without throwing', () => {
  const good = responseTo(
    'a.test',
    'A',
    [packetRecord('a.test', 'CNAME', 1, 'b.test'), packetRecord('b.test', 'A', 1, '192.0.2.1')],
    [packetRecord('test', 'SOA', 1, parseRecordText('SOA', 'a b 1 2 3 4 5'))],
  );
  const question = { name: 'a.test', type: 'A' } as const;
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), (octets) => {
      decodeResponse(octets, question);
      decodeResponse(Buffer.concat([good.subarray(0, 24), octets]), question);
    }),
    { numRuns: 300 },
  );
  for (let at = 0; at < good.length; at++) {
    decodeResponse(good.subarray(0, at), question);
    for (const value of [0, 0x3f, 0x40, 0xc0, 0xff]) {
      const changed = Buffer.from(good);
      changed[at] = value;
      decodeResponse(changed, question);
    }
  }
});

test('a chain of thousands of pointers in every record takes no time', () => {
  const chain = Buffer.alloc(16_000);
  const start = 24;
  for (let at = 0; at + 2 <= chain.length; at += 2) {
    chain.writeUInt16BE(0xc000 | (at === 0 ? 12 : start + 12 + at - 2), at);
  }
  const carrier = Buffer.concat([Buffer.from('c00c00100001000000000000', 'hex'), chain]);
  carrier.writeUInt16BE(chain.length, 10);
  const pointer = (0xc000 | (start + 12 + 15_998)).toString(16);
  const record = Buffer.from(`${pointer}000100010000003c0004c0000201`, 'hex');
  const bytes = Buffer.concat([
    responseTo('a.test', 'A', []),
    carrier,
    ...Array<Buffer>(512).fill(record),
  ]);
  bytes.writeUInt16BE(513, 6);
  const began = computedFor();
  assert.equal(read(bytes, 'a.test', 'A').answers.at(-1)?.name, 'a.test');
  assert.ok(computedFor() - began < 1_000);
});

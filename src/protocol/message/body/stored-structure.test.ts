import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { fromLatin1, storable } from '#bytes';
import type { EnvelopeAddress } from '#protocol/message/structure';
import type { EmbeddedMessage, Part } from '#protocol/message/structure';
import { parseStructure } from './parse-structure.ts';
import {
  formatStructure,
  parseStoredStructure,
  STRUCTURE_VERSION,
  StructureDamaged,
} from './stored-structure.ts';

const MESSAGE = fromLatin1(
  [
    'From: A <a@b.test>',
    'Sender: S <s@b.test>',
    'To: g: x@y;',
    'Subject: \xe9"\\',
    'Content-Type: multipart/mixed; boundary=b',
    '',
    '--b',
    'Content-Disposition: attachment; filename="a\x01.txt"',
    'Content-Language: en, de',
    'Content-ID: <i@d>',
    '',
    'text',
    '--b',
    'Content-Type: message/rfc822',
    '',
    'From: c@d.test',
    '',
    'inner',
    '--b--',
  ].join('\r\n'),
);

test('a structure is small text that the store takes', () => {
  const text = formatStructure(parseStructure(fromLatin1('Subject: x\r\n\r\nbody\r\n')));
  assert.equal(
    text,
    '[1,[null,"x",null,null,[],0,0,[],[],[]],[0,14,20,1,"text","plain",0,["charset","us-ascii"]]]',
  );
  const odd = formatStructure(parseStructure(MESSAGE));
  assert.equal(storable(odd), odd);
});

test('what is stored is read back, lists that are one list included', () => {
  const structure = parseStructure(MESSAGE);
  const read = parseStoredStructure(formatStructure(structure));
  assert.deepEqual(read, structure);
  assert.equal(read.envelope.replyTo, read.envelope.from);
  assert.notEqual(read.envelope.sender, read.envelope.from);
});

const octets = fc.string({
  unit: fc.constantFrom('a', '"', '\\', '\x01', '\xff', ' '),
  maxLength: 5,
});
const nstring = fc.option(octets);
const address = fc.tuple(nstring, nstring, nstring, nstring) as fc.Arbitrary<EnvelopeAddress>;
const list = fc.array(address, { maxLength: 3 });
const params = fc.array(fc.tuple(octets, octets), { maxLength: 2 });
const envelope = fc.record(
  {
    date: nstring,
    subject: nstring,
    from: list,
    sender: list,
    replyTo: list,
    to: list,
    cc: list,
    bcc: list,
    inReplyTo: nstring,
    messageId: nstring,
  },
  { noNullPrototype: true },
);
const base = {
  type: octets,
  subtype: octets,
  params,
  encoding: fc.oneof(fc.constant('7bit'), octets),
  headerStart: fc.nat(),
  bodyStart: fc.nat(),
  bodyEnd: fc.nat(),
  lines: fc.nat(),
};
const { message } = fc.letrec<{ part: Part; message: EmbeddedMessage }>((tie) => ({
  part: fc.record(
    {
      ...base,
      children: fc.array(tie('part'), { maxLength: 2 }),
      message: fc.oneof({ maxDepth: 2 }, tie('message')),
      disposition: fc.record({ type: octets, params }, { noNullPrototype: true }),
      id: octets,
      description: octets,
      md5: octets,
      language: fc.array(octets, { maxLength: 2 }),
      location: octets,
    },
    { requiredKeys: Object.keys(base) as (keyof typeof base)[], noNullPrototype: true },
  ) as fc.Arbitrary<Part>,
  message: fc.record({ envelope, part: tie('part') }, { noNullPrototype: true }),
}));

test('every structure is read back as it was', () => {
  fc.assert(
    fc.property(message, (structure) => {
      assert.deepEqual(parseStoredStructure(formatStructure(structure)), structure);
    }),
  );
});

test('text of another version, or none of ours, is damaged', () => {
  const text = formatStructure(parseStructure(MESSAGE));
  assert.ok(text.startsWith(`[${STRUCTURE_VERSION},`));
  for (const damaged of [
    '',
    '[',
    'null',
    '{}',
    '[]',
    '[1]',
    '[1,[],[]]',
    text.replace('[1', '[0'),
    text.slice(0, -1),
  ])
    assert.throws(() => parseStoredStructure(damaged), StructureDamaged);
  const deep = `[${STRUCTURE_VERSION},${JSON.stringify(Array<null>(4).fill(null)).slice(0, -1)},[],[],[],[],[],[]],${'[0,0,0,0,"a","b",0,0,['.repeat(1_000)}${']]'.repeat(1_000)}]`;
  assert.throws(() => parseStoredStructure(deep), StructureDamaged);
});

test('damage of any kind is damage or another structure, never another error', () => {
  const text = formatStructure(parseStructure(MESSAGE));
  fc.assert(
    fc.property(fc.nat(text.length), fc.nat(8), fc.string({ maxLength: 3 }), (at, cut, put) => {
      try {
        const read = parseStoredStructure(text.slice(0, at) + put + text.slice(at + cut));
        formatStructure(read);
      } catch (error) {
        assert.ok(error instanceof StructureDamaged);
      }
    }),
    { numRuns: 3_000 },
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { concat, fromLatin1 } from '#bytes';
import { readProxyHeader, type ProxyHeader } from './proxy-header.ts';

const line = (text: string): ProxyHeader => readProxyHeader(fromLatin1(text));

test('version 1 names the client of TCP4 and TCP6, and what follows is not its', () => {
  const header = 'PROXY TCP4 192.0.2.7 198.51.100.1 51000 25\r\n';
  assert.deepEqual(line(`${header}EHLO x\r\n`), {
    kind: 'header',
    length: header.length,
    client: { address: '192.0.2.7', port: 51_000 },
  });
  const six = line('PROXY TCP6 2001:db8::7 2001:db8::1 65535 25\r\n');
  assert.ok(six.kind === 'header');
  assert.deepEqual(six.client, { address: '2001:db8::7', port: 65_535 });
});

test('version 1 UNKNOWN is a header without a client, whatever follows the word', () => {
  for (const text of ['PROXY UNKNOWN\r\n', 'PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n'])
    assert.deepEqual(line(text), { kind: 'header', length: text.length, client: undefined });
});

for (const text of [
  'PROXY TCP4 192.0.2.7 198.51.100.1 51000\r\n',
  'PROXY TCP4 192.0.2.7 198.51.100.1 51000 25 \r\n',
  'PROXY TCP4  192.0.2.7 198.51.100.1 51000 25\r\n',
  'PROXY TCP4 192.0.2.256 198.51.100.1 51000 25\r\n',
  'PROXY TCP4 2001:db8::7 2001:db8::1 51000 25\r\n',
  'PROXY TCP6 192.0.2.7 198.51.100.1 51000 25\r\n',
  'PROXY TCP4 192.0.2.7 198.51.100.1 65536 25\r\n',
  'PROXY TCP4 192.0.2.7 198.51.100.1 051 25\r\n',
  'PROXY UDP4 192.0.2.7 198.51.100.1 51000 25\r\n',
  'PROXY \r\n',
])
  test(`version 1 refuses ${JSON.stringify(text)}`, () => {
    assert.deepEqual(line(text), { kind: 'malformed', reason: 'bad-address' });
  });

test('version 1 ends within 107 octets or is refused', () => {
  const fits = `PROXY UNKNOWN ${'x'.repeat(91)}\r\n`;
  assert.equal(fits.length, 107);
  assert.equal(line(fits).kind, 'header');
  assert.deepEqual(line(`PROXY UNKNOWN ${'x'.repeat(92)}\r\n`), {
    kind: 'malformed',
    reason: 'too-long',
  });
});

const SIGNATURE = fromLatin1('\r\n\r\n\0\r\nQUIT\n');

/** Version 2, PROXY command over TCP, unless told otherwise. */
function binary(
  family: number,
  body: readonly number[],
  { versionAndCommand = 0x21, transport = 1, length = body.length } = {},
): Uint8Array {
  const head = [versionAndCommand, (family << 4) | transport, length >> 8, length & 0xff];
  return concat([SIGNATURE, Uint8Array.from([...head, ...body])]);
}

const IPV4 = [192, 0, 2, 7, 198, 51, 100, 1, 0xc7, 0x38, 0, 25];
// 2001:db8::7, 2001:db8::1, 51000, 25
const IPV6 = [
  ...Buffer.from('20010db800000000000000000000000720010db8000000000000000000000001c7380019', 'hex'),
];

test('version 2 names the client of IPv4 and IPv6, past any TLVs', () => {
  const tlvs = [0x04, 0, 1, 0, 0xee, 0, 0];
  assert.deepEqual(readProxyHeader(binary(1, [...IPV4, ...tlvs])), {
    kind: 'header',
    length: 16 + IPV4.length + tlvs.length,
    client: { address: '192.0.2.7', port: 51_000 },
  });
  assert.deepEqual(readProxyHeader(binary(2, IPV6)), {
    kind: 'header',
    length: 16 + IPV6.length,
    client: { address: '2001:db8::7', port: 51_000 },
  });
});

test('version 2 LOCAL, UNSPEC and unix sockets have no client', () => {
  const unix = Array.from({ length: 216 }, () => 0x2f);
  for (const octets of [
    binary(1, IPV4, { versionAndCommand: 0x20 }),
    binary(0, [], { versionAndCommand: 0x20, transport: 0 }),
    binary(0, [1, 2, 3], { transport: 0 }),
    binary(3, unix),
  ])
    assert.deepEqual(readProxyHeader(octets), {
      kind: 'header',
      length: octets.length,
      client: undefined,
    });
});

for (const [what, octets, reason] of [
  ['another version', binary(1, IPV4, { versionAndCommand: 0x11 }), 'bad-version'],
  ['another command', binary(1, IPV4, { versionAndCommand: 0x22 }), 'bad-command'],
  ['another family', binary(4, IPV4), 'bad-address'],
  ['another transport', binary(1, IPV4, { transport: 3 }), 'bad-address'],
  ['half an address', binary(2, IPV4), 'short-address'],
  ['half a TLV', binary(1, [...IPV4, 4, 0]), 'bad-tlv'],
  ['a TLV beyond the end', binary(1, [...IPV4, 4, 0, 2, 0]), 'bad-tlv'],
  ['more than the limit', binary(1, IPV4, { length: 5000 }), 'too-long'],
] as const)
  test(`version 2 refuses ${what}`, () => {
    assert.deepEqual(readProxyHeader(octets), { kind: 'malformed', reason });
  });

test('what is no header is refused at its first octet that differs', () => {
  assert.deepEqual(line('EHLO client.example\r\n'), { kind: 'malformed', reason: 'no-signature' });
  assert.deepEqual(line('\r\n\r\nQ'), { kind: 'malformed', reason: 'no-signature' });
  assert.deepEqual(line('PROXX'), { kind: 'malformed', reason: 'no-signature' });
});

test('each beginning of a header is incomplete, whatever comes after the whole is not looked at', () => {
  for (const header of [
    fromLatin1('PROXY TCP4 192.0.2.7 198.51.100.1 51000 25\r\n'),
    binary(1, [...IPV4, 4, 0, 1, 0]),
    binary(2, IPV6),
  ]) {
    for (let end = 0; end < header.length; end++)
      assert.deepEqual(readProxyHeader(header.subarray(0, end)), { kind: 'incomplete' });
    const more = readProxyHeader(concat([header, fromLatin1('EHLO x\r\n')]));
    assert.deepEqual(more, readProxyHeader(header));
  }
});

test('random octets never throw, and a header found lies within them', () => {
  const noise = fc.uint8Array({ maxLength: 300 });
  const withSignature = noise.map((octets) => concat([SIGNATURE, Uint8Array.of(0x21), octets]));
  fc.assert(
    fc.property(fc.oneof(noise, withSignature), (octets) => {
      const read = readProxyHeader(octets);
      assert.ok(read.kind !== 'header' || read.length <= octets.length);
    }),
  );
});

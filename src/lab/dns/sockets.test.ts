import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { freeLabPrefix } from '../../../test/support/lab/network.ts';
import { responseTo } from './authority.ts';
import { openDnsHost } from './sockets.ts';
import type { Handler } from './sockets.ts';
import { PLAIN, decodeMessage, encodeMessage, questionOf, u16 } from './wire/message.ts';
import type { Message } from './wire/message.ts';

/** Answers with a text of so many octets as the name's first label says. */
const sized: Handler = (query) => {
  const size = Number(query.question!.name.split('.', 1)[0]);
  const rdata = Buffer.alloc(size);
  return responseTo(query, { answers: [{ name: query.question!.name, type: 16, ttl: 1, rdata }] });
};

const query = (name: string, rest: Partial<Message> = {}) =>
  encodeMessage({ ...PLAIN, id: 4711, question: questionOf(name, 16), ...rest });

async function overUdp(address: string, octets: Uint8Array): Promise<Message | undefined> {
  const socket = createSocket('udp4');
  socket.connect(5353, address);
  await once(socket, 'connect');
  socket.send(octets);
  const [datagram] = (await once(socket, 'message')) as [Buffer];
  socket.close();
  return decodeMessage(datagram);
}

async function openSized() {
  return openDnsHost(`${await freeLabPrefix()}.0.9`, 5353, sized);
}

test('what does not fit into a datagram comes empty and cut: 512 octets, or what EDNS allows up to 1232', async () => {
  await using host = await openSized();
  const edns = (payload: number) => ({ edns: { payload, version: 0, dnssecOk: false } });
  for (const [name, rest, cut] of [
    ['400.test', {}, false],
    ['500.test', {}, true],
    ['500.test', edns(1_000), false],
    ['1000.test', edns(1_000), true],
    ['1000.test', edns(4_096), false],
    ['1300.test', edns(4_096), true],
    ['500.test', edns(100), true],
  ] as const) {
    const response = await overUdp(host.address, query(name, rest));
    assert.deepEqual(
      [response?.truncated, response?.answers.length],
      [cut, cut ? 0 : 1],
      `${name} ${JSON.stringify(rest)}`,
    );
  }
});

test('over TCP several queries are answered on one connection, however they are cut', async () => {
  await using host = await openSized();
  const socket = connect(5353, host.address);
  const queries = ['2000.test', '3.test', '60000.test'].map((name) => query(name));
  const stream = Buffer.concat(queries.flatMap((octets) => [u16(octets.length), octets]));
  for (const octet of stream) socket.write(Uint8Array.of(octet));
  const sizes: number[] = [];
  let received = Buffer.alloc(0);
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    received = Buffer.concat([received, chunk]);
    while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
      const end = 2 + received.readUInt16BE(0);
      sizes.push(decodeMessage(received.subarray(2, end))!.answers[0]!.rdata.length);
      received = received.subarray(end);
    }
    if (sizes.length === 3) break;
  }
  assert.deepEqual(sizes, [2_000, 3, 60_000]);
});

test('what is longer than any message is a failure of the server', async () => {
  await using host = await openSized();
  const response = await overUdp(host.address, query('65530.test'));
  assert.equal(response?.rcode, 2);
});

test('a response, and what is no message, get no answer; a broken query gets FORMERR', async () => {
  await using host = await openSized();
  const socket = createSocket('udp4');
  socket.connect(5353, host.address);
  await once(socket, 'connect');
  socket.send(Uint8Array.of(1, 2, 3));
  socket.send(query('1.test', { response: true, id: 1 }));
  // two questions
  const broken = query('1.test', { id: 2 });
  broken[5] = 2;
  socket.send(broken);
  const [datagram] = (await once(socket, 'message')) as [Buffer];
  socket.close();
  assert.deepEqual([...datagram.subarray(0, 4)], [0, 2, 0x80, 1]);
  assert.equal(datagram.length, 12);
});

test('a query that is too long ends its connection, and an address in use is an error', async () => {
  await using host = await openSized();
  const socket = connect(5353, host.address);
  socket.on('error', () => {});
  socket.write(Buffer.alloc(10_000, 0xff));
  await once(socket, 'close');
  await assert.rejects(openDnsHost(host.address, 5353, sized), { code: 'EADDRINUSE' });
});

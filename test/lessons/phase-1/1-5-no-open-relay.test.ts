import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { tryToRelay, TRICKS } from '#lab/mallory/relay-try';
import { openClassroom, typeLines, type Classroom } from '../../support/lab/lesson-world.ts';

let room: Classroom;
before(async () => {
  room = await openClassroom();
});
after(() => room[Symbol.asyncDispose]());

const PLAIN = [
  'EHLO localhost',
  'MAIL FROM:<m@mallory.test>',
  'RCPT TO:<victim@bigmail.test>',
  'QUIT',
];

test('1.5: mallory tries every trick from her own address and gets nowhere', async () => {
  await room.start('1.5');
  const report = await room.tools['mallory-relay'].run();
  assert.match(report.greeting, /^220 /);
  assert.equal(report.tries.length, Object.keys(TRICKS).length);
  assert.deepEqual(
    report.tries.filter(({ taken }) => taken),
    [],
  );
  assert.match(report.tries.find(({ trick }) => trick === 'plain')!.reply, /^550 5\.7\.1 /);
  const verdict = await room.check('1.5');
  assert.deepEqual(verdict.missing, []);
  assert.ok(verdict.passed);
});

test('1.5: a try of the learner’s own proves nothing, and is told so', async () => {
  await room.start('1.5');
  const replies = await typeLines(room.ports.smtp, PLAIN);
  assert.match(replies[3]![0]!, /^550 5\.7\.1 /);
  const verdict = await room.calls.check.run({ lesson: '1.5', lang: 'en' });
  assert.ok('missing' in verdict);
  assert.deepEqual(
    verdict.missing.map(({ key, why }) => [key, why?.slice(0, 30)]),
    [
      ['refused', 'A relay was refused, but to yo'],
      ['tricks', undefined],
      ['nothing', undefined],
    ],
  );
});

test('1.5: the plain try alone, from mallory’s address, leaves the tricks untried', async () => {
  await room.start('1.5');
  const socket = connect({
    port: room.ports.smtp,
    host: '127.0.0.1',
    localAddress: room.world.network.addressOf('relay.mallory.test'),
  });
  const said: string[] = [];
  socket.setEncoding('utf8').on('data', (text: string) => {
    said.push(text);
    const next = PLAIN[said.length - 1];
    if (next !== undefined) socket.write(`${next}\r\n`);
  });
  await once(socket, 'close');
  const verdict = await room.check('1.5');
  assert.deepEqual(verdict.seen, ['refused']);
});

test('Mallory’s report of a server that is not there is empty', async () => {
  const { network } = room.world;
  const report = await tryToRelay({
    dialer: network.dialer,
    address: network.addressOf('mx.grey.test'),
    port: 25,
    localAddress: network.addressOf('relay.mallory.test'),
    domain: 'grey.test',
    hostname: 'mx.grey.test',
    monotonic: () => 0,
  });
  assert.deepEqual(report.tries, []);
});

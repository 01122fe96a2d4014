/** How a session ends: the last reply arrives, and the server waits for nobody. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import {
  openTestStore,
  startTestSmtp,
  type TestStore,
} from '../../../test/support/smtp/own-server.ts';

let at: TestStore;
before(async () => {
  at = await openTestStore();
});
after(() => at[Symbol.asyncDispose]());

/** Sends at once, keeps its own side open, and gives all that came until the server's end. */
async function said(port: number, text: string): Promise<string> {
  const socket = connect({ port, allowHalfOpen: true });
  let heard = '';
  socket.setEncoding('latin1').on('data', (part: string) => (heard += part));
  await once(socket, 'data');
  socket.write(text, 'latin1');
  await once(socket, 'end');
  socket.destroy();
  return heard;
}

test('after QUIT nothing is waited for: the place is free while the client keeps its side open', async () => {
  await using smtp = await startTestSmtp(at, { connections: { total: 1, perAddress: 1 } });
  const first = connect({ port: smtp.ports.smtp, allowHalfOpen: true });
  first.setEncoding('latin1');
  await once(first, 'data');
  first.write('QUIT\r\n');
  const [bye] = (await once(first, 'data')) as [string];
  assert.match(bye, /^221 /);
  const second = connect({ port: smtp.ports.smtp });
  second.setEncoding('latin1');
  const [greeting] = (await once(second, 'data')) as [string];
  assert.match(greeting, /^220 /);
  first.destroy();
  second.destroy();
});

test('commands behind QUIT are not carried out, and the replies before them arrive', async () => {
  await using smtp = await startTestSmtp(at, {});
  const behind = 'NOOP\r\n'.repeat(50);
  const heard = await said(smtp.ports.smtp, `EHLO client.example\r\nQUIT\r\n${behind}`);
  assert.match(heard, /\r\n221 [^\r]*\r\n$/);
});

test('a client that ends its side after its last command reads the reply to it', async () => {
  await using smtp = await startTestSmtp(at, {});
  const socket = connect({ port: smtp.ports.smtp, allowHalfOpen: true });
  let heard = '';
  socket.setEncoding('latin1').on('data', (part: string) => (heard += part));
  await once(socket, 'data');
  socket.end('EHLO client.example\r\nNOOP\r\n');
  await once(socket, 'end');
  assert.match(heard, /250 [^\r]*\r\n$/);
});

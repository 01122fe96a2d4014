import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { test } from 'node:test';
import { bindDoor, type Door } from './door.ts';

async function connect(door: Door): Promise<Socket> {
  const socket = createConnection({ host: '127.0.0.1', port: door.port });
  await once(socket, 'connect');
  return socket;
}

/** Says hello to whoever comes. */
function greet(socket: Socket): void {
  socket.on('error', () => {});
  socket.end('hello');
}

async function words(socket: Socket): Promise<string> {
  let text = '';
  for await (const part of socket.setEncoding('utf8')) text += String(part);
  return text;
}

test('who comes before the server is up waits in the door and is served then', async () => {
  const door = await bindDoor('127.0.0.1', 0);
  const early = await connect(door);
  door.open(greet);
  assert.equal(await words(early), 'hello');
  assert.equal(await words(await connect(door)), 'hello');
  door.close();
});

test('nothing that is said in the door is read before the server is up', async () => {
  const door = await bindDoor('127.0.0.1', 0);
  const early = await connect(door);
  early.write('first words');
  const { promise, resolve } = Promise.withResolvers<string>();
  door.open((socket) => {
    socket.once('data', (bytes) => {
      resolve(String(bytes));
      socket.end();
    });
    socket.resume();
  });
  assert.equal(await promise, 'first words');
  early.destroy();
  door.close();
});

test('who went before being served keeps nobody else from being served', async () => {
  const door = await bindDoor('127.0.0.1', 0);
  const gone = await connect(door);
  const stays = await connect(door);
  gone.resetAndDestroy();
  await once(gone, 'close');
  door.open(greet);
  assert.equal(await words(stays), 'hello');
  door.close();
});

test('a closed door refuses who comes and cuts who waits', async () => {
  const door = await bindDoor('127.0.0.1', 0);
  const waiting = await connect(door);
  waiting.on('error', () => {});
  const closed = once(waiting, 'close');
  door.close();
  await closed;
  const late = createConnection({ host: '127.0.0.1', port: door.port });
  const [error] = (await once(late, 'error')) as [NodeJS.ErrnoException];
  assert.equal(error.code, 'ECONNREFUSED');
});

test('a port that another has is told', async () => {
  const door = await bindDoor('127.0.0.1', 0);
  await assert.rejects(bindDoor('127.0.0.1', door.port), { code: 'EADDRINUSE' });
  door.close();
});

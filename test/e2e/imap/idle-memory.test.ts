/**
 * What a connection costs that does nothing, as the server's own memory in a process of its own: plain ones that were
 * greeted (nobody logs in without TLS), and ones under TLS with a mailbox selected, in IDLE.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import {
  eventually,
  PASSWORD,
  startRunningServer,
  type RunningServer,
} from '../../support/program/running-server.ts';

const PLAIN = 2000;
const SECURE = 500;
const WARM = 100;
const COLLECT_GARBAGE = [
  path.join(import.meta.dirname, '../../support/program/collect-garbage.ts'),
  path.join(import.meta.dirname, 'say-collected.ts'),
];
const AT_ONCE = 25;
/** What there is to reach is 20 and 60 KB; half as much again is left to what the allocator keeps. */
const MOST_PLAIN = 30;
const MOST_SECURE = 90;

test('thousands of idle connections cost little memory each', async (context) => {
  const env = { HIKYAKU_LIMITS_IMAP_CONNECTIONS_PER_ADDRESS: String(PLAIN + SECURE + 2 * WARM) };
  await using server = await startRunningServer({ env, preload: COLLECT_GARBAGE });
  const { ports } = server;
  const sockets: Socket[] = [];
  using _sockets = { [Symbol.dispose]: () => void sockets.map((socket) => socket.destroy()) };
  const costOf = async (open: () => Promise<Socket>, count: number): Promise<number> => {
    sockets.push(...(await several(open, WARM)));
    const before = await settled(server);
    sockets.push(...(await several(open, count)));
    return ((await settled(server)) - before) / count;
  };
  const plain = await costOf(() => greeted(ports.imap), PLAIN);
  const user = 'alice@example.test';
  const secure = await costOf(() => idling(ports.imaps, user), SECURE);
  const costs = `${plain.toFixed(1)} KB plain, ${secure.toFixed(1)} KB under TLS`;
  assert.ok(plain < MOST_PLAIN && secure < MOST_SECURE, costs);
  context.diagnostic(costs);
});

async function several(open: () => Promise<Socket>, count: number): Promise<Socket[]> {
  const sockets: Socket[] = [];
  while (sockets.length < count)
    sockets.push(...(await Promise.all(Array.from({ length: AT_ONCE }, open))));
  return sockets;
}

async function greeted(port: number): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port });
  await said(socket, '* OK');
  return socket;
}

async function idling(port: number, user: string): Promise<Socket> {
  const socket = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false });
  await said(socket, '* OK');
  socket.write(`a LOGIN ${user} ${PASSWORD}\r\nb SELECT INBOX\r\nc IDLE\r\n`);
  await said(socket, '+ ');
  return socket;
}

/** Reads until a line begins so. */
async function said(socket: Socket, begin: string): Promise<void> {
  for (let text = ''; !`\n${text}`.includes(`\n${begin}`);) {
    const [part] = (await once(socket, 'data')) as [Buffer];
    text += part.toString('latin1');
  }
}

/** Kilobytes that are the process's own, without garbage: the least of some looks. */
async function settled(server: RunningServer): Promise<number> {
  let least = Infinity;
  const collections = async (): Promise<number> =>
    (await server.log()).split('garbage collected').length;
  for (let i = 0; i < 4; i++) {
    const before = await collections();
    server.signal('SIGUSR2');
    await eventually('garbage is collected', async () => (await collections()) > before);
    // what the allocator gives back after that
    await delay(300);
    const rollup = readFileSync(`/proc/${server.pid}/smaps_rollup`, 'utf8');
    least = Math.min(least, Number(/^Pss:\s+(\d+) kB/m.exec(rollup)![1]));
  }
  return least;
}

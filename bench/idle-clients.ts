/**
 * Opens IMAP connections that do nothing, and holds them until its standard input ends: plain ones that were greeted, or ones under TLS
 * that are logged in, have INBOX selected and are in IDLE.
 *
 *   bin/node bench/idle-clients.ts --port 2993 --count 5000 --tls --first 1 --accounts 20 --password-file FILE
 *
 * A process of its own, so that its memory is told apart from the server's. Prints a line once all are open. They come from fifty
 * loopback addresses from 127.0.0.FIRST on, so that neither ports nor the server's limit for an address run out.
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { parseArgs } from 'node:util';

const AT_ONCE = 25;
const ADDRESSES = 50;

const { values } = parseArgs({
  options: {
    port: { type: 'string' },
    count: { type: 'string' },
    tls: { type: 'boolean', default: false },
    first: { type: 'string', default: '1' },
    accounts: { type: 'string', default: '1' },
    'password-file': { type: 'string' },
  },
});
const port = Number(values.port);
const count = Number(values.count);
const accounts = Number(values.accounts);

let opened = 0;

async function openOne(): Promise<Socket> {
  const number = opened++;
  const localAddress = `127.0.0.${Number(values.first) + (number % ADDRESSES)}`;
  const socket = connect({ host: '127.0.0.1', port, localAddress });
  if (!values.tls) return answered(socket, '* OK');
  const secure = connectTls({ socket, rejectUnauthorized: false });
  await answered(secure, '* OK');
  const password = readFileSync(values['password-file']!, 'utf8').trim();
  const user = `idle${number % accounts}@example.test`;
  secure.write(`a LOGIN ${user} "${password}"\r\nb SELECT INBOX\r\nc IDLE\r\n`);
  return answered(secure, '+ ');
}

/** Reads until a line begins so. */
async function answered(socket: Socket, begin: string): Promise<Socket> {
  let text = '';
  while (!`\n${text}`.includes(`\n${begin}`)) {
    const [part] = (await once(socket, 'data')) as [Buffer];
    text += part.toString('latin1');
  }
  return socket;
}

const sockets: Socket[] = [];
await Promise.all(
  Array.from({ length: AT_ONCE }, async () => {
    while (opened < count) sockets.push(await openOne());
  }),
);
const gone = sockets.filter((socket) => socket.destroyed).length;
console.log(JSON.stringify({ open: sockets.length - gone }));
process.stdin.resume().once('end', () => process.exit(0));

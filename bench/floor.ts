/**
 * The least program that could stand in a row: it takes mail as our server does (Node.js, one process, batches into
 * PostgreSQL, 250 after the commit) and does nothing else. No limit, no judgement, no mailbox, no event, no retry; a
 * command is known by its first four letters. What it reaches is the most that a server on these two can.
 *
 *   DATABASE_URL=… bin/node bench/floor.ts store
 *   DATABASE_URL=… bin/node bench/floor.ts relay PORT CERTIFICATE KEY
 *
 * `relay` also takes STARTTLS and any AUTH, signs with RSA-2048 and Ed25519 in the thread pool, and hands each message
 * to that port of the loopback over connections that it keeps. Prints the port on which it listens.
 */
import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { TLSSocket, createSecureContext } from 'node:tls';
import { promisify } from 'node:util';
import { Client } from 'pg';

interface Message {
  readonly from: string;
  readonly to: string;
  readonly content: Buffer;
  readonly stored: () => void;
}

const END = '\r\n.\r\n';
const NEXT_HOPS = 20;
const [mode, sinkPort, certificateFile, keyFile] = process.argv.slice(2);
const relays = mode === 'relay';
const secureContext = relays
  ? createSecureContext({ cert: readFileSync(certificateFile!), key: readFileSync(keyFile!) })
  : undefined;
const keys: readonly KeyObject[] = [
  generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
  generateKeyPairSync('ed25519').privateKey,
];
const signInPool = promisify<string | undefined, Buffer, KeyObject, Buffer>(sign);

const database = new Client({ connectionString: process.env['DATABASE_URL'] });
const waiting: Message[] = [];
let isStoring = false;

const due: { readonly id: string; readonly message: Message }[] = [];
const idle: NextHop[] = [];
let finished: string[] = [];

function take(message: Message): void {
  waiting.push(message);
  if (!isStoring) setImmediate(() => void store());
}

/** Whoever came during one commit shares the next. */
async function store(): Promise<void> {
  if (isStoring) return;
  isStoring = true;
  while (waiting.length > 0 || finished.length > 0) {
    const batch = waiting.splice(0);
    const gone = finished;
    finished = [];
    const contents = relays ? await Promise.all(batch.map(signed)) : batch.map((m) => m.content);
    const { rows } = await database.query<{ id: string }>({
      name: 'store',
      text: `with gone as (delete from floor where id = any($5::bigint[]))
        insert into floor (sender, recipient, digest, content)
        select * from unnest($1::text[], $2::text[], $3::bytea[], $4::bytea[]) returning id`,
      values: [
        batch.map((m) => m.from),
        batch.map((m) => m.to),
        contents.map((content) => createHash('sha256').update(content).digest()),
        contents,
        gone,
      ],
    });
    for (const [at, message] of batch.entries()) {
      message.stored();
      if (relays) relay(rows[at]!.id, { ...message, content: contents[at]! });
    }
  }
  isStoring = false;
}

async function signed({ content }: Message): Promise<Buffer> {
  const digest = createHash('sha256').update(content).digest();
  const [rsa, ed25519] = await Promise.all([
    signInPool('sha256', digest, keys[0]!),
    signInPool(undefined, digest, keys[1]!),
  ]);
  const field = `DKIM-Signature: b=${rsa.toString('base64')}\r\nDKIM-Signature: b=${ed25519.toString('base64')}\r\n`;
  return Buffer.concat([Buffer.from(field, 'latin1'), content]);
}

function relay(id: string, message: Message): void {
  due.push({ id, message });
  idle.pop()?.next();
}

/** Envelope and DATA in one write, then the content; the next message once it is taken (RFC 2920). */
class NextHop {
  readonly #socket: Socket;
  #replies = 0;
  #current: { readonly id: string; readonly message: Message } | undefined;

  constructor(port: number) {
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.#socket.on('data', (bytes) => this.#read(bytes));
  }

  /** It is idle once the other side has answered. */
  greet(): void {
    this.#socket.write('EHLO floor.example.test\r\n');
  }

  next(): void {
    this.#current = due.shift();
    if (this.#current === undefined) return void idle.push(this);
    const { from, to } = this.#current.message;
    this.#replies = 0;
    this.#socket.write(`MAIL FROM:<${from}>\r\nRCPT TO:<${to}>\r\nDATA\r\n`, 'latin1');
  }

  #read(bytes: Buffer): void {
    if (this.#current === undefined) {
      // the greeting, then the reply to EHLO
      if (bytes.includes('250 ')) this.next();
      return;
    }
    for (const octet of bytes) if (octet === 0x0a) this.#replies++;
    if (this.#replies === 3) {
      this.#replies++;
      return void this.#socket.write(this.#current.message.content);
    }
    if (this.#replies !== 5) return;
    finished.push(this.#current.id);
    if (!isStoring) setImmediate(() => void store());
    this.next();
  }
}

function serve(socket: Socket): void {
  let [from, to] = ['', ''];
  let content: Buffer[] | undefined;
  let tail = '';
  const reply = (text: string): void => void socket.write(text, 'latin1');
  const replies: Record<string, () => void> = {
    EHLO: () => reply('250-floor\r\n250-STARTTLS\r\n250-AUTH PLAIN\r\n250 SIZE 50000000\r\n'),
    STARTTLS: () => {
      reply('220 2.0.0 go on\r\n');
      socket.removeAllListeners('data');
      serve(new TLSSocket(socket, { isServer: true, secureContext }));
    },
    DATA: () => {
      content = [];
      tail = '';
      reply('354 go on\r\n');
    },
    QUIT: () => void socket.end('221 2.0.0 bye\r\n'),
  };
  socket.on('error', () => socket.destroy());
  socket.on('data', (bytes) => {
    if (content !== undefined) {
      content.push(bytes);
      // the end may lie across two reads
      tail = (tail + bytes.toString('latin1', Math.max(0, bytes.length - END.length))).slice(
        -END.length,
      );
      if (tail !== END) return;
      take({
        from,
        to,
        content: Buffer.concat(content),
        stored: () => reply('250 2.0.0 stored\r\n'),
      });
      content = undefined;
      return;
    }
    const line = bytes.toString('latin1').trimEnd();
    if (line.startsWith('MAIL')) from = line.slice(line.indexOf('<') + 1, -1);
    if (line.startsWith('RCPT')) to = line.slice(line.indexOf('<') + 1, -1);
    const answer = replies[line] ?? replies[line.slice(0, 4)];
    if (answer === undefined) reply('250 2.0.0 ok\r\n');
    else answer();
  });
}

await database.connect();
await database.query(`create table floor (id bigint generated always as identity primary key,
  sender text, recipient text, digest bytea, content bytea)`);
if (relays) for (let count = 0; count < NEXT_HOPS; count++) new NextHop(Number(sinkPort)).greet();
const server = createServer({ noDelay: true }, (socket) => {
  socket.write('220 floor.example.test ESMTP\r\n', 'latin1');
  serve(socket);
});
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
process.once('SIGTERM', () => process.exit(0));

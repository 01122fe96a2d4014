/**
 * The client of the chaos run, a process of its own that nobody kills: many connections that send messages without
 * end, each written into the ledger before it is sent and once it was answered. A connection that is lost is opened
 * again; a message is never sent twice, so that a second copy of one is the server's doing.
 *
 *   bin/node test/chaos/client.ts JSON        (ClientOptions)
 *
 * On standard input it takes `status` and `stop`, each answered by a JSON line (ClientStatus). After `stop` every
 * connection finishes its message. The end of standard input ends it at once.
 */
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { Ledger, type ClientLine } from './ledger.ts';
import { AUTHOR, composeLetter, type Letter } from './letter.ts';
import { Random } from './random.ts';
import { Lost, Wire, type Reply } from '../support/smtp/wire.ts';

export interface ClientOptions {
  readonly ledger: string;
  readonly seed: number;
  readonly password: string;
  readonly connections: readonly Target[];
}

export interface Target {
  readonly port: number;
  readonly via: 'mx' | 'submission';
  readonly tls: 'none' | 'starttls' | 'implicit';
}

export interface ClientStatus {
  /** Transactions whose MAIL was sent and whose last reply has not come. */
  readonly inFlight: number;
  readonly tried: number;
  readonly acknowledged: number;
}

const options = JSON.parse(process.argv[2]!) as ClientOptions;
const ledger = await Ledger.open<ClientLine>(options.ledger);
const status = { inFlight: 0, tried: 0, acknowledged: 0 };
const state = { stopping: false };

/** A session pauses in the middle of what it does, so that a fault finds transactions at every step. */
const DAWDLE = 120;

async function converse(target: Target, number: number): Promise<void> {
  const random = new Random(options.seed * 1000 + number);
  for (let count = 0; !state.stopping;) {
    let wire: Wire | undefined;
    try {
      wire = await open(target);
      for (let rest = random.between(1, 40); rest > 0 && !state.stopping; rest--) {
        const letter = composeLetter(random, `${options.seed}-${number}-${++count}`, target.via);
        if (!(await send(wire, letter, target, random))) break;
      }
      if (random.chance(0.5)) await wire.command('QUIT');
    } catch (error) {
      if (!(error instanceof Lost)) throw error;
      await delay(random.between(20, 250));
    }
    wire?.drop();
  }
}

async function open(target: Target): Promise<Wire> {
  const wire = await Wire.open(target.port, target.tls === 'implicit');
  await expect(wire, 'EHLO client.test', 250);
  if (target.tls === 'starttls') {
    await expect(wire, 'STARTTLS', 220);
    await wire.startTls();
    await expect(wire, 'EHLO client.test', 250);
  }
  if (target.via === 'submission') {
    const secret = Buffer.from(`\0${AUTHOR}\0${options.password}`).toString('base64');
    await expect(wire, `AUTH PLAIN ${secret}`, 235);
  }
  return wire;
}

async function expect(wire: Wire, command: string, code: number): Promise<void> {
  const reply = await wire.command(command);
  if (reply.code === code) return;
  wire.drop();
  throw new Lost(`${command.slice(0, 10)}: ${reply.text}`);
}

/** One message; whether the connection may go on. */
async function send(wire: Wire, letter: Letter, target: Target, random: Random): Promise<boolean> {
  const { id, to, sha256 } = letter;
  await ledger.write({ kind: 'tried', id, via: target.via, to, sha256 });
  status.tried++;
  status.inFlight++;
  let reply: Reply;
  try {
    reply = await transact(wire, letter, random);
  } catch (error) {
    if (!(error instanceof Lost)) throw error;
    reply = { code: 0, text: error.message };
  }
  status.inFlight--;
  if (reply.code === 250) status.acknowledged++;
  await ledger.write({ kind: 'answered', id, code: reply.code, text: reply.text });
  return reply.code === 250;
}

/** The reply that decides about the message: the first that is not positive, or that to the end of its content. */
async function transact(wire: Wire, letter: Letter, random: Random): Promise<Reply> {
  const mail = await wire.command(`MAIL FROM:<${letter.from}> SIZE=${letter.content.length}`);
  if (mail.code !== 250) return mail;
  for (const address of letter.to) {
    const rcpt = await wire.command(`RCPT TO:<${address}>`);
    if (rcpt.code !== 250) return rcpt;
  }
  await delay(random.between(0, DAWDLE));
  return random.chance(0.3) ? chunks(wire, letter, random) : data(wire, letter, random);
}

async function data(wire: Wire, { content }: Letter, random: Random): Promise<Reply> {
  const go = await wire.command('DATA');
  if (go.code !== 354) return go;
  const stuffed = Buffer.from(content.toString('latin1').replaceAll('\r\n.', '\r\n..'), 'latin1');
  const cut = random.between(0, stuffed.length);
  wire.write(stuffed.subarray(0, cut));
  await delay(random.between(0, DAWDLE));
  wire.write(stuffed.subarray(cut));
  return wire.command('.');
}

async function chunks(wire: Wire, { content }: Letter, random: Random): Promise<Reply> {
  const cut = random.between(0, content.length);
  wire.write(`BDAT ${cut}\r\n`);
  wire.write(content.subarray(0, cut));
  const first = await wire.reply();
  if (first.code !== 250) return first;
  await delay(random.between(0, DAWDLE));
  wire.write(`BDAT ${content.length - cut} LAST\r\n`);
  wire.write(content.subarray(cut));
  return wire.reply();
}

function say(): void {
  process.stdout.write(`${JSON.stringify(status)}\n`);
}

const input = createInterface({ input: process.stdin });
input.on('close', () => process.exit(0));
const conversations = Promise.all(options.connections.map(converse));
input.on('line', (line) => {
  if (line === 'status') say();
  else if (line === 'stop') {
    state.stopping = true;
    void conversations.then(async () => {
      await ledger.close();
      say();
    });
  }
});
await conversations;

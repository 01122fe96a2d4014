/**
 * The next server of the chaos run, a process of its own that nobody kills: takes what the server relays and writes
 * it into its ledger. Until it is told to be calm it behaves as the Internet does: hangs up, asks to come again
 * later, and sometimes keeps a message and hangs up before its reply (RFC 1047). Recipients named `refused-…` it
 * refuses for good.
 *
 *   bin/node test/chaos/sink.ts LEDGER SEED
 *
 * Prints `{"port":…}`. On standard input it takes `calm`; the end of standard input ends it.
 */
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { Ledger, type Taken } from './ledger.ts';
import { bodyHash, REFUSED } from './letter.ts';
import { Random } from './random.ts';

const ledger = await Ledger.open<Taken>(process.argv[2]!);
const random = new Random(Number(process.argv[3]));
let calm = false;

/** True sometimes, never when calm. */
function mishap(probability: number): boolean {
  return !calm && random.chance(probability);
}

const EXTENSIONS = ['sink.test', 'PIPELINING', '8BITMIME', 'CHUNKING', 'ENHANCEDSTATUSCODES'];
const GREETING = '220 sink.test ESMTP';

class Conversation {
  readonly #socket: Socket;
  #input = Buffer.alloc(0);
  #working = false;
  #mode: 'commands' | 'data' | { readonly chunk: number; readonly last: boolean } = 'commands';
  #to: string[] = [];
  #content: Buffer[] = [];

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('error', () => socket.destroy());
    socket.on('data', (bytes: Buffer) => {
      this.#input = Buffer.concat([this.#input, bytes]);
      void this.#work();
    });
    if (mishap(0.02)) socket.destroy();
    else this.#say(GREETING);
  }

  /** Works off what has come; what comes meanwhile is seen by the same turn. */
  async #work(): Promise<void> {
    if (this.#working) return;
    this.#working = true;
    while (!this.#socket.destroyed && (await this.#step()));
    this.#working = false;
  }

  /** False when more has to come first. */
  async #step(): Promise<boolean> {
    if (this.#mode === 'data') return this.#data();
    if (this.#mode !== 'commands') return this.#chunk(this.#mode);
    const end = this.#input.indexOf('\r\n');
    if (end === -1) return false;
    const line = this.#input.toString('latin1', 0, end);
    this.#input = this.#input.subarray(end + 2);
    this.#command(line);
    return true;
  }

  #command(line: string): void {
    const [verb = '', argument = '', more] = line.toUpperCase().split(' ');
    switch (verb) {
      case 'EHLO':
        this.#say(EXTENSIONS.map((text, i) => `250${i < 4 ? '-' : ' '}${text}`).join('\r\n'));
        return;
      case 'MAIL':
      case 'RSET':
        this.#forget();
        this.#say('250 2.0.0 ok');
        return;
      case 'RCPT':
        this.#recipient(line.slice(line.indexOf('<') + 1, line.indexOf('>')));
        return;
      case 'DATA':
        if (this.#to.length === 0) this.#say('554 5.5.1 no recipients');
        else {
          this.#mode = 'data';
          this.#say('354 go on');
        }
        return;
      case 'BDAT':
        this.#mode = { chunk: Number(argument), last: more === 'LAST' };
        return;
      case 'QUIT':
        this.#socket.end('221 2.0.0 bye\r\n');
        return;
      default:
        this.#say('250 2.0.0 ok');
    }
  }

  #recipient(address: string): void {
    if (address.startsWith(REFUSED)) this.#say('550 5.1.1 nobody of that name');
    else if (mishap(0.02)) this.#say('451 4.3.0 come again later');
    else {
      this.#to.push(address);
      this.#say('250 2.1.5 ok');
    }
  }

  async #data(): Promise<boolean> {
    // the first line of content follows the line of DATA
    const at = this.#input.indexOf('\r\n.\r\n');
    if (at === -1) return false;
    const stuffed = this.#input.toString('latin1', 0, at + 2);
    this.#input = this.#input.subarray(at + 5);
    this.#mode = 'commands';
    this.#content = [Buffer.from(stuffed.replaceAll('\r\n..', '\r\n.'), 'latin1')];
    await this.#complete();
    return true;
  }

  async #chunk({ chunk, last }: { chunk: number; last: boolean }): Promise<boolean> {
    if (this.#input.length < chunk) return false;
    this.#content.push(this.#input.subarray(0, chunk));
    this.#input = this.#input.subarray(chunk);
    this.#mode = 'commands';
    if (this.#to.length === 0) this.#say('554 5.5.1 no recipients');
    else if (last) await this.#complete();
    else this.#say('250 2.0.0 ok');
    return true;
  }

  async #complete(): Promise<void> {
    const to = this.#to;
    const sha256 = bodyHash(Buffer.concat(this.#content));
    this.#forget();
    if (mishap(0.03)) return void this.#socket.destroy();
    if (mishap(0.02)) return this.#say('452 4.3.1 come again later');
    const replied = !mishap(0.03);
    await ledger.write({ kind: 'taken', to, sha256, at: Date.now(), replied });
    if (replied) this.#say('250 2.0.0 taken');
    else this.#socket.destroy();
  }

  #forget(): void {
    this.#to = [];
    this.#content = [];
  }

  #say(text: string): void {
    this.#socket.write(`${text}\r\n`, 'latin1');
  }
}

const server = createServer({ noDelay: true }, (socket) => new Conversation(socket));
server.listen({ port: 0, host: '127.0.0.1', backlog: 1024 }, () => {
  console.log(JSON.stringify({ port: (server.address() as AddressInfo).port }));
});
const input = createInterface({ input: process.stdin });
input.on('line', (line) => {
  if (line === 'calm') calm = true;
});
input.on('close', () => process.exit(0));

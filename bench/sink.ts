/**
 * The sink: an SMTP server that accepts everything and counts it, a process of its own.
 *
 *   bin/node bench/sink.ts [--port 0] [--no-pipelining] [--no-chunking] [--smtputf8] [--ledger FILE] [--per-second]
 *
 * Prints `{"port":…}` when it listens. On standard input it takes, one a line, each answered by one JSON line:
 *   stats      what came since the last reset
 *   reset      begins to count anew, answers what was
 *   await N    answers once N messages have come
 * The end of standard input ends it. With --ledger, each message adds a line `sha256 recipient…` to the file.
 */
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { SinkSession, type SinkLedger, type SinkOptions } from './sink-session.ts';

/** Times in milliseconds since 1970, 0 while no message has come. */
export interface SinkStats {
  readonly messages: number;
  readonly recipients: number;
  readonly octets: number;
  readonly connections: number;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly cpuSeconds: number;
}

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    'no-pipelining': { type: 'boolean', default: false },
    'no-chunking': { type: 'boolean', default: false },
    smtputf8: { type: 'boolean', default: false },
    ledger: { type: 'string' },
    'per-second': { type: 'boolean', default: false },
  },
});

const options: SinkOptions = {
  pipelining: !values['no-pipelining'],
  chunking: !values['no-chunking'],
  smtputf8: values.smtputf8,
};

const count = { messages: 0, recipients: 0, octets: 0, connections: 0, firstAt: 0, lastAt: 0 };
const waiting: { messages: number }[] = [];
const file =
  values.ledger === undefined ? undefined : createWriteStream(values.ledger, { flags: 'a' });

const ledger: SinkLedger = {
  keepsContent: file !== undefined,
  received(recipients, octets, content) {
    count.lastAt = performance.timeOrigin + performance.now();
    if (count.messages++ === 0) count.firstAt = count.lastAt;
    count.recipients += recipients.length;
    count.octets += octets;
    if (file) {
      const hash = createHash('sha256');
      for (const part of content) hash.update(part);
      file.write(`${hash.digest('hex')} ${recipients.join(' ')}\n`);
    }
    while (waiting[0] !== undefined && waiting[0].messages <= count.messages) {
      waiting.shift();
      answer();
    }
  },
};

function stats(): SinkStats {
  const { user, system } = process.cpuUsage();
  return { ...count, cpuSeconds: (user + system) / 1e6 };
}

function answer(): void {
  console.log(JSON.stringify(stats()));
}

const server = createServer((socket) => {
  count.connections++;
  return new SinkSession(socket, options, ledger);
});
server.listen({ port: Number(values.port), host: '127.0.0.1', backlog: 1024 }, () => {
  const address = server.address();
  console.log(JSON.stringify({ port: typeof address === 'object' ? address?.port : 0 }));
});

if (values['per-second']) {
  let before = 0;
  setInterval(() => {
    console.error(`${count.messages - before} messages/s, ${count.messages} in all`);
    before = count.messages;
  }, 1000).unref();
}

const input = createInterface({ input: process.stdin });
input.on('line', (line) => {
  const [command, argument] = line.trim().split(/\s+/);
  if (command === 'stats') answer();
  else if (command === 'reset') {
    answer();
    Object.assign(count, {
      messages: 0,
      recipients: 0,
      octets: 0,
      connections: 0,
      firstAt: 0,
      lastAt: 0,
    });
  } else if (command === 'await') {
    const messages = Number(argument);
    if (count.messages >= messages) answer();
    else waiting.push({ messages });
  } else console.log(JSON.stringify({ error: `unknown command ${command}` }));
});
input.on('close', () => {
  if (file) file.end(() => process.exit(0));
  else process.exit(0);
});

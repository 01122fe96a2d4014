/**
 * Shows that our load program and sink measure what Postfix's own smtp-source and smtp-sink measure: each
 * drives the same Postfix, to Maildirs and to a sink, in turn. `bin/node bench/agreement.ts [--dir DIR]`.
 *
 * What must agree is Postfix's throughput; bodies differ by purpose (smtp-source repeats one compressible line).
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { awaitBanner, freePort } from '../test/support/machine/loopback-port.ts';
import { startPostfix, type Postfix } from '../test/support/peers/postfix.ts';
import { postfixToMaildir } from './peers/postfix.ts';
import { runLoad, startSink } from './programs.ts';
import { formatTable } from './table.ts';

const { values } = parseArgs({
  options: {
    dir: { type: 'string', default: tmpdir() },
    messages: { type: 'string', default: '3000' },
    rounds: { type: 'string', default: '3' },
  },
});
const messages = Number(values.messages);
const rounds = Number(values.rounds);
const recipient = 'user0@example.test';
const parent = await mkdtemp(path.join(values.dir, 'agreement-'));
await chmod(parent, 0o755);

interface Source {
  readonly name: string;
  /** Sends the messages; the time it began, in milliseconds since 1970. */
  run(port: number, fresh: boolean): Promise<number>;
}

const sources: readonly Source[] = [
  {
    name: 'smtp-source',
    async run(port, fresh) {
      const began = performance.timeOrigin + performance.now();
      const args = [
        '-l',
        '4096',
        '-m',
        String(messages),
        '-s',
        '20',
        '-f',
        'load@load.example.test',
      ];
      const child = spawn(
        'smtp-source',
        [...(fresh ? [] : ['-d']), ...args, '-t', recipient, `127.0.0.1:${port}`],
        { stdio: 'ignore' },
      );
      const [code] = (await once(child, 'exit')) as [number];
      if (code !== 0) throw new Error(`smtp-source ended with ${code}`);
      return began;
    },
  },
  {
    name: 'load.ts',
    async run(port, fresh) {
      const args = ['--port', String(port), '--messages', String(messages), '--sessions', '20'];
      const result = await runLoad([
        ...args,
        '--recipient',
        recipient,
        ...(fresh ? ['--fresh'] : []),
      ]);
      if (result.accepted !== messages) throw new Error(JSON.stringify(result.errors));
      return result.beganAt;
    },
  },
];

const rows: string[][] = [];
try {
  await toMaildir();
  await toSinks();
} finally {
  await rm(parent, { recursive: true, force: true });
}
console.log(
  formatTable(['Postfix, 4 KB, 20 sessions', 'driven by', 'messages/s', 'all runs'], rows),
);

async function toMaildir(): Promise<void> {
  await using postfix = await postfixToMaildir(parent, [recipient]);
  const port = Number(postfix.loadArguments[1]);
  for (const fresh of [false, true]) {
    const rates = new Map<string, number[]>();
    for (let round = 0; round <= rounds; round++)
      for (const source of sources) {
        await postfix.begin();
        const began = await source.run(port, fresh);
        const ended = await postfix.delivered(messages, undefined as never);
        if (round > 0) note(rates, source.name, began, ended);
      }
    report(`to Maildir, connections ${fresh ? 'fresh' : 'kept'}`, rates);
  }
}

async function toSinks(): Promise<void> {
  const rates = new Map<string, number[]>();
  await using ours = await startSink();
  const theirs = await startSmtpSink();
  await using toOurs = await startPostfix({
    parent,
    routes: { '*': ours.port },
    processLimit: 150,
  });
  await using toTheirs = await startPostfix({
    parent,
    routes: { '*': theirs.port },
    processLimit: 150,
  });
  for (let round = 0; round <= rounds; round++) {
    await ours.reset();
    const first = await sources[1]!.run(toOurs.port, false);
    await ours.received(messages);
    const drained = await emptied(toOurs);
    if (round > 0) note(rates, 'sink.ts', first, drained);
    const second = await sources[1]!.run(toTheirs.port, false);
    const emptiedAt = await emptied(toTheirs);
    if (round > 0) note(rates, 'smtp-sink', second, emptiedAt);
  }
  theirs.stop();
  report('relayed to a sink', rates);
}

/** The time at which nothing is left in the queue: smtp-sink does not tell when the last message came. */
async function emptied(postfix: Postfix): Promise<number> {
  while ((await postfix.queued()) > 0) await delay(20);
  return performance.timeOrigin + performance.now();
}

async function startSmtpSink(): Promise<{ readonly port: number; stop(): void }> {
  const port = await freePort();
  const child = spawn('smtp-sink', ['-u', 'nobody', `127.0.0.1:${port}`, '1000'], {
    stdio: 'ignore',
  });
  await awaitBanner(port);
  return { port, stop: () => void child.kill() };
}

function note(rates: Map<string, number[]>, name: string, began: number, ended: number): void {
  rates.set(name, [...(rates.get(name) ?? []), (messages / (ended - began)) * 1000]);
}

function report(what: string, rates: ReadonlyMap<string, readonly number[]>): void {
  for (const [name, list] of rates) {
    const sorted = list.toSorted((a, b) => a - b);
    const median = sorted[Math.floor((sorted.length - 1) / 2)]!;
    rows.push([what, name, median.toFixed(0), list.map((rate) => rate.toFixed(0)).join(' ')]);
  }
}

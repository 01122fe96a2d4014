/**
 * Runs the load program and the sink as processes of their own, and talks to them.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { HandshakesResult } from './handshakes.ts';
import type { LoadResult } from './load.ts';
import type { SinkStats } from './sink.ts';

/** Runs the load with the given arguments; a run with refused messages still gives its result. */
export async function runLoad(args: readonly string[]): Promise<LoadResult> {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'load.ts'), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  await once(child, 'close');
  if (output === '') throw new Error(`the load program gave no result: ${args.join(' ')}`);
  return JSON.parse(output) as LoadResult;
}

/** Opens so many TLS connections with a full handshake each. */
export async function runHandshakes(
  port: number,
  handshakes: number,
  sessions: number,
): Promise<HandshakesResult> {
  const program = path.join(import.meta.dirname, 'handshakes.ts');
  const counts = ['--handshakes', String(handshakes), '--sessions', String(sessions)];
  const child = spawn(process.execPath, [program, '--port', String(port), ...counts], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  await once(child, 'close');
  if (output === '') throw new Error('the handshakes gave no result');
  return JSON.parse(output) as HandshakesResult;
}

/** Starts a sink with the given arguments and waits until it listens. */
export async function startSink(args: readonly string[] = []): Promise<Sink> {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'sink.ts'), ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async (): Promise<unknown> => JSON.parse((await lines.next()).value as string);
  const { port } = (await answer()) as { port: number };
  const ask = async (command: string): Promise<SinkStats> => {
    child.stdin.write(`${command}\n`);
    return (await answer()) as SinkStats;
  };
  return {
    port,
    pid: child.pid!,
    stats: () => ask('stats'),
    reset: () => ask('reset'),
    received: (messages) => ask(`await ${messages}`),
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}

/** Opens idle IMAP connections with the given arguments and waits until all are open; disposing closes them. */
export async function startIdleClients(args: readonly string[]): Promise<IdleClients> {
  const program = path.join(import.meta.dirname, 'idle-clients.ts');
  const child = spawn(process.execPath, [program, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const first = await lines.next();
  if (first.done === true) throw new Error(`the idle clients gave up: ${args.join(' ')}`);
  const { open } = JSON.parse(first.value) as { open: number };
  return {
    open,
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}

export interface IdleClients extends AsyncDisposable {
  /** Connections that stand. */
  readonly open: number;
}

export interface Sink extends AsyncDisposable {
  readonly port: number;
  readonly pid: number;
  stats(): Promise<SinkStats>;
  /** Begins to count anew; gives what was. */
  reset(): Promise<SinkStats>;
  /** Resolves once so many messages have come since the last reset. */
  received(messages: number): Promise<SinkStats>;
}

/** Probes of the real network. */
import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { isIPv6 } from 'node:net';
import type { Clock } from '#clock';
import { failed, LineConnection } from './line-connection.ts';
import type {
  Dialogue,
  Greeting,
  HttpAnswer,
  HttpQuestion,
  ProbeFailure,
  Probes,
  ProbeTarget,
} from './probe.ts';
import { askTime } from './sntp.ts';
import { probeTls } from './tls.ts';

/** @param ca roots to trust instead of the system's, PEM */
export function tcpProbes(clock: Clock, ca?: readonly string[]): Probes {
  return {
    greeting,
    dialogue,
    http: askPage,
    tls: (question, signal) => probeTls(question, signal, ca),
    time: (address, signal) => askTime(address, clock, randomBytes(8), signal),
  };
}

async function greeting(
  target: ProbeTarget,
  signal: AbortSignal,
): Promise<Greeting | ProbeFailure> {
  const connection = await LineConnection.open(target, signal);
  if (!(connection instanceof LineConnection)) return connection;
  try {
    const line = await connection.line();
    if (typeof line !== 'string') return line;
    if (line.startsWith('220')) connection.write('QUIT');
    return { kind: 'greeting', line, localAddress: connection.localAddress };
  } finally {
    connection.close();
  }
}

async function dialogue(
  target: ProbeTarget,
  protocol: 'smtp' | 'imap',
  lines: readonly string[],
  signal: AbortSignal,
): Promise<Dialogue | ProbeFailure> {
  const connection = await LineConnection.open(target, signal);
  if (!(connection instanceof LineConnection)) return connection;
  try {
    const first = protocol === 'smtp' ? await connection.reply() : await connection.line();
    if (typeof first !== 'string' && 'kind' in first) return first;
    const replies: (readonly string[])[] = [];
    for (const line of lines) {
      connection.write(line);
      const reply =
        protocol === 'smtp'
          ? await connection.reply()
          : await connection.tagged(line.split(' ', 1)[0]!);
      if ('kind' in reply) return reply;
      replies.push(reply);
    }
    return { kind: 'dialogue', replies };
  } finally {
    connection.close();
  }
}

/** Milliseconds; octets that are read of a page. */
const HTTP_PATIENCE = 4000;
const MOST_READ = 4096;

function askPage(
  { address, port, host, path }: HttpQuestion,
  signal: AbortSignal,
): Promise<HttpAnswer | ProbeFailure> {
  return new Promise((resolve) => {
    const asked = request(
      { host: address, port, path, headers: { host, connection: 'close' }, agent: false, signal },
      (answer) => {
        let body = '';
        const end = (): void => {
          resolve({ status: answer.statusCode ?? 0, body: body.slice(0, MOST_READ) });
          answer.destroy();
        };
        answer.setEncoding('latin1').on('data', (chunk: string) => {
          body += chunk;
          if (body.length >= MOST_READ) end();
        });
        answer.once('end', end).once('error', end);
      },
    );
    asked.setTimeout(HTTP_PATIENCE, () => {
      resolve({ kind: 'failed', cause: 'timed out' });
      asked.destroy();
    });
    asked.on('error', (error) => resolve(failed(error)));
    asked.end();
  });
}

/** `192.0.2.1:25`, `[2001:db8::1]:25`. */
export function hostPort({ address, port }: { address: string; port: number }): string {
  return isIPv6(address) ? `[${address}]:${port}` : `${address}:${port}`;
}

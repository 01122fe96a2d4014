/** The whole program under load: a client that sends without end, a sink for what goes on, and a ledger of what was acknowledged. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Target } from '../../chaos/client.ts';
import { readLedger, type Answered, type ClientLine } from '../../chaos/ledger.ts';
import { startClient, startSink, type Client, type Sink } from '../../chaos/programs.ts';
import { conclude, setUp, type Ledgers } from '../../chaos/stage.ts';
import { eventually, PASSWORD, startRunningServer, type RunningServer } from './running-server.ts';

const SESSIONS = 24;

export interface Loaded extends AsyncDisposable {
  readonly server: RunningServer;
  readonly client: Client;
  readonly sink: Sink;
  readonly ledgers: Ledgers;
}

/** A server, a sink and a client that sends without end, past its first fifty messages. */
export async function underLoad(
  options: Parameters<typeof startRunningServer>[0] = {},
): Promise<Loaded> {
  const stack = new AsyncDisposableStack();
  try {
    const folder = await mkdtemp(path.join(tmpdir(), 'hikyaku-signals-'));
    stack.defer(() => rm(folder, { recursive: true, force: true }));
    const ledgers = { client: path.join(folder, 'client'), sink: path.join(folder, 'sink') };
    const sink = stack.use(await startSink(ledgers.sink, 1));
    sink.calm();
    const server = stack.use(await startRunningServer(options));
    await setUp(server, sink);
    const connections = targets(server);
    const client = stack.use(
      startClient({ ledger: ledgers.client, seed: 1, password: PASSWORD, connections }),
    );
    await acknowledged(client, 50);
    return { server, client, sink, ledgers, [Symbol.asyncDispose]: () => stack.disposeAsync() };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

function targets({ ports }: RunningServer): Target[] {
  return Array.from({ length: SESSIONS }, (_, i): Target =>
    i % 3 === 0
      ? { port: ports.submission, via: 'submission', tls: 'starttls' }
      : { port: ports.smtp, via: 'mx', tls: 'none' },
  );
}

export async function acknowledged(
  client: Client,
  atLeast: number,
  seconds?: number,
): Promise<number> {
  const check = async () => {
    const { acknowledged } = await client.status();
    return acknowledged >= atLeast && acknowledged;
  };
  return eventually(`${atLeast} messages are acknowledged`, check, seconds);
}

export async function nothingWrong(
  { server, ledgers }: Loaded,
  faults: readonly number[],
): Promise<void> {
  const spans = faults.map((at) => ({ from: at, until: Date.now() }));
  const { verdict, complaints } = await conclude(server, ledgers, spans);
  assert.deepEqual({ wrongs: verdict.wrongs, complaints }, { wrongs: [], complaints: [] });
  assert.ok(verdict.acknowledged >= 50);
}

export async function answers({ client }: Ledgers): Promise<Answered[]> {
  const lines = await readLedger<ClientLine>(client);
  return lines.filter((line) => line.kind === 'answered');
}

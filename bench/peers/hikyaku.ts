/**
 * Our own server as a contender: `bin/hikyaku dev` with its embedded database, its default configuration, events
 * and dialogues on, on free ports and a data folder of its own, set up by its own command line.
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort } from '../../test/support/machine/loopback-port.ts';
import type { Contender } from '../contender.ts';
import type { Sink } from '../programs.ts';

const PROGRAM = path.resolve(import.meta.dirname, '../../bin/hikyaku');
/** A machine with neighbours is slow to begin; what is measured begins later. Milliseconds. */
const START_PATIENCE = 300_000;
/** Of every account. */
export const BENCH_PASSWORD = 'a password for the bench alone';

export interface DevServer extends AsyncDisposable {
  readonly smtpPort: number;
  readonly submissionPort: number;
  readonly submissionsPort: number;
  readonly imapPort: number;
  readonly imapsPort: number;
  /** A file with the password of every account. */
  readonly passwordFile: string;
  processes(): { readonly server: readonly number[]; readonly database: readonly number[] };
  /** Runs a command of the command line against this server; its standard output. */
  command(...args: readonly string[]): Promise<string>;
}

export interface DevServerOptions {
  /** A data folder that exists; a new one unless told. */
  readonly data?: string | undefined;
  readonly delivery?: 'deliver' | 'hold';
  /** More settings, as variables of the environment. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** Starts the development server below `parent` and waits until it says that it is ready. */
export async function startDevServer(
  parent: string,
  { data: given, delivery = 'deliver', settings = {} }: DevServerOptions = {},
): Promise<DevServer> {
  const home = await mkdtemp(path.join(parent, 'hikyaku-'));
  const passwordFile = path.join(home, 'password');
  await writeFile(passwordFile, BENCH_PASSWORD, { mode: 0o600 });
  const ports = await freePorts('SMTP', 'SUBMISSION', 'SUBMISSIONS', 'IMAP', 'IMAPS', 'HTTP');
  const data = given ?? path.join(home, 'data');
  const env = {
    PATH: process.env['PATH'],
    // for a profile: HIKYAKU_BENCH_NODE_OPTIONS='--cpu-prof --cpu-prof-dir=…'
    NODE_OPTIONS: process.env['HIKYAKU_BENCH_NODE_OPTIONS'],
    HIKYAKU_DATA_DIR: data,
    HIKYAKU_DEV_PASSWORD: BENCH_PASSWORD,
    HIKYAKU_DELIVERY: delivery,
    HIKYAKU_LAB_ON: 'false',
    ...settings,
    ...Object.fromEntries([...ports].map(([name, port]) => [`HIKYAKU_${name}_PORT`, String(port)])),
  };
  const child = spawn(PROGRAM, ['dev'], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  const abort = (): void => void child.kill('SIGTERM');
  process.once('exit', abort);
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-4000);
  });
  for (const deadline = performance.now() + START_PATIENCE; !(await isReady(ports.get('HTTP')!));) {
    if (child.exitCode !== null || performance.now() > deadline)
      throw new Error(`bin/hikyaku dev did not become ready:\n${said}`);
    await delay(20);
  }
  const database = await postmasterPids(data);
  return {
    smtpPort: ports.get('SMTP')!,
    submissionPort: ports.get('SUBMISSION')!,
    submissionsPort: ports.get('SUBMISSIONS')!,
    imapPort: ports.get('IMAP')!,
    imapsPort: ports.get('IMAPS')!,
    passwordFile,
    processes: () => ({ server: [child.pid!], database }),
    async command(...args) {
      const { stdout } = await promisify(execFile)(PROGRAM, args, { env, maxBuffer: 2 ** 30 });
      return stdout;
    },
    async [Symbol.asyncDispose]() {
      process.off('exit', abort);
      child.kill('SIGTERM');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** Accepts on the MX port and delivers to the given mailboxes; its 250 means delivered. */
export async function hikyakuToMailbox(
  parent: string,
  addresses: readonly string[],
  settings: Readonly<Record<string, string>> = {},
): Promise<Contender & { readonly server: DevServer }> {
  const server = await startDevServer(parent, { settings });
  for (const address of addresses)
    await server.command('account', 'add', address, '--password-file', server.passwordFile);
  let before = 0;
  const stored = async (): Promise<number> => {
    let count = 0;
    for (const address of addresses)
      count += lines(await server.command('mail', 'list', address, '--json'));
    return count;
  };
  return {
    name: 'Hikyaku',
    server,
    loadArguments: ['--port', String(server.smtpPort)],
    processes: () => server.processes(),
    begin: async () => {
      before = await stored();
    },
    delivered: (_, load) => Promise.resolve(load.beganAt + load.seconds * 1000),
    async check(messages) {
      const found = (await stored()) - before;
      if (found !== messages)
        throw new Error(`${found} of ${messages} messages are in the mailboxes`);
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** Takes submissions of `alice@example.test` over STARTTLS with AUTH, signs and relays to the sink. */
export async function hikyakuSubmitting(
  parent: string,
  sink: Sink,
  settings: Readonly<Record<string, string>> = {},
): Promise<Contender> {
  const server = await startDevServer(parent, { settings });
  await server.command('route', 'set', '*', '--host', '127.0.0.1', '--port', String(sink.port));
  const account = ['--user', 'alice@example.test', '--password-file', server.passwordFile];
  return {
    name: 'Hikyaku',
    loadArguments: ['--port', String(server.submissionPort), '--tls', 'starttls', ...account],
    processes: () => server.processes(),
    begin: async () => {
      await sink.reset();
    },
    delivered: async (messages) => (await sink.received(messages)).lastAt,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

async function freePorts(...names: readonly string[]): Promise<Map<string, number>> {
  const ports = new Map<string, number>();
  for (const name of names) ports.set(name, await freePort());
  return ports;
}

async function isReady(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/health/ready`)).status === 200;
  } catch {
    return false;
  }
}

/** PostgreSQL writes its process id into its folder; it is detached, so no child of the server. */
async function postmasterPids(data: string): Promise<number[]> {
  const files = await readdir(data, { recursive: true });
  const pids = files
    .filter((file) => path.basename(file) === 'postmaster.pid')
    .map(async (file) => Number.parseInt(await readFile(path.join(data, file), 'utf8'), 10));
  return Promise.all(pids);
}

function lines(text: string): number {
  return text === '' ? 0 : text.trimEnd().split('\n').length;
}

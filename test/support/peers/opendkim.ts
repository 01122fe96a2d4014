/**
 * A real OpenDKIM for tests and benches: a milter on a unix socket that signs or verifies, with keys from a
 * declared list instead of DNS. Needs Debian's package `opendkim`.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { peer, type Peer } from './installed.ts';

export type OpendkimOptions =
  | {
      readonly mode: 'sign';
      readonly domain: string;
      readonly selector: string;
      /** The private key as PEM. */
      readonly privateKey: string;
    }
  | {
      readonly mode: 'verify';
      /** `selector._domainkey.example.test` → the text of its TXT record. */
      readonly records: Readonly<Record<string, string>>;
      /** What it calls itself in Authentication-Results; `opendkim.test` unless told. */
      readonly authservId?: string;
    };

export interface Opendkim extends AsyncDisposable {
  /** Path of the unix socket, for Postfix's `smtpd_milters`. */
  readonly socket: string;
  readonly pid: number;
}

/** Whether OpenDKIM can be used here, for the `skip` of a test. */
export function opendkimPeer(): Peer {
  return peer('opendkim');
}

/** Starts the milter and waits for its socket. Loopback clients are signed for, or verified like any other. */
export async function startOpendkim(options: OpendkimOptions): Promise<Opendkim> {
  const home = await mkdtemp(path.join(tmpdir(), 'opendkim-'));
  chmodSync(home, 0o755);
  const file = (name: string): string => path.join(home, name);
  const socket = file('milter.sock');
  if (options.mode === 'sign')
    await writeFile(file('private.pem'), options.privateKey, { mode: 0o600 });
  else await writeFile(file('records'), recordLines(options.records));
  await writeFile(file('hosts'), options.mode === 'sign' ? '127.0.0.1\n' : '192.0.2.255\n');
  await writeFile(file('opendkim.conf'), configuration(options, file, socket));
  const child = spawn(opendkimPeer().path, ['-f', '-x', file('opendkim.conf')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const abort = (): void => void child.kill('SIGKILL');
  process.once('exit', abort);
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const deadline = performance.now() + 10_000;
  while (!existsSync(socket)) {
    if (child.exitCode !== null || performance.now() > deadline)
      throw new Error(`OpenDKIM did not start: ${said}`);
    await delay(20);
  }
  return {
    socket,
    pid: child.pid!,
    async [Symbol.asyncDispose]() {
      process.off('exit', abort);
      await end(child);
      await rm(home, { recursive: true, force: true });
    },
  };
}

function configuration(
  options: OpendkimOptions,
  file: (name: string) => string,
  socket: string,
): string {
  const common = {
    Syslog: 'no',
    Background: 'no',
    RequireSafeKeys: 'no',
    Socket: `local:${socket}`,
    UMask: '000',
    Canonicalization: 'relaxed/relaxed',
    InternalHosts: file('hosts'),
    ExternalIgnoreList: file('hosts'),
  };
  const own =
    options.mode === 'sign'
      ? {
          Mode: 's',
          Domain: options.domain,
          Selector: options.selector,
          KeyFile: file('private.pem'),
          OversignHeaders: 'From',
        }
      : {
          Mode: 'v',
          TestDNSData: `file:${file('records')}`,
          AlwaysAddARHeader: 'yes',
          AuthservID: options.authservId ?? 'opendkim.test',
        };
  return Object.entries({ ...common, ...own })
    .map(([name, value]) => `${name} ${value}\n`)
    .join('');
}

function recordLines(records: Readonly<Record<string, string>>): string {
  return Object.entries(records)
    .map(([name, text]) => `${name} ${text}\n`)
    .join('');
}

/** It keeps nothing, and on a gentle signal would wait for its next five-second turn. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  child.once('exit', () => resolve());
  child.kill('SIGKILL');
  await promise;
}

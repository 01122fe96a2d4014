/**
 * Haraka as a contender. It has no mailboxes of its own: it accepts, stores in its queue on disk and delivers
 * by SMTP to a sink, which is less than delivering to a mailbox, and its 250 waits for no fsync. It is no dependency: it takes part when
 * HIKYAKU_BENCH_HARAKA names a folder that holds it (`npm install --prefix DIR --ignore-scripts Haraka`).
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { awaitBanner, freePort } from '../../test/support/machine/loopback-port.ts';
import type { Contender } from '../contender.ts';
import type { Sink } from '../programs.ts';

export interface DkimKey {
  readonly domain: string;
  readonly selector: string;
  readonly privateKey: string;
}

/** Haraka takes no section of this file for granted. */
const CONNECTION = `[main]
[haproxy]
hosts[] =
[headers]
max_lines=1000
max_received=100
[max]
bytes=104857600
mime_parts=1000
line_length=512
data_line_length=992
[message]
helo=hello
close=bye
[uuid]
banner_chars=6
deny_chars=0
`;

/** The folder that holds Haraka, or undefined with the reason why it does not take part. */
export function harakaFolder(): { folder: string } | { reason: string } {
  const folder = process.env['HIKYAKU_BENCH_HARAKA'];
  if (folder === undefined)
    return { reason: 'HIKYAKU_BENCH_HARAKA names no folder with an installed Haraka' };
  if (!existsSync(path.join(folder, 'node_modules/Haraka/bin/haraka')))
    return { reason: `${folder} holds no node_modules/Haraka` };
  return { folder };
}

/** Starts Haraka with its queue below `parent`, relaying everything to a sink, signing where a key is given. */
export async function haraka(
  folder: string,
  parent: string,
  sink: Sink,
  key?: DkimKey,
): Promise<Contender> {
  const home = await mkdtemp(path.join(parent, 'haraka-'));
  const port = await freePort();
  await writeConfiguration(home, port, sink.port, key);
  const child = spawn(
    process.execPath,
    [path.join(folder, 'node_modules/Haraka/bin/haraka'), '-c', home],
    { stdio: 'ignore', cwd: home },
  );
  const abort = (): void => void child.kill('SIGKILL');
  process.once('exit', abort);
  await awaitBanner(port, 60);
  return {
    name: key === undefined ? 'Haraka (to a sink)' : 'Haraka',
    loadArguments: ['--port', String(port)],
    processes: () => ({ server: [child.pid!], database: [] }),
    begin: async () => {
      await sink.reset();
    },
    delivered: async (messages) => (await sink.received(messages)).lastAt,
    async [Symbol.asyncDispose]() {
      process.off('exit', abort);
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      await rm(home, { recursive: true, force: true });
    },
  };
}

async function writeConfiguration(
  home: string,
  port: number,
  sinkPort: number,
  key: DkimKey | undefined,
): Promise<void> {
  const files: Record<string, string> = {
    'config/smtp.ini': `listen=127.0.0.1:${port}\nnodes=0\n`,
    'config/me': 'haraka.test\n',
    'config/loglevel': 'error\n',
    'config/log.ini': '[main]\nlevel=error\n',
    'config/plugins': ['bench_relay', ...(key ? ['dkim'] : [])].join('\n') + '\n',
    'config/connection.ini': CONNECTION,
    'config/outbound.ini':
      'concurrency_max=100\nenable_tls=false\nalways_split=true\nlocal_mx_ok=true\n',
    'plugins/bench_relay.js': relayPlugin(sinkPort),
  };
  if (key) {
    files['config/dkim.ini'] =
      `[sign]\nenabled=true\ndomain=${key.domain}\nselector=${key.selector}\n`;
    files[`config/dkim/${key.domain}/private`] = key.privateKey;
    files[`config/dkim/${key.domain}/selector`] = `${key.selector}\n`;
  }
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(home, name)), { recursive: true });
    await writeFile(path.join(home, name), text, { mode: 0o600 });
  }
  await mkdir(path.join(home, 'queue'), { recursive: true });
}

/** A plugin in Haraka's own language: whoever connects may relay, and everything goes to the sink. */
function relayPlugin(sinkPort: number): string {
  return `'use strict';
exports.register = function () {
  this.register_hook('connect', 'allow');
  this.register_hook('rcpt', 'accept');
  this.register_hook('get_mx', 'route');
};
exports.allow = (next, connection) => { connection.relaying = true; next(); };
exports.accept = (next) => next(OK);
exports.route = (next) => next(OK, { priority: 0, exchange: '127.0.0.1', port: ${sinkPort} });
`;
}

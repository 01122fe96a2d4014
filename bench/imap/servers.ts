/** The two servers that are compared over IMAP: ours in its default configuration, and Dovecot on Maildir. */
import { readdirSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { startDovecot } from '../../test/support/peers/dovecot.ts';
import { startDevServer, BENCH_PASSWORD, type DevServer } from '../peers/hikyaku.ts';
import { cpuSeconds } from '../processes.ts';
import type { Account } from './connection.ts';

export interface ImapServer extends AsyncDisposable {
  readonly name: string;
  readonly account: Account;
  /**
   * Stopped and started, once it has come to rest: nothing is in memory. Dovecot's index cache is gone, which it fills when it is asked.
   * What we keep in the database of each message we make by ourselves soon after its arrival; with `unparsed` it is gone too.
   */
  restartCold(unparsed: boolean): Promise<void>;
  readonly processes: () => {
    readonly server: readonly number[];
    readonly database: readonly number[];
  };
}

const USER = 'alice@example.test';

/** As many sessions of one user as the rows open. */
const SESSIONS = '3000';

export async function dovecotServer(parent: string): Promise<ImapServer> {
  const dovecot = await startDovecot({
    parent,
    settings: {
      default_process_limit: SESSIONS,
      default_client_limit: '10000',
      // a thousand sessions want more inotify instances than a user has: without them Dovecot looks every 30 seconds
      mailbox_idle_check_interval: '1s',
    },
  });
  const { host, port, user, password } = dovecot.account(USER);
  const processes: ImapServer['processes'] = () => ({
    server: [dovecot.pid ?? 0],
    database: [],
  });
  return {
    name: 'Dovecot',
    account: { host, port, user, password },
    processes,
    async restartCold() {
      await settled(processes);
      await dovecot.stop();
      const maildir = dovecot.maildir(USER);
      for (const file of readdirSync(maildir, { recursive: true, encoding: 'utf8' })) {
        if (path.basename(file).startsWith('dovecot.index.cache'))
          await rm(path.join(maildir, file));
      }
      await dovecot.start();
    },
    [Symbol.asyncDispose]: () => dovecot[Symbol.asyncDispose](),
  };
}

export async function hikyakuServer(parent: string): Promise<ImapServer> {
  const data = await mkdtemp(path.join(parent, 'imap-'));
  await chmod(data, 0o700);
  // one client plays many, as for Dovecot
  const settings = { HIKYAKU_LIMITS_IMAP_CONNECTIONS_PER_ADDRESS: SESSIONS };
  let server: DevServer = await startDevServer(parent, { data, settings });
  const account = { host: '127.0.0.1', port: 0, user: USER, password: BENCH_PASSWORD };
  const processes: ImapServer['processes'] = () => server.processes();
  return {
    name: 'Hikyaku',
    get account() {
      return { ...account, port: server.imapsPort };
    },
    processes,
    async restartCold(unparsed) {
      await settled(processes);
      if (unparsed) await forgetStructures(data);
      await server[Symbol.asyncDispose]();
      server = await startDevServer(parent, { data, settings });
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** Works for itself less than this share of a processor. */
const RESTING = 0.05;
const PATIENCE = 300_000;

/** Resolves when the server does nothing more for itself. */
async function settled(processes: ImapServer['processes']): Promise<void> {
  const spent = (): number => {
    const { server, database } = processes();
    return cpuSeconds([...server, ...database]);
  };
  const deadline = performance.now() + PATIENCE;
  for (let quiet = 0, before = spent(); quiet < 3;) {
    if (performance.now() > deadline) throw new Error('the server does not come to rest');
    await delay(1000);
    const now = spent();
    quiet = now - before < RESTING ? quiet + 1 : 0;
    before = now;
  }
}

/** Removes what was parsed of messages from the database of a server that runs on this data folder. */
async function forgetStructures(data: string): Promise<void> {
  const files = readdirSync(data, { recursive: true, encoding: 'utf8' });
  const file = files.find((name) => path.basename(name) === 'postmaster.pid')!;
  // PostgreSQL, «postmaster.pid»: the fourth line is the port, the fifth the folder of the socket
  const lines = readFileSync(path.join(data, file), 'utf8').split('\n');
  const client = new Client({
    host: lines[4]!,
    port: Number(lines[3]),
    user: 'hikyaku',
    database: 'hikyaku',
  });
  await client.connect();
  await client.query('delete from email_structures');
  await client.end();
}

/** The two servers that are compared over IMAP: ours in its default configuration, and Dovecot on Maildir. */
import { readdirSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { startDovecot } from '../../test/support/dovecot.ts';
import { startDevServer, BENCH_PASSWORD, type DevServer } from '../peers/hikyaku.ts';
import type { Account } from './connection.ts';

export interface ImapServer extends AsyncDisposable {
  readonly name: string;
  readonly account: Account;
  /** Stopped and started; whatever it keeps to be faster, and can make again, is gone. */
  restartCold(): Promise<void>;
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
  return {
    name: 'Dovecot',
    account: { host, port, user, password },
    processes: () => ({ server: [dovecot.pid ?? 0], database: [] }),
    async restartCold() {
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
  return {
    name: 'Hikyaku',
    get account() {
      return { ...account, port: server.imapsPort };
    },
    processes: () => server.processes(),
    async restartCold() {
      await server[Symbol.asyncDispose]();
      server = await startDevServer(parent, { data, settings });
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

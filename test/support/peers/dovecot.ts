/**
 * A real Dovecot for tests and benches: an instance of its own in a temporary folder, on loopback ports that were
 * free, with its own configuration, users, mail and log; the machine's Dovecot is neither read nor touched. Needs
 * Debian's packages `dovecot-core` and `dovecot-imapd` (with the users that they make) and root, since its parts
 * change to those users.
 *
 *     await using dovecot = await startDovecot();
 *     await using client = await ImapClient.login(dovecot.account('alice'));
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, chownSync, closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { certificateFor } from '../certificates/self-signed.ts';
import {
  dovecotConf,
  MAIL_OWNER,
  userLines,
  type DovecotOptions,
  type DovecotPorts,
} from './dovecot-config.ts';
import type { ImapAccount } from '../imap/account.ts';
import { freePort } from '../machine/loopback-port.ts';
import { daemonGone, daemonUp } from './daemon.ts';
import { peer, type Peer } from './installed.ts';

const PASSWORD = 'open-sesame-23';
const USERS = { 'alice@example.test': PASSWORD, 'bob@example.test': PASSWORD };

/** Whether Dovecot can be used here, for the `skip` of a test. */
export function dovecotPeer(): Peer {
  const found = peer('dovecot', 'dovecot-core');
  if (found.skip !== false) return found;
  const imap = peer('../lib/dovecot/imap', 'dovecot-imapd');
  if (imap.skip !== false) return imap;
  if (process.getuid?.() === 0) return found;
  return { path: found.path, skip: 'Dovecot starts only as root' };
}

/** Writes the configuration, starts the instance and waits until its port answers. */
export async function startDovecot(options: DovecotOptions = {}): Promise<Dovecot> {
  const { skip } = dovecotPeer();
  if (skip !== false) throw new Error(skip);
  const home = await mkdtemp(path.join(options.parent ?? tmpdir(), 'dovecot-'));
  chmodSync(home, 0o755);
  for (const folder of ['etc', 'run', 'state', 'mail']) mkdirSync(path.join(home, folder), 0o755);
  chownSync(path.join(home, 'mail'), MAIL_OWNER, MAIL_OWNER);
  const ports = { imap: await freePort(), imaps: await freePort() };
  const users = options.users ?? USERS;
  const { cert, key } = await certificateFor('localhost');
  const files = {
    'dovecot.conf': dovecotConf(home, ports, options),
    users: userLines(users),
    'certificate.pem': cert,
    'key.pem': key,
  };
  for (const [name, text] of Object.entries(files))
    await writeFile(path.join(home, 'etc', name), text);
  const dovecot = new Dovecot(home, ports, users, options.timeZone ?? 'UTC');
  try {
    await dovecot.start();
    return dovecot;
  } catch (error) {
    const log = dovecot.log();
    await dovecot[Symbol.asyncDispose]();
    throw new Error(`Dovecot did not start:\n${log}`, { cause: error });
  }
}

export class Dovecot implements AsyncDisposable {
  /** The folder of the instance: etc/, run/, state/, mail/, log. */
  readonly home: string;
  readonly ports: DovecotPorts;
  readonly users: Readonly<Record<string, string>>;
  readonly #timeZone: string;
  #child: ChildProcess | undefined;

  constructor(
    home: string,
    ports: DovecotPorts,
    users: Readonly<Record<string, string>>,
    timeZone: string,
  ) {
    this.home = home;
    this.ports = ports;
    this.users = users;
    this.#timeZone = timeZone;
  }

  /** How a client gets to the mail of `alice`, or of a whole address; by TLS from the first octet. */
  account(user: string, tls: ImapAccount['tls'] = 'implicit'): ImapAccount {
    const address = user.includes('@') ? user : `${user}@example.test`;
    const password = this.users[address];
    if (password === undefined) throw new Error(`Dovecot has no user ${address}`);
    const port = tls === 'implicit' ? this.ports.imaps : this.ports.imap;
    return { host: 'localhost', port, tls, user: address, password };
  }

  /** Where a user's Maildir lies. */
  maildir(address: string): string {
    const [user, domain] = address.split('@');
    return path.join(this.home, `mail/${domain}/${user}/Maildir`);
  }

  /** Starts it, again after {@link stop} too, on the same ports and with the same mail. */
  async start(): Promise<void> {
    const output = openSync(path.join(this.home, 'output'), 'a');
    const program = [dovecotPeer().path, '-F', '-c', path.join(this.home, 'etc/dovecot.conf')];
    // Ends with this process, however that ends.
    this.#child = spawn('/usr/bin/setpriv', ['--pdeathsig', 'TERM', ...program], {
      stdio: ['ignore', output, output],
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', TZ: this.#timeZone },
    });
    closeSync(output);
    await daemonUp(this.#child, this.ports.imap);
  }

  /** Stops it; the mail stays. */
  async stop(): Promise<void> {
    await daemonGone(this.#child);
  }

  /** The process id of the master daemon, undefined while stopped. */
  get pid(): number | undefined {
    const child = this.#child;
    return child?.exitCode === null && child.signalCode === null ? child.pid : undefined;
  }

  /** What it wrote, to its log and before it had one. */
  log(): string {
    return ['output', 'log'].map((name) => textOf(path.join(this.home, name))).join('');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await rm(this.home, { recursive: true, force: true, maxRetries: 5 });
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

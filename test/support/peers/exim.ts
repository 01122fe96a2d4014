/**
 * A real Exim for tests: an instance of its own in a temporary folder, on a loopback port that was free, with its own configuration,
 * queue, log and user; no Exim of the machine is read or touched. Debian's cannot be installed beside its Postfix, so its program
 * stands alone in a folder, where `.ci/run` puts it. It changes to the user Debian-exim, whom it sees in an /etc/passwd of its own:
 * that takes root, and so does its DNS server.
 *
 *     await using exim = await startExim({ mailboxes: ['bob@relay.test'] });
 *     … deliver to 127.0.0.1:exim.port …
 *     const [mail] = await exim.awaitMail('bob@relay.test', 1);
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { eximConf, eximMailboxes, maildirOf, type EximOptions } from './exim-config.ts';
import { freePort } from '../machine/loopback-port.ts';
import { daemonGone, daemonUp } from './daemon.ts';
import { missing, type Peer } from './installed.ts';
import { seeingFiles } from './resolv-conf.ts';

/** Here `.ci/run` puts it. */
const PROGRAM = '/usr/local/lib/hikyaku-peers/exim4';
const REMEDY =
  'apt-get download exim4-daemon-light; dpkg-deb -x exim4-daemon-light_*.deb exim; ' +
  `install -D -m 0755 exim/usr/sbin/exim4 ${PROGRAM}`;
/** `nobody`, who exists everywhere and owns nothing else. */
const OWNER = 65_534;
const PASSWD = `root:x:0:0:root:/root:/bin/sh\nDebian-exim:x:${OWNER}:${OWNER}::/nonexistent:/bin/false\n`;
const GROUP = `root:x:0:\nDebian-exim:x:${OWNER}:\n`;

/** Whether Exim can be used here, for the `skip` of a test. */
export function eximPeer(): Peer {
  if (!existsSync(PROGRAM)) return missing('Exim', REMEDY);
  // of the dynamic loader, where it finds no library
  const { status } = spawnSync(PROGRAM, ['-bV'], { stdio: 'ignore' });
  if (status === 127) return missing('a library of Exim', 'apt-get install libidn12');
  if (process.getuid?.() === 0) return { path: PROGRAM, skip: false };
  return { path: PROGRAM, skip: 'Exim sees its own user only where root starts it' };
}

/** Writes the configuration, starts the instance and waits until its port answers. */
export async function startExim(options: EximOptions = {}): Promise<Exim> {
  const { skip } = eximPeer();
  if (skip !== false) throw new Error(skip);
  const home = await mkdtemp(path.join(tmpdir(), 'exim-'));
  chmodSync(home, 0o755);
  for (const folder of ['etc', 'spool', 'log', 'mail']) mkdirSync(path.join(home, folder), 0o755);
  for (const folder of ['spool', 'log', 'mail']) chownSync(path.join(home, folder), OWNER, OWNER);
  const port = await freePort();
  const files = {
    'exim.conf': eximConf(home, PROGRAM, port, options),
    mailboxes: eximMailboxes(options),
    passwd: PASSWD,
    group: GROUP,
    // 192.0.2.0/24 is nobody's: what is asked by mistake stays without an answer
    'resolv.conf': `nameserver ${options.nameserver ?? '192.0.2.53'}\n`,
  };
  for (const [name, text] of Object.entries(files))
    await writeFile(path.join(home, 'etc', name), text);
  const exim = new Exim(home, port);
  try {
    await exim.start();
    return exim;
  } catch (error) {
    const log = await exim.log();
    await exim[Symbol.asyncDispose]();
    throw new Error(`Exim did not start:\n${log}`, { cause: error });
  }
}

export class Exim implements AsyncDisposable {
  /** The folder of the instance: etc/, spool/, log/, mail/. */
  readonly home: string;
  readonly port: number;
  #child: ChildProcess | undefined;

  constructor(home: string, port: number) {
    this.home = home;
    this.port = port;
  }

  /** Starts it, again after {@link stop} too, on the same port and with the same queue. It tries again what is deferred only when told to. */
  async start(): Promise<void> {
    this.#child = this.#run('-bdf');
    await daemonUp(this.#child, this.port);
  }

  /** Stops it; queue and mail stay. */
  async stop(): Promise<void> {
    await daemonGone(this.#child);
  }

  /** Tries what is in the queue now, whatever its time, and waits for the end of that. */
  async flush(): Promise<void> {
    const child = this.#run('-qf');
    const [code] = (await once(child, 'exit')) as [number | null];
    if (code !== 0) throw new Error(`exim -qf ended with ${code}:\n${await this.log()}`);
  }

  /** What it wrote, to its logs and before it had them. */
  async log(): Promise<string> {
    const texts = ['log/main', 'log/reject', 'log/panic', 'output'].map((name) =>
      readFile(this.#file(name), 'utf8').catch(() => ''),
    );
    return (await Promise.all(texts)).join('');
  }

  /** The lines of its main log about a message. */
  async lines(id: string): Promise<string[]> {
    return (await this.#mainLog()).filter((line) => line.includes(id));
  }

  /** Waits for lines of its main log that match; throws with the log when none comes. */
  async awaitLine(pattern: string, seconds = 30): Promise<string[]> {
    const wanted = new RegExp(pattern);
    const deadline = performance.now() + seconds * 1000;
    for (;;) {
      const found = (await this.#mainLog()).filter((line) => wanted.test(line));
      if (found.length > 0) return found;
      if (performance.now() > deadline)
        throw new Error(`no line with ${pattern}:\n${await this.log()}`);
      await delay(50);
    }
  }

  /** The ids of the messages in its queue. */
  async queued(): Promise<string[]> {
    const folder = this.#file('spool/input');
    const names = existsSync(folder) ? await readdir(folder) : [];
    return names.filter((name) => name.endsWith('-H')).map((name) => name.slice(0, -2));
  }

  /** What lies in a mailbox, oldest first. */
  async mail(address: string): Promise<Buffer[]> {
    const folder = this.#file(`mail/${maildirOf(address)}/new`);
    if (!existsSync(folder)) return [];
    const names = (await readdir(folder)).sort();
    return Promise.all(names.map((name) => readFile(path.join(folder, name))));
  }

  /** Waits until at least `count` messages with the text lie in a mailbox; throws with the log when they do not come. */
  async awaitMail(address: string, count: number, text = '', seconds = 30): Promise<Buffer[]> {
    const deadline = performance.now() + seconds * 1000;
    for (;;) {
      const found = (await this.mail(address)).filter((mail) => mail.includes(text));
      if (found.length >= count) return found;
      if (performance.now() > deadline)
        throw new Error(`${found.length} of ${count} came for ${address}:\n${await this.log()}`);
      await delay(50);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await rm(this.home, { recursive: true, force: true, maxRetries: 5 });
  }

  async #mainLog(): Promise<string[]> {
    return (await readFile(this.#file('log/main'), 'utf8')).split('\n');
  }

  #run(...args: readonly string[]): ChildProcess {
    const output = openSync(this.#file('output'), 'a');
    const owner = [`--reuid=${OWNER}`, `--regid=${OWNER}`, '--clear-groups'];
    // Ends with this process, however that ends.
    const program = ['setpriv', ...owner, '--pdeathsig', 'TERM', PROGRAM];
    const files = Object.fromEntries(
      ['passwd', 'group', 'resolv.conf'].map((name) => [`/etc/${name}`, this.#file(`etc/${name}`)]),
    );
    const seen = seeingFiles(files, [...program, '-C', this.#file('etc/exim.conf'), ...args]);
    const [command, ...rest] = seen as [string, ...string[]];
    const child = spawn(command, rest, {
      stdio: ['ignore', output, output],
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', TZ: 'UTC' },
    });
    closeSync(output);
    return child;
  }

  #file(name: string): string {
    return path.join(this.home, name);
  }
}

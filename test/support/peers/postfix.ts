/**
 * A real Postfix for tests and benches: an instance of its own in a temporary folder, on loopback ports that
 * were free, with its own configuration, queue and log; the machine's Postfix is neither read nor touched.
 * It asks no DNS. Needs Debian's package `postfix` and root, since Postfix starts as nobody else.
 *
 *     await using postfix = await startPostfix({ mailboxes: ['bob@relay.test'] });
 *     … deliver to 127.0.0.1:postfix.port …
 *     const [mail] = await postfix.awaitMail('bob@relay.test', 1);
 */
import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
} from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { awaitBanner, freePort } from '../machine/loopback-port.ts';
import { peer, type Peer } from './installed.ts';
import { seeing } from './resolv-conf.ts';
import {
  mainCf,
  masterCf,
  recipientAccess,
  transportMap,
  virtualMailboxes,
  type PostfixOptions,
} from './postfix-config.ts';

/** Owner of the Maildirs: `nobody`, who exists everywhere and owns nothing else. */
const MAIL_OWNER = 65_534;

/** Whether Postfix can be used here, for the `skip` of a test. */
export function postfixPeer(): Peer {
  const found = peer('postfix');
  if (found.skip !== false || process.getuid?.() === 0) return found;
  return { path: found.path, skip: 'Postfix starts only as root' };
}

/** Writes the configuration, starts the instance and waits until its port answers. */
export async function startPostfix(options: PostfixOptions = {}): Promise<Postfix> {
  const home = await mkdtemp(path.join(options.parent ?? tmpdir(), 'postfix-'));
  chmodSync(home, 0o755);
  for (const folder of ['etc', 'queue', 'data', 'mail']) mkdirSync(path.join(home, folder), 0o755);
  const [postfixUser] = ownerOf('postfix');
  chownSync(path.join(home, 'data'), postfixUser, postfixUser);
  chownSync(path.join(home, 'mail'), MAIL_OWNER, MAIL_OWNER);
  const port = await freePort();
  const files = {
    'main.cf': mainCf(home, options, MAIL_OWNER),
    'master.cf': masterCf(port, options),
    mailboxes: virtualMailboxes(options),
    'recipient-access': recipientAccess(options),
    transport: transportMap(options),
  };
  for (const [name, text] of Object.entries(files))
    await writeFile(path.join(home, 'etc', name), text);
  const postfix = new Postfix(home, port, options.resolvConf);
  await postfix.start();
  return postfix;
}

function ownerOf(user: string): [uid: number] {
  const { stdout } = spawnSync('id', ['-u', user], { encoding: 'utf8' });
  const uid = Number.parseInt(stdout, 10);
  if (Number.isNaN(uid)) throw new Error(`there is no user ${user}`);
  return [uid];
}

export class Postfix implements AsyncDisposable {
  /** The folder of the instance: etc/, queue/, data/, mail/, maillog. */
  readonly home: string;
  readonly port: number;
  readonly #program = postfixPeer().path;

  readonly #resolvConf: string | undefined;

  constructor(home: string, port: number, resolvConf?: string) {
    this.home = home;
    this.port = port;
    this.#resolvConf = resolvConf;
    process.on('exit', this.#abort);
  }

  /** Starts it, again after {@link stop} too, on the same port and with the same queue. */
  async start(): Promise<void> {
    await this.#run('start');
    await awaitBanner(this.port);
  }

  /** Stops it; the queue stays. */
  async stop(): Promise<void> {
    if (this.pid() !== undefined) await this.#run('stop');
  }

  /** Tries what is deferred now. */
  async flush(): Promise<void> {
    await this.#run('flush');
  }

  /** The process id of the master daemon, undefined while stopped. */
  pid(): number | undefined {
    try {
      const pid = Number.parseInt(readFileSync(this.#file('queue/pid/master.pid'), 'utf8'), 10);
      // A daemon that ended stays listed as a zombie until its parent asks for it.
      const [, state] = /\) (\w) /.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
      return state === 'Z' ? undefined : pid;
    } catch {
      return undefined;
    }
  }

  async log(): Promise<string> {
    return existsSync(this.#file('maillog')) ? readFile(this.#file('maillog'), 'utf8') : '';
  }

  /** How many messages lie in the queue, under way or deferred. */
  async queued(): Promise<number> {
    const folders = ['maildrop', 'incoming', 'active', 'deferred'];
    const listings = folders.map((folder) =>
      readdir(this.#file(`queue/${folder}`), { recursive: true, withFileTypes: true }),
    );
    return (await Promise.all(listings)).flat().filter((entry) => entry.isFile()).length;
  }

  /** The folder into which mail for an address is delivered, one file a message. */
  maildir(address: string): string {
    const [user, domain] = address.split('@');
    return this.#file(`mail/${domain}/${user}/new`);
  }

  /** What lies in a mailbox, oldest first. */
  async mail(address: string): Promise<Buffer[]> {
    const folder = this.maildir(address);
    if (!existsSync(folder)) return [];
    const names = (await readdir(folder)).sort();
    return Promise.all(names.map((name) => readFile(path.join(folder, name))));
  }

  /** Waits until at least `count` messages lie in a mailbox; throws with the log when they do not come. */
  async awaitMail(address: string, count: number, seconds = 30): Promise<Buffer[]> {
    const deadline = performance.now() + seconds * 1000;
    for (;;) {
      const found = await this.mail(address);
      if (found.length >= count) return found;
      if (performance.now() > deadline)
        throw new Error(`${found.length} of ${count} came for ${address}:\n${await this.log()}`);
      await delay(50);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    process.off('exit', this.#abort);
    await rm(this.home, { recursive: true, force: true });
  }

  /** Runs `postfix COMMAND` and waits for it, not for the daemon that it leaves behind. */
  async #run(command: string): Promise<void> {
    const output = openSync(this.#file('control.log'), 'a');
    const plain = [this.#program, '-c', this.#file('etc'), command];
    const [program, ...args] = seeing(this.#resolvConf, plain) as [string, ...string[]];
    const child = spawn(program, args, {
      stdio: ['ignore', output, output],
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
    });
    closeSync(output);
    const { promise, resolve, reject } = Promise.withResolvers<number | null>();
    child.once('error', reject).once('exit', resolve);
    const code = await promise;
    if (code === 0) return;
    const said = await readFile(this.#file('control.log'), 'utf8');
    throw new Error(`postfix ${command} ended with ${code}:\n${said}\n${await this.log()}`);
  }

  /** A test that dies must not leave a server behind. */
  readonly #abort = (): void => {
    if (this.pid() !== undefined)
      spawnSync(this.#program, ['-c', this.#file('etc'), 'abort'], { stdio: 'ignore' });
  };

  #file(name: string): string {
    return path.join(this.home, name);
  }
}

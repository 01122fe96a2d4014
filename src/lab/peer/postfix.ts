/**
 * An instance of Postfix with a configuration, queue and log of its own in a folder; the machine's own is neither read nor touched. Its
 * master is known by its pid file and by whose configuration it runs with, so that one which a crash left behind is found and ended, and no other.
 */
import { spawn } from 'node:child_process';
import { chmod, chown, lstat, mkdir, open, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { POSTFIX } from './installed.ts';
import { MAIL_OWNER, postfixFiles, type PostfixPlace } from './postfix-config.ts';

const POLL = 20;
/** How long it may take to end. Real milliseconds. */
const GRACE = 5000;
/** Octets of the log that are read. */
const MOST_LOG = 1024 * 1024;
const ENVIRONMENT = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };

/** @param identity certificate chain and key, PEM */
export async function writePostfix(place: PostfixPlace, identity: string): Promise<void> {
  const at = (name: string): string => path.join(place.home, name);
  await chmod(place.home, 0o755);
  for (const folder of ['etc', 'queue', 'data', 'mail']) {
    await mkdir(at(folder), { recursive: true });
    await chmod(at(folder), 0o755);
  }
  const postfix = await userOf('postfix');
  await chown(at('data'), postfix, postfix);
  await chown(at('mail'), MAIL_OWNER, MAIL_OWNER);
  for (const [name, text] of Object.entries(postfixFiles(place)))
    await writeFile(at(`etc/${name}`), text);
  await writeFile(at('etc/identity.pem'), identity, { mode: 0o600 });
  // a log of its own for each start: what is waited for is told in this one
  await writeFile(at('maillog'), '');
}

/** @throws with what it said */
export async function startPostfix(home: string): Promise<void> {
  const output = await open(path.join(home, 'control.log'), 'w');
  try {
    const child = spawn(POSTFIX, ['-c', path.join(home, 'etc'), 'start'], {
      stdio: ['ignore', output.fd, output.fd],
      env: ENVIRONMENT,
    });
    const { promise, resolve, reject } = Promise.withResolvers<number | null>();
    child.once('error', reject).once('exit', resolve);
    const code = await promise;
    if (code === 0) return;
    const said = await readFile(path.join(home, 'control.log'), 'utf8');
    throw new Error(`postfix start ended with ${code}: ${said.slice(-2000)} ${await logOf(home)}`);
  } finally {
    await output.close();
  }
}

/** Ends the master of the folder once the pipe to us is closed, however we ended. */
const WATCHER = `
read -r _
pid=$(tr -d ' ' < "$1/queue/pid/master.pid") || exit 0
tr '\\0' '\\n' < "/proc/$pid/environ" | grep -qxF "MAIL_CONFIG=$1/etc" && kill -TERM "$pid"
`;

/** A crash of ours is its end too. @returns what calls the watcher off: Postfix has to have ended before */
export function watchOver(home: string): Disposable {
  const watcher = spawn('/bin/sh', ['-c', WATCHER, 'sh', home], {
    cwd: '/',
    detached: true,
    env: ENVIRONMENT,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watcher.on('error', () => {});
  watcher.stdin.on('error', () => {});
  watcher.unref();
  (watcher.stdin as unknown as { unref(): void }).unref();
  return { [Symbol.dispose]: () => void watcher.stdin.end() };
}

/** Ends it where it runs, and everything that it started. */
export async function endPostfix(home: string): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    const master = await masterOf(home);
    if (master === undefined) return;
    // it leads a group of its own, and ends that group
    process.kill(signal === 'SIGTERM' ? master : -master, signal);
    for (let waited = 0; waited < GRACE; waited += POLL) {
      if ((await masterOf(home)) === undefined) return;
      await delay(POLL);
    }
  }
}

/** The process of the master; undefined: it does not run. */
export async function masterOf(home: string): Promise<number | undefined> {
  try {
    const pid = Number.parseInt(
      await readFile(path.join(home, 'queue/pid/master.pid'), 'utf8'),
      10,
    );
    if (!(pid > 1)) return undefined;
    const environment = await readFile(`/proc/${pid}/environ`, 'latin1');
    const isOurs = environment.split('\0').includes(`MAIL_CONFIG=${path.join(home, 'etc')}`);
    // a process that ended stays listed until its parent asks for it, without an environment
    return isOurs ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** The end of its log. */
export async function logOf(home: string): Promise<string> {
  const file = await open(path.join(home, 'maillog'), 'r');
  try {
    const { size } = await file.stat();
    const start = Math.max(0, size - MOST_LOG);
    const read = await file.read({ buffer: Buffer.alloc(size - start), position: start });
    return read.buffer.toString('utf8', 0, read.bytesRead);
  } finally {
    await file.close();
  }
}

/** Whether a folder is ours alone to write to: one below the temporary folder might be anybody's. */
export async function isOurs(folder: string): Promise<boolean> {
  const stat = await lstat(folder).catch(() => undefined);
  return (
    stat?.isDirectory() === true && stat.uid === process.getuid?.() && (stat.mode & 0o022) === 0
  );
}

async function userOf(name: string): Promise<number> {
  const line = (await readFile('/etc/passwd', 'utf8'))
    .split('\n')
    .find((text) => text.startsWith(`${name}:`));
  const uid = Number(line?.split(':')[2]);
  if (Number.isInteger(uid) && uid > 0) return uid;
  throw new Error(`Postfix is installed, but there is no user ${name}`);
}

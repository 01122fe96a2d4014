/**
 * A real Rspamd for tests: a controller on a loopback port, which scans too, with a configuration of its own that knows a few symbols, asks
 * no DNS and learns into files; two processes would lock these against each other. Needs Debian's package `rspamd`.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../machine/loopback-port.ts';
import { peer, type Peer } from './installed.ts';
import { eventually } from '../program/running-server.ts';

/** It knows no address that needs none. */
export const RSPAMD_PASSWORD = 'a-password-of-the-controller';
/** Refused by every content scanner. */
export const GTUBE = 'XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X';
/** Debian's, for who runs the tests as root. */
const USER = '_rspamd';
const START_PATIENCE = 60;

/** Whether Rspamd can be used here, for the `skip` of a test. */
export function rspamdPeer(): Peer {
  return peer('rspamd');
}

export class TestRspamd implements AsyncDisposable {
  readonly #home: string;
  readonly #port: number;
  #child: ChildProcess | undefined;

  private constructor(home: string, port: number) {
    this.#home = home;
    this.#port = port;
  }

  static async start(): Promise<TestRspamd> {
    const home = await mkdtemp(path.join(tmpdir(), 'rspamd-'));
    const made = new TestRspamd(home, await freePort());
    await writeFile(path.join(home, 'suffixes'), 'test\nexample\ncom\n');
    await writeFile(path.join(home, 'symbols.lua'), SYMBOLS);
    await writeFile(path.join(home, 'rspamd.conf'), made.#configuration());
    if (process.getuid?.() === 0) {
      const [uid, gid] = ['-u', '-g'].map((which) => Number(execFileSync('id', [which, USER])));
      chownSync(home, uid!, gid!);
    }
    chmodSync(home, 0o755);
    try {
      await made.start();
      return made;
    } catch (error) {
      await made[Symbol.asyncDispose]();
      throw error;
    }
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Again, too. */
  async start(): Promise<void> {
    const asRoot = process.getuid?.() === 0 ? ['-u', USER, '-g', USER] : [];
    const args = ['-f', ...asRoot, '-c', path.join(this.#home, 'rspamd.conf')];
    const child = spawn(rspamdPeer().path, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    const abort = (): void => void child.kill('SIGKILL');
    process.once('exit', abort);
    child.once('exit', () => process.off('exit', abort));
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-4000)));
    const isUp = async (): Promise<boolean> => {
      if (child.exitCode !== null) throw new Error(`Rspamd did not start:\n${said}`);
      return answers(this.url);
    };
    await eventually('Rspamd answers', isUp, START_PATIENCE);
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  }

  /** What its controller says of itself. */
  async stat(): Promise<{ readonly learned: number }> {
    const headers = { Password: RSPAMD_PASSWORD };
    const answer = await fetch(`${this.url}/stat`, { headers });
    return (await answer.json()) as { learned: number };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await rm(this.#home, { recursive: true, force: true });
  }

  #configuration(): string {
    const file = (name: string): string => JSON.stringify(path.join(this.#home, name));
    return `
options {
  pidfile = ${file('rspamd.pid')};
  filters = "";
  url_tld = ${file('suffixes')};
  tempdir = ${file('')};
  cache_file = ${file('symbols.cache')};
  hs_cache_dir = ${file('')};
  control_socket = ${JSON.stringify(`${path.join(this.#home, 'control.sock')} mode=0600`)};
  dns { nameserver = ["127.0.0.1:1"]; timeout = 0.1s; retransmits = 1; }
  local_addrs = [];
}
logging { type = "console"; level = "notice"; color = false; }
worker "controller" {
  bind_socket = "127.0.0.1:${this.#port}";
  count = 1;
  password = "${RSPAMD_PASSWORD}";
  enable_password = "${RSPAMD_PASSWORD}";
}
actions { reject = 15; "add header" = 6; greylist = 4; }
classifier "bayes" {
  tokenizer { name = "osb"; }
  cache { type = "sqlite3"; path = ${file('cache.sqlite')}; }
  min_tokens = 11;
  min_learns = 1;
  backend = "sqlite3";
  statfile { symbol = "BAYES_HAM"; path = ${file('ham.sqlite')}; spam = false; }
  statfile { symbol = "BAYES_SPAM"; path = ${file('spam.sqlite')}; spam = true; }
}
lua = ${file('symbols.lua')};
`;
  }
}

/** By the subject: a symbol of weight, one of little, and one that puts the message off. */
const SYMBOLS = `
local function subject(task) return task:get_header('Subject') or '' end
local function weigh(name, word, score, description)
  rspamd_config:register_symbol({ name = name, score = score, description = description,
    callback = function(task) return subject(task):find(word) ~= nil end })
end
weigh('CHEAP_OFFER', 'cheap', 7.5, 'It offers something cheap')
weigh('PERHAPS', 'perhaps', 4.5, 'It is not sure')
rspamd_config:register_symbol({ name = 'LATER', callback = function(task)
  if subject(task):find('later') then task:set_pre_result('soft reject', 'Come again later') end
end })
rspamd_config:register_symbol({ name = 'ENVELOPE', score = 0.0, callback = function(task)
  local from = task:get_from('smtp')
  return from ~= nil and from[1].addr == 'ann@sender.test' and task:get_helo() == 'client.test'
    and #task:get_recipients('smtp') == 1
end })
`;

async function answers(url: string): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/ping`, { signal: AbortSignal.timeout(2000) });
    return (await answer.text()).startsWith('pong');
  } catch {
    return false;
  }
}

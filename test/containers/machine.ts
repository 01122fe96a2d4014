/**
 * A machine of its own whose first process is systemd, in a container of test/containers/systemd.Dockerfile: on a network from which
 * nothing leads out, where this process reaches it by its address.
 */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { eventually } from '../support/program/running-server.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const IMAGE = 'hikyaku-test-systemd';
const DOCKERFILE = 'test/containers/systemd.Dockerfile';
/** A build brings packages. */
const PATIENCE = 15 * 60_000;
const SECONDS_TO_BOOT = 120;
/** Whoever administers it: an ordinary user with sudo. */
const ADMINISTRATOR = 'admin';

export interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function docker(args: readonly string[], input = ''): Promise<Said> {
  const { promise, resolve } = Promise.withResolvers<Said>();
  const options = { cwd: ROOT, timeout: PATIENCE, maxBuffer: 2 ** 26 };
  const child = execFile('docker', args, options, (error, stdout, stderr) => {
    const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
    resolve({ code, stdout, stderr });
  });
  child.stdin!.end(input);
  return promise;
}

/** @throws with all that was said where it does not end well */
async function done(args: readonly string[], input?: string): Promise<string> {
  const { code, stdout, stderr } = await docker(args, input);
  if (code !== 0) throw new Error(`docker ${args.join(' ')}: exit ${code}\n${stdout}${stderr}`);
  return stdout;
}

export async function buildMachine(): Promise<void> {
  await done(['build', '--quiet', '--tag', IMAGE, '--file', DOCKERFILE, '.']);
}

export class Machine implements AsyncDisposable {
  readonly #name: string;
  address = '';

  private constructor(name: string) {
    this.#name = name;
  }

  /** Booted: systemd has started all that it is told to. */
  static async boot(name: string, hostname: string): Promise<Machine> {
    const machine = new Machine(name);
    await machine[Symbol.asyncDispose]();
    await done(['network', 'create', '--internal', name]);
    // systemd needs its part of the cgroups to write to, which the engine gives to privileged containers alone
    const rights = ['--privileged', '--cgroupns=private', '--env', 'container=docker'];
    const memory = ['/run', '/run/lock', '/tmp'].flatMap((folder) => ['--tmpfs', folder]);
    const names = ['--name', name, '--hostname', hostname, '--network', name];
    await done(['run', '--detach', ...names, ...rights, ...memory, IMAGE]);
    await machine.#booted();
    return machine;
  }

  /** Shut down and booted again. */
  async reboot(): Promise<void> {
    await done(['restart', '--time', '90', this.#name]);
    await this.#booted();
  }

  async #booted(): Promise<void> {
    await eventually(
      'it has booted',
      async () => (await this.try('systemctl', 'is-system-running')).stdout.trim() === 'running',
      SECONDS_TO_BOOT,
    );
    const format = '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}';
    this.address = (await done(['inspect', '--format', format, this.#name])).trim();
  }

  /** A command as root, however it ends. */
  try(...command: readonly string[]): Promise<Said> {
    return docker(['exec', this.#name, ...command]);
  }

  /** A command as root that has to succeed. */
  root(...command: readonly string[]): Promise<string> {
    return done(['exec', this.#name, ...command]);
  }

  /** Commands as whoever administers it types them, each of which has to succeed. */
  type(commands: string, input?: string): Promise<string> {
    const shell = ['bash', '-eu', '-o', 'pipefail', '-c', commands];
    const who = ['exec', '--interactive', '--user', ADMINISTRATOR, '--workdir', '/'];
    return done([...who, this.#name, ...shell], input);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await docker(['rm', '--force', '--volumes', this.#name]);
    await docker(['network', 'rm', this.#name]);
  }
}

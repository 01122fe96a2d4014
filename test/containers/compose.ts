/** Runs the compose project of this checkout under a name of its own, and takes it down with all that it keeps. */
import { execFile } from 'node:child_process';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '../..');
/** A build brings packages. */
const PATIENCE = 10 * 60_000;

export interface ComposeRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export class Compose implements AsyncDisposable {
  readonly #environment: Readonly<Record<string, string>>;

  /** @param environment what `.env` would say */
  constructor(environment: Readonly<Record<string, string>> = {}) {
    const { PATH = '', HOME = '/' } = process.env;
    this.#environment = { PATH, HOME, COMPOSE_PROJECT_NAME: 'hikyaku-test', ...environment };
  }

  /** The same project with other settings. */
  with(environment: Readonly<Record<string, string>>): Compose {
    return new Compose({ ...this.#environment, ...environment });
  }

  run(...args: readonly string[]): Promise<ComposeRun> {
    return this.#run(args, '');
  }

  #run(args: readonly string[], input: string): Promise<ComposeRun> {
    const { promise, resolve } = Promise.withResolvers<ComposeRun>();
    const options = { cwd: ROOT, env: this.#environment, timeout: PATIENCE, maxBuffer: 2 ** 26 };
    const child = execFile('docker', ['compose', ...args], options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ code, stdout, stderr });
    });
    child.stdin!.end(input);
    return promise;
  }

  /** Standard output. @throws with all that was said where it does not end well */
  async done(...args: readonly string[]): Promise<string> {
    return this.#done(args, '');
  }

  async #done(args: readonly string[], input: string): Promise<string> {
    const { code, stdout, stderr } = await this.#run(args, input);
    if (code !== 0) {
      const { stdout: log } = await this.run('logs', '--no-color', '--tail', '40');
      throw new Error(`docker compose ${args.join(' ')}: exit ${code}\n${stdout}${stderr}\n${log}`);
    }
    return stdout;
  }

  /** A command in the running container of a service. */
  exec(service: string, ...command: readonly string[]): Promise<string> {
    return this.done('exec', '-T', service, ...command);
  }

  /** The same, with something to read. */
  execWith(input: string, service: string, ...command: readonly string[]): Promise<string> {
    return this.#done(['exec', '-T', service, ...command], input);
  }

  /** One object a line of `hikyaku … --json`. */
  async hikyaku<Row>(...command: readonly string[]): Promise<Row[]> {
    const text = await this.exec('hikyaku', 'hikyaku', ...command, '--json');
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Row);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.run('--profile', '*', 'down', '--volumes', '--remove-orphans', '--timeout', '20');
  }
}

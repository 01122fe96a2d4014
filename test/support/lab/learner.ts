/** A learner at work: `hikyaku dev` in a practice Internet of its own as a process, and its command line. For lessons that need all of it. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { freeLabPrefix } from './network.ts';
import { PASSWORD, startRunningServer, type RunningServer } from '../program/running-server.ts';

export interface Learner extends AsyncDisposable {
  readonly server: RunningServer;
  /** The first two numbers of the addresses around it. */
  readonly prefix: string;
  /** Starts a lesson. */
  start(lesson: string): Promise<void>;
  check(lesson: string): Promise<LessonState>;
  answer(lesson: string, answers: Readonly<Record<string, string>>): Promise<void>;
  /** Lets the app send as alice, by this password. */
  configureApp(password?: string): Promise<void>;
}

export interface LessonState {
  readonly passed: boolean;
  readonly seen: readonly string[];
  readonly missing: readonly string[];
  /** What there was instead, by criterion. */
  readonly why: Readonly<Record<string, string | null>>;
}

interface Verdict {
  readonly passed: boolean;
  readonly seen: readonly { readonly key: string }[];
  readonly missing: readonly { readonly key: string; readonly why: string | null }[];
}

/** @param preload modules that are loaded before the program @param more of its environment */
export async function startLearner(
  preload: readonly string[] = [],
  more: Readonly<Record<string, string>> = {},
): Promise<Learner> {
  const prefix = await freeLabPrefix();
  const env = { HIKYAKU_LAB_ON: 'true', HIKYAKU_LAB_NETWORK: prefix, ...more };
  const server = await startRunningServer({ env, preload });
  return {
    server,
    prefix,
    start: async (lesson) => void (await server.done('lab', 'start', lesson)),
    async check(lesson) {
      const { code, stdout, stderr } = await server.command('lab', 'check', lesson, '--json');
      if (code !== 0 && code !== 1) throw new Error(stderr);
      const { passed, seen, missing } = JSON.parse(stdout) as Verdict;
      if (passed !== (code === 0)) throw new Error(`lab check ended with ${code}: ${stdout}`);
      return {
        passed,
        seen: seen.map(({ key }) => key),
        missing: missing.map(({ key }) => key),
        why: Object.fromEntries(missing.map(({ key, why }) => [key, why])),
      };
    },
    async answer(lesson, answers) {
      const given = Object.entries(answers).map(([name, answer]) => `${name}=${answer}`);
      await server.done('lab', 'answer', lesson, ...given);
    },
    async configureApp(password = PASSWORD) {
      const file = path.join(server.home, 'app-password');
      await writeFile(file, `${password}\n`, { mode: 0o600 });
      const port = String(server.ports.submission);
      const how = ['--port', port, '--user', 'alice@example.test', '--password-file', file];
      await server.done('lab', 'app', 'config', ...how);
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

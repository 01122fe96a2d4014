/** `bin/hikyaku` as a process of its own, without a server, in English whatever the machine speaks. */
import { execFile } from 'node:child_process';
import { PROGRAM, type CommandResult } from './running-server.ts';

export interface ProgramOptions {
  /** On standard input, one octet a character. */
  readonly input?: string;
  readonly cwd?: string;
  /** Instead of that of the test. */
  readonly env?: Readonly<Record<string, string>>;
}

export function runProgram(
  args: readonly string[],
  { input = '', cwd, env }: ProgramOptions = {},
): Promise<CommandResult> {
  const unset = { LC_ALL: undefined, LC_MESSAGES: undefined, HIKYAKU_LANG: undefined };
  const english = { ...process.env, ...unset, LANG: 'C' };
  const { promise, resolve } = Promise.withResolvers<CommandResult>();
  const child = execFile(PROGRAM, args, { cwd, env: env ?? english }, (error, stdout, stderr) => {
    resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
  });
  // it may end without having read it
  child.stdin!.on('error', () => {});
  child.stdin!.end(Buffer.from(input, 'latin1'));
  return promise;
}

/** Runs another program to its end: at most a minute, its output in one text. */
import { execFile } from 'node:child_process';

export interface PeerRun {
  readonly code: number;
  /** Standard output, then standard error. */
  readonly output: string;
}

export function runPeer(
  program: string,
  /** Groups are only for the eye. */
  args: readonly (string | readonly string[])[],
  input: string | Uint8Array = '',
): Promise<PeerRun> {
  const { promise, resolve } = Promise.withResolvers<PeerRun>();
  const options = { timeout: 60_000, maxBuffer: 2 ** 26 };
  const child = execFile(program, args.flat(), options, (error, stdout, stderr) => {
    const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
    resolve({ code, output: stdout + stderr });
  });
  child.stdin!.on('error', () => {});
  child.stdin!.end(input);
  return promise;
}

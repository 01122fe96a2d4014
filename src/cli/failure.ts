/** How a command says that it could not: a cause and what to do about it, on standard error. */
import { asTyped } from '#mail/story/as-typed';
import { printable } from '#mail/story/terminal-text';
import type { ExitCode } from './exit-code.ts';

/** Characters of one line. */
const MOST_SHOWN = 2000;

/** Thrown by commands for what a person can mend; anything else is a bug and shows its stack. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
  readonly remedy: string;
  readonly exitCode: ExitCode;

  constructor(message: string, remedy: string, exitCode: ExitCode = 2) {
    super(message);
    this.remedy = remedy;
    this.exitCode = exitCode;
  }
}

/** What stands below a command line that cannot be parsed. @param line of the command */
export function helpRemedy(line: string): string {
  return asTyped(`  ${line} --help shows what there is.`);
}

export function reportFailure(failure: CommandFailure): ExitCode {
  const remedy = asTyped(failure.remedy)
    .split('\n')
    .map((line) => `  ${line}`);
  for (const line of [`hikyaku: ${failure.message}`, ...remedy]) {
    // what others wrote may be quoted in it
    process.stderr.write(`${printable(line, MOST_SHOWN)}\n`);
  }
  return failure.exitCode;
}

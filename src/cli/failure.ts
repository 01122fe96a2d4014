/** How a command says that it could not: a cause and what to do about it, on standard error. */
import type { ExitCode } from './run.ts';

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

export function reportFailure(failure: CommandFailure): ExitCode {
  process.stderr.write(
    `hikyaku: ${failure.message}\n  ${failure.remedy.replaceAll('\n', '\n  ')}\n`,
  );
  return failure.exitCode;
}

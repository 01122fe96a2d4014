/** The command line: nouns, each in a file of its own that is loaded when its turn comes, and how a command ends. */
import { Command, CommanderError } from 'commander';
import type { ExitCode } from './exit-code.ts';
import { CommandFailure, reportFailure } from './failure.ts';
import { knownCommands } from './known-commands.ts';
import { NOUNS } from './nouns.ts';

/** @param args without the program's name */
export async function run(args: readonly string[]): Promise<ExitCode> {
  const program = new Command('hikyaku')
    .description('A mail server that one person can run, read and learn from.')
    .exitOverride()
    .showHelpAfterError('(--help shows what there is)')
    .showSuggestionAfterError()
    .enablePositionalOptions();
  let code: ExitCode = 0;
  const end = (result: ExitCode): void => {
    code = result;
  };
  for (const [name, noun] of Object.entries(NOUNS)) {
    const command = program
      .command(name)
      .description(noun.summary)
      .exitOverride()
      .showHelpAfterError(`(hikyaku ${name} --help shows what there is)`);
    // the words of the noun are needed only when it is meant
    if (args.find((arg) => !arg.startsWith('-')) === name)
      (await noun.load())(command, end, knownCommands);
  }
  try {
    if (args.length === 0) {
      program.outputHelp();
      return 2;
    }
    await program.parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (error instanceof CommandFailure) return reportFailure(error);
    // a bug: whoever reports it needs the whole of it
    process.stderr.write(`hikyaku: ${error instanceof Error ? error.stack : String(error)}\n`);
    return 2;
  }
}

/** Whoever reads the output may have seen enough (`| head`): that is no error. */
export function endWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
}

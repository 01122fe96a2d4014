/** The command line: nouns, each in a file of its own that is loaded when its turn comes, and how a command ends. */
import { Command, CommanderError } from 'commander';
import { calledName } from '#mail/story/as-typed';
import { VERSION } from '#mail/version';
import type { ExitCode } from './exit-code.ts';
import { CommandFailure, helpRemedy, reportFailure } from './failure.ts';
import { knownCommands } from './known-commands.ts';
import { NOUNS } from './nouns.ts';

/** @param args without the program's name */
export async function run(args: readonly string[]): Promise<ExitCode> {
  const program = new Command(calledName())
    .description('A mail server that one person can run, read and learn from.')
    .version(VERSION, '-V, --version', 'say which version this is')
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(inHouseForm(text)) })
    .showHelpAfterError(helpRemedy('hikyaku'))
    .showSuggestionAfterError()
    .enablePositionalOptions();
  let code: ExitCode = 0;
  const end = (result: ExitCode): void => {
    code = result;
  };
  const meant = nounMeant(args);
  for (const [name, noun] of Object.entries(NOUNS)) {
    const command = program
      .command(name)
      .description(noun.summary)
      .exitOverride()
      .showHelpAfterError(helpRemedy(`hikyaku ${name}`));
    // the words of the noun are needed only when it is meant
    if (meant === name) (await noun.load())(command, end, knownCommands);
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
    const full = withoutRoom(error);
    if (full !== undefined) return reportFailure(full);
    // a bug: whoever reports it needs the whole of it
    process.stderr.write(`hikyaku: ${error instanceof Error ? error.stack : String(error)}\n`);
    return 2;
  }
}

/** `hikyaku help mail` means mail too. */
function nounMeant(args: readonly string[]): string | undefined {
  const [first, second] = args.filter((arg) => !arg.startsWith('-'));
  return first === 'help' ? second : first;
}

/** What the parser says, in the form of other failures: who says it, then what to do about it. */
function inHouseForm(text: string): string {
  return text.replace(/^error: /, 'hikyaku: ').replace(/\n\((Did you mean .*)\)$/m, '\n  $1');
}

const NO_ROOM: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT']);

/** Undefined: it is something else. */
function withoutRoom(error: unknown): CommandFailure | undefined {
  if (!(error instanceof Error) || !NO_ROOM.has((error as NodeJS.ErrnoException).code)) return;
  return new CommandFailure(
    `a disk is full: ${error.message}`,
    'Make room on it (df shows which one it is, mostly that of the data folder), and try again.',
  );
}

/**
 * Whoever reads the output may have seen enough (`| head`): that is no error. A command that has something to end first, a server and its
 * database, is told as by a signal.
 */
export function endWithReader(): void {
  let isGone = false;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    const full = withoutRoom(error);
    if (full !== undefined) process.exit(reportFailure(full));
    if (error.code !== 'EPIPE') throw error;
    if (isGone) return;
    isGone = true;
    if (process.listenerCount('SIGTERM') === 0) process.exit();
    process.emit('SIGTERM', 'SIGTERM');
  });
}

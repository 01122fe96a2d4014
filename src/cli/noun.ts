/** What a noun of the command line is: a summary, and a file that registers its verbs. */
import type { Command } from 'commander';
import type { ExitCode } from './exit-code.ts';

/**
 * Registers verbs on the command that it is given; `end` sets the exit code of what was run.
 * @param known for the nouns that open the practice Internet; no noun knows the others
 */
export type Register = (
  command: Command,
  end: (code: ExitCode) => void,
  known: KnownCommands,
) => void;

/** Every command that there is, in words: `queue list`. Lessons look at what learners write of them. */
export type KnownCommands = () => Promise<readonly string[]>;

export interface Noun {
  readonly summary: string;
  readonly load: () => Promise<Register>;
}

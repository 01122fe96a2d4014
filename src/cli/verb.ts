/** What every command has in common: `--json`, the options that name the settings, and an example in its help. */
import type { Command } from 'commander';
import { asTyped } from '#mail/story/as-typed';
import { CommandFailure, helpRemedy } from './failure.ts';
import type { OutputOptions } from './terminal/output.ts';
import { addSettingsOptions, type SettingsOptions } from './settings-options.ts';

export type CommonOptions = OutputOptions & SettingsOptions;

/** A command as it is typed: nouns may have nouns below them. */
export function lineOf(command: Command): string {
  return command.parent === null ? command.name() : `${lineOf(command.parent)} ${command.name()}`;
}

/**
 * Adds a verb to a noun.
 * @param usage `list <account>`
 * @param examples each a whole command line
 */
export function addVerb(
  noun: Command,
  usage: string,
  summary: string,
  ...examples: readonly string[]
): Command {
  const label = examples.length === 1 ? 'Example' : 'Examples';
  const command = noun
    .command(usage)
    .description(summary)
    .option('--json', 'one JSON object a line');
  command.showHelpAfterError(helpRemedy(lineOf(command)));
  return addSettingsOptions(command).addHelpText(
    'after',
    `\n${label}:\n${examples.map((example) => `  $ ${asTyped(example)}`).join('\n')}`,
  );
}

/** A whole number of an option. @throws CommandFailure */
export function wholeNumber(
  option: string,
  least: number,
  most: number,
): (given: string) => number {
  return (given) => {
    const value = Number(given);
    if (/^\d+$/.test(given) && value >= least && value <= most) return value;
    throw new CommandFailure(
      `${option} ${given} is no number from ${least} to ${most}`,
      `Write for example ${option} ${Math.max(least, Math.min(25, most))}.`,
    );
  };
}

export const MOST_ROWS = 1_000_000;

export function addLimit(command: Command, summary: string): Command {
  return command.option('--limit <n>', summary, wholeNumber('--limit', 1, MOST_ROWS));
}

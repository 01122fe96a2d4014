/** The options that name the sources of the settings. */
import type { Command } from 'commander';

export interface SettingsOptions {
  readonly set?: readonly string[];
  readonly config?: string;
}

export function addSettingsOptions(command: Command): Command {
  return command
    .option('--set <key=value>', 'a setting, over environment and file (repeatable)', collect)
    .option('--config <file>', 'instead of ./hikyaku.toml');
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

/** The configuration as commands load it. */
import {
  loadConfig,
  wrongConfig,
  type Config,
  type ConfigProblem,
  type Configured,
  type Mode,
} from '#config';
import { CommandFailure } from './failure.ts';
import { warnOfSecrets } from './secret-flags.ts';
import type { SettingsOptions } from './settings-options.ts';

/** @throws CommandFailure that names every key that is wrong */
export function settings(mode: Mode, options: SettingsOptions): Config {
  const configured = readSettings(mode, options);
  if (configured.kind === 'config') return configured.config;
  return reportProblems(configured.problems);
}

/** @throws CommandFailure that names every key that is wrong */
export function reportProblems(problems: readonly ConfigProblem[]): never {
  const { message, remedy } = wrongConfig(problems);
  throw new CommandFailure(message, remedy);
}

export function readSettings(mode: Mode, options: SettingsOptions): Configured {
  const flags: Record<string, string> = {};
  for (const pair of options.set ?? []) {
    const at = pair.indexOf('=');
    if (at < 1)
      throw new CommandFailure(
        `--set ${pair} is not key=value`,
        'Write for example --set smtp.port=2526',
      );
    flags[pair.slice(0, at)] = pair.slice(at + 1);
  }
  const configured = loadConfig({
    mode,
    flags,
    environment: process.env,
    file: options.config,
  });
  // what is wrong is mended first
  if (configured.kind === 'config') warnOfSecrets(flags);
  return configured;
}

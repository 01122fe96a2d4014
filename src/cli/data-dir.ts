/**
 * The data folder whose server a command calls: by the same rule as every setting (flag over environment over file over default), but
 * without loading all of them, since commands are meant to answer at once.
 */
import { existsSync } from 'node:fs';
import { DATA_DIR_ENV, DEFAULT_DATA_DIR } from '#config/data-dir';
import type { SettingsOptions } from './settings-options.ts';

const DEFAULT_FILE = 'hikyaku.toml';

/** @throws CommandFailure where there is a file of settings and it is wrong */
export async function dataDirOf(options: SettingsOptions): Promise<string> {
  const { [DATA_DIR_ENV]: named = '', HIKYAKU_CONFIG: file } = process.env;
  const flags = options.set ?? [];
  if (flags.length === 0 && named !== '') return named;
  const isPlain = flags.length === 0 && options.config === undefined && file === undefined;
  if (isPlain && !existsSync(DEFAULT_FILE)) return DEFAULT_DATA_DIR;
  const { settings } = await import('./settings.ts');
  return settings('dev', options).data_dir;
}

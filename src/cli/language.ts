/** The language of what a command explains: `--lang`, or the one that the environment says. */
import { Option, type Command } from 'commander';
import { LANGUAGES, type Language } from '#protocol/dsn/language';

export interface LanguageOptions {
  readonly lang: Language;
}

export function addLanguage(command: Command): Command {
  return command.addOption(
    new Option('--lang <language>', 'of what explains').choices(LANGUAGES).default(usualLanguage()),
  );
}

export function usualLanguage(): Language {
  const { HIKYAKU_LANG: own, LC_ALL: all, LC_MESSAGES: messages, LANG: lang } = process.env;
  return (own ?? all ?? messages ?? lang ?? '').startsWith('ja') ? 'ja' : 'en';
}

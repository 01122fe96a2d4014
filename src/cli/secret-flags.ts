/** Secrets on the command line: they work, and whoever gave one is told what else there is. */
import { envName, FIELDS, type Field, type Key } from '#config/fields';
import { say, type Phrase } from '#mail/story/phrase';
import { usualLanguage } from './language.ts';
import { remark } from './terminal/output.ts';

const WARNING = {
  en: 'hikyaku: --set {key} has a secret in it, and the list of processes (ps) shows it to every user of this machine\n  Set {variable}, or {variable}_FILE to a file that holds it, or {key} in hikyaku.toml.',
  ja: 'hikyaku: --set {key} には秘密が含まれ、プロセスの一覧（ps）でこのマシンのすべての利用者に見えます\n  {variable} か、それを書いたファイルを指す {variable}_FILE か、hikyaku.toml の {key} で設定してください。',
} as const satisfies Phrase;

/** A command may read its settings more than once. */
const told = new Set<string>();

/** Says on standard error, once, which of the settings shows a secret. @param flags key → value, as given to `--set` */
export function warnOfSecrets(flags: Readonly<Record<string, string>>): void {
  for (const [key, value] of Object.entries(flags)) {
    if (told.has(key) || !Object.hasOwn(FIELDS, key)) continue;
    const field = FIELDS[key as Key] as Field<unknown>;
    if (field.secret !== true || !holdsSecret(value)) continue;
    told.add(key);
    const values = { key, variable: envName(key as Key) };
    remark(say(WARNING, usualLanguage(), values));
  }
}

/** An address of a database may be without a password. */
function holdsSecret(value: string): boolean {
  const isUrl = /^[a-z]+:\/\//.test(value);
  // a host may be left out, which URLs in general do not allow
  const url = isUrl ? URL.parse(value.replace('@/', '@host/').replace(':///', '://host/')) : null;
  if (url === null) return value !== '';
  return url.password !== '' || url.searchParams.has('password');
}

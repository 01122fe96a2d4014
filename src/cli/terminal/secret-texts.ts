/** What is said where a password is asked for. */
import { say, type Phrase } from '#mail/story/phrase';
import type { Language } from '#protocol/dsn/language';
import { CommandFailure } from '#cli/failure';

export const SECRET_PROMPTS = {
  made: { en: 'Password for {who}', ja: '{who} のパスワード' },
  changed: { en: 'New password for {who}', ja: '{who} の新しいパスワード' },
  login: { en: 'Password of {who}', ja: '{who} のパスワード' },
  elsewhere: { en: 'Password of {who} at {host}', ja: '{host} での {who} のパスワード' },
  again: { en: 'Once more', ja: 'もう一度' },
} as const satisfies Record<string, Phrase>;

const FAILURES = {
  differ: [
    { en: 'the two passwords differ', ja: '二つのパスワードが一致しません' },
    { en: 'Try again.', ja: 'もう一度入力してください。' },
  ],
  unreadable: [
    {
      en: 'the password file cannot be read: {reason}',
      ja: 'パスワードのファイルを読めません：{reason}',
    },
    {
      en: 'Name a file that holds the password alone.',
      ja: 'パスワードだけを書いたファイルを指定してください。',
    },
  ],
  'too-long': [
    { en: 'that is too long for a password', ja: 'パスワードとしては長すぎます' },
    { en: 'Give a password of one line.', ja: '1 行のパスワードを指定してください。' },
  ],
  'several-lines': [
    { en: 'the password has several lines', ja: 'パスワードが複数の行にわたっています' },
    { en: 'Give the password alone.', ja: 'パスワードだけを渡してください。' },
  ],
  none: [
    { en: 'no password was given', ja: 'パスワードが指定されていません' },
    {
      en: 'Type one, or give it with --password-file or on standard input.',
      ja: '入力するか、--password-file または標準入力で渡してください。',
    },
  ],
  interrupted: [
    { en: 'interrupted', ja: '中断しました' },
    { en: 'Nothing was changed.', ja: '何も変更していません。' },
  ],
} as const satisfies Record<string, readonly [Phrase, Phrase]>;

/** A question that is asked in the language of whoever types. */
export interface Prompt {
  readonly phrase: Phrase;
  readonly values: Readonly<Record<string, string>>;
}

export function promptFor(
  kind: keyof typeof SECRET_PROMPTS,
  values: Readonly<Record<string, string>> = {},
): Prompt {
  return { phrase: SECRET_PROMPTS[kind], values };
}

export type SecretFailure = keyof typeof FAILURES;

export function secretFailure(
  kind: SecretFailure,
  lang: Language,
  values: Readonly<Record<string, string>> = {},
): CommandFailure {
  const [message, remedy] = FAILURES[kind];
  return new CommandFailure(say(message, lang, values), say(remedy, lang, {}));
}

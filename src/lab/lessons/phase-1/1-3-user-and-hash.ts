/** Lesson 1.3: a new account logs in by its password, and the row behind it holds a hash from which nobody gets the password back. */
import { parsePhc } from '#mail/accounts/phc-string';
import { parseMailbox } from '#protocol/address/path';
import { mailboxKey } from '#protocol/address/mailbox';
import { eventsSince, type SeenEvent } from '#store/lab/lesson-events';
import { loginRow, type LoginRow } from '#store/lab/login-row';
import { lesson, MISSING, missing, NOTHING_LAID_OUT, seen, type Sight } from '#lab/lessons/lesson';
import { textOf } from '#lab/lessons/seen/sessions';

type Key = 'made' | 'login' | 'hashed' | 'row' | 'refused';

const NO_ANSWER = {
  en: 'Say which account it is: hikyaku lab answer 1.3 account=…',
  ja: 'どのアカウントかを答えてください：hikyaku lab answer 1.3 account=…',
};
const OLDER = {
  en: 'That account was made before the lesson was started.',
  ja: 'そのアカウントは、レッスンを始める前に作られたものです。',
};
const NO_SUCH = {
  en: 'There is no such account.',
  ja: 'そのようなアカウントはありません。',
};
const WRONG_SALT = {
  en: 'The row holds another salt.',
  ja: '行に保存されているソルトと異なります。',
};

export const userAndHash = lesson<Key>({
  ...NOTHING_LAID_OUT,
  number: '1.3',
  slug: 'user-and-hash',
  criteria: {
    made: {
      en: 'A new account was made',
      ja: '新しいアカウントが作られた',
    },
    login: {
      en: 'Its password logged it in',
      ja: 'そのパスワードでログインできた',
      rfc: 'RFC 4954 §4',
    },
    hashed: {
      en: 'Its row holds an Argon2id hash, not the password',
      ja: '行にあるのはパスワードではなく、Argon2id のハッシュである',
      rfc: 'RFC 9106',
    },
    row: {
      en: 'You read the salt in the row',
      ja: '行からソルトを読み取った',
    },
    refused: {
      en: 'A login with something else, such as the hash, was refused',
      ja: 'ハッシュなど、パスワード以外によるログインは拒否された',
      rfc: 'RFC 4954 §6',
    },
  },
  questions: () => [
    { name: 'account', text: { en: 'the account that you made', ja: '作成したアカウント' } },
    {
      name: 'salt',
      text: {
        en: 'the salt of its hash: what stands between the last two dollar signs',
        ja: 'ハッシュのソルト（最後の二つのドル記号の間にある文字列）',
      },
    },
  ],
  async check({ store: { pool } }, run) {
    const { account = '', salt = '' } = run.answers ?? {};
    const mailbox = parseMailbox(account.trim());
    if (mailbox === undefined) return nothing(missing(NO_ANSWER));
    const row = await loginRow(pool, mailboxKey(mailbox));
    if (row === undefined) return nothing(missing(NO_SUCH));
    if (row.createdAt.getTime() < run.startedAt) return nothing(missing(OLDER));
    const events = await eventsSince(pool, run, [
      'session.authenticated',
      'session.authentication-failed',
    ]);
    return {
      made: seen({ at: row.login }),
      login: loginSight(events, 'session.authenticated', row),
      hashed: parsePhc(row.argon2) === undefined ? MISSING : seen({ at: parametersOf(row) }),
      row: saltSight(row, salt.trim()),
      refused: loginSight(events, 'session.authentication-failed', row),
    };
  },
});

function nothing(made: Sight): Readonly<Record<Key, Sight>> {
  return { made, login: MISSING, hashed: MISSING, row: MISSING, refused: MISSING };
}

function loginSight(events: readonly SeenEvent[], type: SeenEvent['type'], row: LoginRow): Sight {
  const found = events.find((event) => {
    const mailbox = parseMailbox(textOf(event.personal, 'login'));
    return event.type === type && mailbox !== undefined && mailboxKey(mailbox) === row.login;
  });
  return found
    ? seen({ event: found.id, ...(found.sessionId && { session: found.sessionId }) })
    : MISSING;
}

function saltSight({ argon2, login }: LoginRow, salt: string): Sight {
  if (salt === '') return MISSING;
  return argon2.split('$')[4] === salt ? seen({ at: login }) : missing(WRONG_SALT);
}

/** `$argon2id$v=19$m=19456,t=2,p=1` */
function parametersOf({ argon2 }: LoginRow): string {
  return argon2.split('$').slice(0, 4).join('$');
}

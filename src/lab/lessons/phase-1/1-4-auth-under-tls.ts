/** Lesson 1.4: a login under STARTTLS, one under TLS from the first octet, and a password that the server did not want to hear in clear. */
import { eventsSince, type SeenEvent } from '#store/lab/lesson-events';
import { lesson, MISSING, NOTHING_LAID_OUT, seen, type Sight } from '#lab/lessons/lesson';
import { sessionsOf, textOf } from '#lab/lessons/seen/sessions';
import { isLearner } from '#lab/lessons/world';

type Key = 'refused' | 'starttls' | 'implicit';

export const authUnderTls = lesson<Key>({
  ...NOTHING_LAID_OUT,
  number: '1.4',
  slug: 'auth-under-tls',
  criteria: {
    refused: {
      en: 'AUTH in clear on the submission port was refused with 538',
      ja: 'サブミッションポートでの平文の AUTH が 538 で拒否された',
      rfc: 'RFC 4954 §6',
    },
    starttls: {
      en: 'A login under STARTTLS on the submission port succeeded',
      ja: 'サブミッションポートで STARTTLS を使ったログインに成功した',
      rfc: 'RFC 3207',
    },
    implicit: {
      en: 'A login on the port that begins with TLS succeeded',
      ja: '最初から TLS で始まるポートでのログインに成功した',
      rfc: 'RFC 8314 §3.3',
    },
  },
  async check(world, run) {
    const logins = (await eventsSince(world.store.pool, run, ['session.authenticated'])).filter(
      ({ personal }) => isLearner(world, textOf(personal, 'client')),
    );
    const sessions = await sessionsOf(world, run, 'learner');
    const refused = sessions.find(
      ({ listener, exchanges }) =>
        listener === 'submission' &&
        exchanges.some(({ verb, code, underTls }) => verb === 'AUTH' && code === 538 && !underTls),
    );
    return {
      refused: refused ? seen({ session: refused.id }) : MISSING,
      starttls: loginOn(logins, 'submission'),
      implicit: loginOn(logins, 'submissions'),
    };
  },
});

function loginOn(logins: readonly SeenEvent[], listener: string): Sight {
  const found = logins.find(
    ({ public: fields }) => fields['listener'] === listener && textOf(fields, 'tls') !== '',
  );
  return found
    ? seen({ event: found.id, ...(found.sessionId && { session: found.sessionId }) })
    : MISSING;
}

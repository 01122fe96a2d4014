/** Lesson 1.1: a whole session by hand, from EHLO to QUIT, and the message that it brought lies in a mailbox. */
import { eventsSince, type SeenEvent } from '#store/lab/lesson-events';
import { sessionsSince, type SmtpSessionRecord } from '#store/lab/lesson-sessions';
import { lesson, MISSING, missing, NOTHING_LAID_OUT, seen, type Sight } from '#lab/lessons/lesson';
import { exchangesOf, takenId } from '#lab/lessons/seen/exchanges';
import { textOf } from '#lab/lessons/seen/sessions';
import { isLearner } from '#lab/lessons/world';

type Key = 'greeted' | 'envelope' | 'content' | 'quit' | 'stored';

export const speakSmtp = lesson<Key>({
  ...NOTHING_LAID_OUT,
  number: '1.1',
  slug: 'speak-smtp',
  criteria: {
    greeted: {
      en: 'A session on the port for mail from other servers began with EHLO, and the server answered 250',
      ja: '他のサーバーからメールを受け取るポートで、EHLO から始まるセッションがあり、サーバーが 250 と答えた',
      rfc: 'RFC 5321 §3.2',
    },
    envelope: {
      en: 'In it MAIL FROM and RCPT TO were answered 250',
      ja: 'そのセッションで MAIL FROM と RCPT TO に 250 が返った',
      rfc: 'RFC 5321 §3.3',
    },
    content: {
      en: 'DATA was answered 354, and the message that a lone dot ended 250',
      ja: 'DATA に 354 が、ドットだけの行で終えたメッセージに 250 が返った',
      rfc: 'RFC 5321 §4.1.1.4',
    },
    quit: {
      en: 'The session ended with QUIT and 221',
      ja: 'セッションが QUIT と 221 で終わった',
      rfc: 'RFC 5321 §4.1.1.10',
    },
    stored: {
      en: 'The message lies in a mailbox here',
      ja: 'メッセージがこのサーバーのメールボックスに保存されている',
    },
  },
  async check(world, run) {
    const { pool } = world.store;
    const sessions = await sessionsSince(pool, run.startedAt);
    const stored = await eventsSince(pool, run, ['recipient.stored']);
    const mine = sessions.filter(
      ({ listener, client }) => listener === 'mx' && isLearner(world, client),
    );
    let best = sightsOf(undefined, stored);
    for (const session of mine) {
      const sights = sightsOf(session, stored);
      if (count(sights) > count(best)) best = sights;
    }
    return best;
  },
});

const OLD_GREETING = {
  en: 'The client said HELO, the greeting of 1982. EHLO asks what the server can do besides.',
  ja: 'クライアントは HELO（1982 年の挨拶）と言いました。EHLO は、サーバーが対応する拡張機能も尋ねます。',
};
const NO_DOT = {
  en: 'DATA was answered 354, but no line with only a dot followed.',
  ja: 'DATA には 354 が返りましたが、そのあとにドットだけの行が来ていません。',
};
const NO_QUIT = {
  en: 'The connection was closed without QUIT.',
  ja: '接続は QUIT なしで閉じられました。',
};

function count(sights: Readonly<Record<Key, Sight>>): number {
  return Object.values(sights).filter(({ kind }) => kind === 'seen').length;
}

function sightsOf(
  session: SmtpSessionRecord | undefined,
  stored: readonly SeenEvent[],
): Readonly<Record<Key, Sight>> {
  if (session === undefined)
    return {
      greeted: MISSING,
      envelope: MISSING,
      content: MISSING,
      quit: MISSING,
      stored: MISSING,
    };
  const exchanges = exchangesOf(session);
  const answered = (verb: string, code: number): boolean =>
    exchanges.some((exchange) => exchange.verb === verb && exchange.code === code);
  const here = seen({ session: session.id });
  const when = (met: boolean, otherwise: Sight = MISSING): Sight => (met ? here : otherwise);
  const messageIds = exchanges.flatMap((exchange) => takenId(exchange) ?? []);
  const kept = stored.find(({ messageId }) => messageIds.includes(messageId ?? ''));
  return {
    greeted: when(answered('EHLO', 250), answered('HELO', 250) ? missing(OLD_GREETING) : MISSING),
    envelope: when(answered('MAIL', 250) && answered('RCPT', 250)),
    content: when(messageIds.length > 0, answered('DATA', 354) ? missing(NO_DOT) : MISSING),
    quit: when(answered('QUIT', 221), missing(NO_QUIT)),
    stored: kept ? seen({ event: kept.id, message: kept.messageId!, at: place(kept) }) : MISSING,
  };
}

function place({ public: fields, personal }: SeenEvent): string {
  return [textOf(personal, 'account'), textOf(fields, 'mailbox'), textOf(fields, 'uid')].join(' ');
}

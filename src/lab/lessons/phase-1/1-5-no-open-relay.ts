/** Lesson 1.5: a stranger from another address tried to send through the learner's server, by every trick, and got nowhere. */
import { eventsSince } from '#store/lab/lesson-events';
import { TRICKS } from '#lab/mallory/relay-try';
import { lesson, MISSING, missing, NOTHING_LAID_OUT, seen, type Sight } from '#lab/lessons/lesson';
import { sessionsOf, textOf, type SeenSession } from '#lab/lessons/seen/sessions';
import type { LessonWorld } from '#lab/lessons/world';

type Key = 'refused' | 'tricks' | 'nothing';

const OWN_TRY = {
  en: 'A relay was refused, but to you: a server may treat its own host otherwise than a stranger. Let mallory try.',
  ja: '中継は拒否されましたが、試したのはあなた自身です。サーバーは自分のホストと見知らぬ相手とで扱いを変えることがあります。mallory に試させてください。',
};

export const noOpenRelay = lesson<Key>({
  ...NOTHING_LAID_OUT,
  number: '1.5',
  slug: 'no-open-relay',
  criteria: {
    refused: {
      en: 'Mallory asked your server, from a foreign address, to take mail for bigmail.test, and got 550 5.7.1',
      ja: 'mallory が外部のアドレスから bigmail.test 宛てのメールを預けようとし、550 5.7.1 で拒否された',
      rfc: 'RFC 5321 §7.9',
    },
    tricks: {
      en: 'None of the old tricks (%, source route, quotes, !, your own domain as sender) was taken',
      ja: '昔からの手口（%、ソースルート、引用符、!、自ドメインを装う差出人）がどれも通らなかった',
      rfc: 'RFC 5321 §3.6.1',
    },
    nothing: {
      en: 'No mail of mallory’s is in your queue or your mailboxes',
      ja: 'mallory のメールが、キューにもメールボックスにも入っていない',
    },
  },
  async check(world, run) {
    const { pool } = world.store;
    const mallory = world.network.addressOf('relay.mallory.test');
    const events = await eventsSince(pool, run, ['command.refused', 'message.received']);
    const refusals = events.filter(
      ({ type, public: fields }) =>
        type === 'command.refused' &&
        fields['verb'] === 'RCPT' &&
        fields['code'] === 550 &&
        fields['enhanced'] === '5.7.1' &&
        fields['reason'] === 'not-here',
    );
    const hers = refusals.find(({ personal }) => personal['client'] === mallory);
    const carried = events.find(
      ({ type, personal }) => type === 'message.received' && textOf(personal, 'client') === mallory,
    );
    const tricks = tricksSight(world, await sessionsOf(world, run, 'relay.mallory.test'));
    return {
      refused: hers
        ? seen({ event: hers.id, ...(hers.sessionId && { session: hers.sessionId }) })
        : refusals.length > 0
          ? missing(OWN_TRY)
          : MISSING,
      tricks,
      nothing: nothingSight(tricks, carried?.messageId),
    };
  },
});

/** Every trick was tried by her, and none of them taken. */
function tricksSight({ server }: LessonWorld, sessions: readonly SeenSession[]): Sight {
  const answers = sessions.flatMap(({ id, exchanges }) =>
    exchanges.flatMap((exchange, index) => {
      if (exchange.verb !== 'RCPT') return [];
      const mail = exchanges.slice(0, index).findLast(({ verb }) => verb === 'MAIL');
      return [{ id, mail: mail?.asked, rcpt: exchange.asked, code: exchange.code ?? 0 }];
    }),
  );
  const taken = answers.find(({ code }) => code >= 200 && code < 300);
  if (taken) {
    const { rcpt = '' } = taken;
    return missing({ en: `Taken: ${rcpt}`, ja: `受け付けられたもの：${rcpt}` });
  }
  const untried = Object.entries(TRICKS)
    .filter(([, { from, to }]) => {
      const mail = `MAIL FROM:<${from(server)}>`;
      const rcpt = `RCPT TO:<${to(server)}>`;
      return !answers.some(
        (answer) => answer.mail === mail && answer.rcpt === rcpt && answer.code >= 500,
      );
    })
    .map(([name]) => name);
  if (untried.length === 0) return seen({ session: answers.at(-1)!.id });
  const names = untried.join(', ');
  return untried.length === Object.keys(TRICKS).length
    ? MISSING
    : missing({ en: `Not tried: ${names}`, ja: `試されていない手口：${names}` });
}

/** That nothing came is only worth something once she tried. */
function nothingSight(tricks: Sight, messageId: string | undefined): Sight {
  if (messageId !== undefined) {
    return missing({
      en: `Message ${messageId} came from mallory.`,
      ja: `メッセージ ${messageId} は mallory から届いたものです。`,
    });
  }
  return tricks.kind === 'seen' ? tricks : MISSING;
}

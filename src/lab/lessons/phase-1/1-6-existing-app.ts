/** Lesson 1.6: the app that was there before hands in its contact form by a login, and the server adds what the letter lacks. */
import { APP_HOST } from '#lab/app/app';
import { readSettings, sendsSince } from '#lab/app/files';
import { fieldsNamed, splitHeader } from '#protocol/message/header/fields';
import { eventsSince, type SeenEvent } from '#store/lab/lesson-events';
import { lesson, MISSING, missing, NOTHING_LAID_OUT, seen, type Sight } from '#lab/lessons/lesson';
import { textOf } from '#lab/lessons/seen/sessions';
import { placeOf, storedLetter } from '#lab/lessons/seen/stored-letters';
import type { LessonWorld } from '#lab/lessons/world';

type Key = 'configured' | 'submitted' | 'arrived' | 'fields';

export const existingApp = lesson<Key>({
  ...NOTHING_LAID_OUT,
  number: '1.6',
  slug: 'existing-app',
  criteria: {
    configured: {
      en: 'The app knows a server, a user and a password',
      ja: 'アプリにサーバー、ユーザー、パスワードが設定されている',
    },
    submitted: {
      en: 'The contact form was handed in from the app’s own address, under TLS and with a login',
      ja: '問い合わせフォームのメールが、アプリ自身のアドレスから TLS とログインを使って預けられた',
      rfc: 'RFC 6409 §4.3',
    },
    arrived: {
      en: 'It lies in the mailbox of the app’s owner',
      ja: 'それがアプリの持ち主のメールボックスに届いている',
    },
    fields: {
      en: 'The server added Date and Message-ID, which the app does not write',
      ja: 'アプリが書かない Date と Message-ID をサーバーが補った',
      rfc: 'RFC 6409 §8',
    },
  },
  begin(world) {
    const address = world.network.addressOf(APP_HOST);
    const url = `http://${address}:${world.network.localPort(80)}/`;
    return Promise.resolve({
      told: [{ en: `The page of the app: ${url}`, ja: `アプリのページ：${url}` }],
    });
  },
  async check(world, run) {
    const settings = await readSettings(world.app);
    const configured: Sight = settings
      ? seen({ at: `${settings.user} ${settings.host}:${settings.port}` })
      : MISSING;
    const events = await eventsSince(world.store.pool, run, [
      'message.submitted',
      'recipient.stored',
      'message.fixed',
    ]);
    const forms = (await sendsSince(world.app, run.startedAt)).filter(
      ({ kind }) => kind === 'contact',
    );
    // what the server says of a letter and what the app says of it have to agree
    const submitted = events.find(
      ({ type, messageId = '?', personal, public: fields }) =>
        type === 'message.submitted' &&
        textOf(personal, 'client') === world.network.addressOf(APP_HOST) &&
        textOf(fields, 'tls') !== '' &&
        forms.some(({ outcome, reply }) => outcome === 'taken' && reply.includes(messageId)),
    );
    if (submitted === undefined) {
      const last = forms.at(-1);
      const why =
        last &&
        missing({ en: `The app was answered: ${last.reply}`, ja: `アプリへの答え：${last.reply}` });
      return { configured, submitted: why ?? MISSING, arrived: MISSING, fields: MISSING };
    }
    const stored = events.find(
      ({ type, messageId, personal }) =>
        type === 'recipient.stored' &&
        messageId === submitted.messageId &&
        textOf(personal, 'account') === world.app.owner,
    );
    return {
      configured,
      submitted: seen({ event: submitted.id, message: submitted.messageId! }),
      arrived: stored ? seen({ event: stored.id, at: placeOf(stored) }) : MISSING,
      fields: stored ? await fieldsSight(world, stored, events) : MISSING,
    };
  },
});

async function fieldsSight(
  { store: { pool } }: LessonWorld,
  stored: SeenEvent,
  events: readonly SeenEvent[],
): Promise<Sight> {
  const letter = await storedLetter(pool, stored);
  if (letter === undefined) return MISSING;
  const header = splitHeader(letter);
  const there = ['Date', 'Message-ID'].every((name) => fieldsNamed(header, name).length === 1);
  const fixed = events.find(
    ({ type, messageId }) => type === 'message.fixed' && messageId === stored.messageId,
  );
  return there && fixed ? seen({ event: fixed.id, message: stored.messageId! }) : MISSING;
}

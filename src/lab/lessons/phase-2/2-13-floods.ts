/** Lesson 2.13: who guesses at passwords is banned, who floods is put off, and the user whose name was guessed at notices nothing. */
import { APP_HOST } from '#lab/app/app';
import { sheetSights } from '#lab/lessons/handed-in/sheet';
import { rentedAddresses } from '#lab/mallory/victim';
import { eventsSince, type SeenEvent } from '#store/lab/lesson-events';
import type { LessonRun } from '#store/lab/lesson-runs';
import {
  lesson,
  MISSING,
  missing,
  preparedText,
  seen,
  type Said,
  type Sight,
} from '#lab/lessons/lesson';
import { textOf } from '#lab/lessons/seen/sessions';
import { seeded } from '#lab/seeded';

type Key = 'sprayed' | 'banned' | 'refused' | 'flooded' | 'user' | 'named';

const EVENTS = [
  'session.refused',
  'session.authenticated',
  'session.authentication-failed',
  'address.banned',
  'command.refused',
  'message.submitted',
] as const;

const WRONG: Said = {
  en: 'Not all of the three answers are what the list of bans and the log say.',
  ja: '三つの答えのどれかが、締め出しの一覧やログの内容と一致しません。',
};

/** Names at which a password has to have failed for it to be a spray. */
const SPRAYED_NAMES = 8;
const MINUTE = 60_000;

export const floods = lesson<Key>({
  number: '2.13',
  slug: 'floods',
  criteria: {
    sprayed: {
      en: 'Mallory tried a password at many names, alice’s among them, and got in nowhere',
      ja: 'mallory が alice を含む多くの名前に一つのパスワードを試し、どこにも入れなかった',
      rfc: 'RFC 4954 §9',
    },
    banned: {
      en: 'Your server banned her by itself, because of the logins that failed',
      ja: 'ログインの失敗を理由に、サーバーが自動で彼女を締め出した',
    },
    refused: {
      en: 'Her next connection was refused',
      ja: '彼女の次の接続が拒否された',
      rfc: 'RFC 5321 §3.1',
    },
    flooded: {
      en: 'A client that began message after message was put off with 450, from another address of hers',
      ja: '彼女の別のアドレスから次々とメールを始めたクライアントが、450 で待たされた',
      rfc: 'RFC 5321 §4.2.3',
    },
    user: {
      en: 'After the ban alice still logged in from the app, and handed in a letter',
      ja: '締め出しのあとも、alice はアプリからログインして手紙を預けられた',
    },
    named: {
      en: 'You named both addresses and how long the ban holds',
      ja: '二つのアドレスと、締め出しの長さを答えた',
    },
  },
  questions: () => [
    {
      name: 'sprayer',
      text: { en: 'the address of who tried passwords', ja: 'パスワードを試した相手のアドレス' },
    },
    {
      name: 'flooder',
      text: { en: 'the address of who flooded', ja: '大量に接続した相手のアドレス' },
    },
    {
      name: 'minutes',
      text: {
        en: 'how many minutes the sprayer is banned for',
        ja: 'パスワードを試した相手が締め出される時間（分）',
      },
    },
  ],
  begin(world, run) {
    const [sprayer, flooder] = rentedAddresses(world.network, seeded(run.seed), run.startedAt);
    return Promise.resolve({ prepared: { sprayer: sprayer!, flooder: flooder! } });
  },
  async check(world, run) {
    const events = await eventsSince(world.store.pool, run, EVENTS);
    const sprayer = preparedText(run, 'sprayer');
    const app = world.network.addressOf(APP_HOST);
    const sprayed = sprayedSight(events, sprayer);
    const ban = events.find(
      ({ type, public: fields, personal }) =>
        type === 'address.banned' &&
        fields['reason'] === 'failed-login' &&
        textOf(personal, 'network') === sprayer,
    );
    return {
      sprayed,
      banned: ban ? seen({ event: ban.id, at: textOf(ban.public, 'until') }) : MISSING,
      refused: sightOf(
        events.find(
          ({ type, public: fields, personal }, index) =>
            ban !== undefined &&
            index > events.indexOf(ban) &&
            type === 'session.refused' &&
            fields['reason'] === 'banned' &&
            textOf(personal, 'client') === sprayer,
        ),
      ),
      flooded: sightOf(
        events.find(
          ({ type, public: fields, personal }) =>
            type === 'command.refused' &&
            fields['reason'] === 'too-fast' &&
            textOf(personal, 'client') === preparedText(run, 'flooder'),
        ),
      ),
      user: ban ? userSight(events, ban, app) : MISSING,
      named: namedSight(run, ban),
    };
  },
  reset: () => Promise.resolve(),
});

function sightOf(found: SeenEvent | undefined): Sight {
  return found ? seen({ event: found.id }) : MISSING;
}

function sprayedSight(events: readonly SeenEvent[], sprayer: string): Sight {
  const hers = events.filter(({ personal }) => textOf(personal, 'client') === sprayer);
  const inside = hers.find(({ type }) => type === 'session.authenticated');
  if (inside) {
    const login = textOf(inside.personal, 'login');
    return missing({ en: `She got in as ${login}.`, ja: `${login} として入られました。` });
  }
  const failed = hers.filter(({ type }) => type === 'session.authentication-failed');
  const names = new Set(failed.map(({ personal }) => textOf(personal, 'login').split('@', 1)[0]));
  if (names.size < SPRAYED_NAMES || !names.has('alice')) return MISSING;
  return seen({ event: failed.at(-1)!.id, at: `${names.size}` });
}

/** By the order of events: what the app did after the ban. */
function userSight(events: readonly SeenEvent[], ban: SeenEvent, app: string): Sight {
  const banned = events.find(
    ({ type, personal }) => type === 'address.banned' && textOf(personal, 'network') === app,
  );
  if (banned) {
    return missing({
      en: `${app} is banned too: hikyaku ban remove ${app}, and give the app the right password.`,
      ja: `${app} も締め出されています。hikyaku ban remove ${app} で解除し、アプリに正しいパスワードを設定してください。`,
    });
  }
  const later = events.slice(events.indexOf(ban) + 1);
  const login = later.find(
    ({ type, personal, sessionId }) =>
      type === 'session.authenticated' &&
      textOf(personal, 'client') === app &&
      textOf(personal, 'login').split('@', 1)[0] === 'alice' &&
      events.some((one) => one.type === 'message.submitted' && one.sessionId === sessionId),
  );
  return login?.sessionId === undefined
    ? MISSING
    : seen({ event: login.id, session: login.sessionId });
}

function namedSight(run: LessonRun, ban: SeenEvent | undefined): Sight {
  if (ban === undefined) return MISSING;
  const minutes = Math.round((Date.parse(textOf(ban.public, 'until')) - ban.at) / MINUTE);
  const right: Readonly<Record<string, string>> = {
    sprayer: preparedText(run, 'sprayer'),
    flooder: preparedText(run, 'flooder'),
    minutes: String(minutes),
  };
  const sights = sheetSights(run, {
    names: ['sprayer', 'flooder', 'minutes'],
    isRight: (name, given) => given === right[name],
    wrong: WRONG,
  });
  return sights.sprayer.kind === 'seen'
    ? seen({ at: Object.values(right).join(' ') })
    : sights.sprayer;
}

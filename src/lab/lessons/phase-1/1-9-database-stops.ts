/**
 * Lesson 1.9: the database goes away while the app sends its newsletter. What was acknowledged must be there, once; what was not, the app sends
 * again. Three witnesses have to agree: the app's own log, the dialogues of its sessions, and the mailbox.
 */
import { APP_HOST } from '#lab/app/app';
import { sendsSince, writeSubscribers, type Send } from '#lab/app/files';
import { storeReplies } from '#servers/smtp/replies';
import { removeAlias, setAlias } from '#store/directory/addresses';
import { findAccount } from '#store/directory/accounts';
import { eventsSince } from '#store/lab/lesson-events';
import type { LessonRun } from '#store/lab/lesson-runs';
import { copiesSince } from '#store/lab/stored-copies';
import { lesson, MISSING, missing, seen, type Sight } from '#lab/lessons/lesson';
import { takenId } from '#lab/lessons/seen/exchanges';
import { sessionsOf, type SeenSession } from '#lab/lessons/seen/sessions';
import type { LessonWorld } from '#lab/lessons/world';

type Key = 'sent' | 'stopped' | 'taken' | 'kept' | 'once';

/** Enough that the database can be stopped in the middle of them. */
const READERS = 30;
const ALIAS = 'reader-';
const UNAVAILABLE = storeReplies.unavailable.wire.trimEnd();

export const databaseStops = lesson<Key>({
  number: '1.9',
  slug: 'database-stops',
  criteria: {
    sent: {
      en: 'The app sent its newsletter to thirty readers',
      ja: 'アプリが 30 人の読者にニュースレターを送った',
    },
    stopped: {
      en: 'While it did, the database was away, and the server answered the app 451 4.3.0 in place of 250',
      ja: '送信中にデータベースが止まり、サーバーがアプリに 250 ではなく 451 4.3.0 と答えた',
      rfc: 'RFC 5321 §4.2.1',
    },
    taken: {
      en: 'In the end every letter was acknowledged with 250',
      ja: '最終的に、すべての手紙に 250 が返った',
    },
    kept: {
      en: 'Every letter that was acknowledged lies in the mailbox: none is lost',
      ja: '250 が返った手紙はすべてメールボックスにある（失われたものがない）',
      rfc: 'RFC 5321 §6.1',
    },
    once: {
      en: 'No letter lies there twice',
      ja: '二重に届いた手紙がない',
      rfc: 'RFC 1047',
    },
  },
  async begin(world) {
    const { store, server, clock } = world;
    for (const localPart of readers()) {
      await setAlias(store.pool, {
        localPart,
        domain: server.domain,
        targets: [`bob@${server.domain}`],
        now: clock.now(),
      });
    }
    store.notices.say('directory');
    await writeSubscribers(
      world.app,
      readers().map((localPart) => `${localPart}@${server.domain}`),
    );
    return {
      told: [
        {
          en: `The newsletter has ${READERS} readers now, reader-01@${server.domain} and on; all of them lead to bob@${server.domain}.`,
          ja: `ニュースレターの読者を ${READERS} 人登録しました（reader-01@${server.domain} から）。どの宛先も bob@${server.domain} に届きます。`,
        },
      ],
    };
  },
  async check(world, run) {
    const letters = lettersOf(await sendsSince(world.app, run.startedAt), world);
    if (letters.size < READERS) {
      const tried = `${letters.size}/${READERS}`;
      const why = missing({ en: `Letters so far: ${tried}`, ja: `これまでに送った手紙：${tried}` });
      return {
        sent: letters.size === 0 ? MISSING : why,
        stopped: MISSING,
        taken: MISSING,
        kept: MISSING,
        once: MISSING,
      };
    }
    const sessions = await sessionsOf(world, run, APP_HOST);
    const open = [...letters.values()].filter((sends) =>
      sends.every(({ outcome }) => outcome !== 'taken'),
    );
    return {
      sent: seen({ at: `${letters.size} Message-IDs` }),
      stopped: stoppedSight(sessions),
      taken:
        open.length === 0
          ? seen({ at: `${letters.size} × 250` })
          : missing({
              en: `Still waiting in the app: ${open.length}. hikyaku lab app retry sends them again.`,
              ja: `アプリで待っている手紙：${open.length} 通。hikyaku lab app retry で送り直せます。`,
            }),
      kept: await keptSight(world, run, sessions),
      once: await onceSight(world, run, letters),
    };
  },
  async reset(world) {
    for (const localPart of readers())
      await removeAlias(world.store.pool, localPart, world.server.domain);
    world.store.notices.say('directory');
    await writeSubscribers(world.app, []);
  },
});

function readers(): string[] {
  return Array.from({ length: READERS }, (_, index) => ALIAS + String(index + 1).padStart(2, '0'));
}

/** What the app tried for these readers, by Message-ID. */
function lettersOf(sends: readonly Send[], { server }: LessonWorld): Map<string, Send[]> {
  const addresses = new Set(readers().map((localPart) => `${localPart}@${server.domain}`));
  const letters = new Map<string, Send[]>();
  for (const send of sends) {
    if (send.kind !== 'newsletter' || send.messageId === null || !addresses.has(send.recipient))
      continue;
    letters.set(send.messageId, [...(letters.get(send.messageId) ?? []), send]);
  }
  return letters;
}

function stoppedSight(sessions: readonly SeenSession[]): Sight {
  const found = sessions.find(({ exchanges }) =>
    exchanges.some(({ reply }) => reply.at(-1) === UNAVAILABLE),
  );
  return found ? seen({ session: found.id }) : MISSING;
}

/** By the dialogues: each 250 after content names a message, and that message was stored. */
async function keptSight(
  { store: { pool } }: LessonWorld,
  run: LessonRun,
  sessions: readonly SeenSession[],
): Promise<Sight> {
  const acknowledged = sessions.flatMap(({ exchanges }) =>
    exchanges.flatMap((exchange) => takenId(exchange) ?? []),
  );
  if (acknowledged.length === 0) return MISSING;
  const stored = new Set(
    (await eventsSince(pool, run, ['recipient.stored'])).map(({ messageId }) => messageId),
  );
  const lost = acknowledged.filter((id) => !stored.has(id));
  if (lost.length === 0)
    return seen({ message: acknowledged.at(-1)!, at: `${acknowledged.length} × 250` });
  const some = lost.slice(0, 3).join(', ');
  return missing({
    en: `Not in the mailbox yet: ${lost.length} (${some} …). hikyaku queue list shows what is on its way.`,
    ja: `まだメールボックスにないもの：${lost.length} 通（${some} …）。配信待ちのものは hikyaku queue list で確認できます。`,
  });
}

/** By the mailbox: how often each Message-ID lies there. */
async function onceSight(
  { store: { pool }, server }: LessonWorld,
  run: LessonRun,
  letters: ReadonlyMap<string, readonly Send[]>,
): Promise<Sight> {
  const account = await findAccount(pool, `bob@${server.domain}`);
  if (account === undefined) return MISSING;
  const copies = await copiesSince(pool, account.accountId, run.startedAt);
  const counts = [...letters.keys()].map((id) => [id, copies.get(id) ?? 0] as const);
  const twice = counts.filter(([, count]) => count > 1).map(([id]) => id);
  if (twice.length > 0) {
    const some = twice.slice(0, 3).join(', ');
    return missing({
      en: `More than once: ${some}. The commit went through and its answer did not (RFC 1047): start the lesson again.`,
      ja: `二重に届いたもの：${some}。コミットは成立したのに、応答が届きませんでした（RFC 1047）。レッスンを始め直してください。`,
    });
  }
  return counts.every(([, count]) => count === 1)
    ? seen({ at: `bob@${server.domain}: ${counts.length} × 1` })
    : MISSING;
}

/**
 * Lesson 3.3: a newsletter to a list with dead and full mailboxes. What is refused for good, at once or by a notice an hour later, is not written to
 * again; what is full is tried again and stays on the list.
 */
import {
  lesson,
  MISSING,
  missing,
  preparedText,
  seen,
  type Said,
  type Sight,
} from '#lab/lessons/lesson';
import { layOutList, takeListAway } from '#lab/lessons/prepared/app-list';
import { placeLearner, putBack } from '#lab/lessons/prepared/standing';
import { deliveriesTo, type Delivery } from '#lab/lessons/seen/deliveries';
import { textOf } from '#lab/lessons/seen/sessions';
import { seeded } from '#lab/seeded';
import { eventsSince, type SeenEvent } from '#store/lab/lesson-events';
import type { LessonRun } from '#store/lab/lesson-runs';
import { listProviderMail } from '#store/lab/provider-mail';
import type { LessonWorld } from '#lab/lessons/world';

type Key = 'bulk' | 'verp' | 'hard' | 'late' | 'soft' | 'second';

const PROVIDERS = ['bigmail', 'hottest'] as const;
/** Takes the letter, and sends a notice of failure afterwards. */
const LATE = 'ghost@bigmail.test';
const FULL = 'fuller@bigmail.test';
const READERS = 5000;
/** Enough room, so that the lesson is about bounces alone. */
const ROOM = { quota: 200 };
const MAILBOX_ROWS = 50;

const NOT_BULK: Said = {
  en: 'The newsletter went out as letters to single persons: nothing in its header says that it goes to many.',
  ja: 'ニュースレターが個人宛ての手紙として送られました。多数に送るものだと示すフィールドがヘッダーにありません。',
};

export const bounces = lesson<Key>({
  number: '3.3',
  slug: 'bounces',
  criteria: {
    bulk: {
      en: 'The app’s newsletter went to every reader of its list as bulk mail',
      ja: 'アプリのニュースレターが、一斉配信のメールとして読者全員に送られた',
    },
    verp: {
      en: 'Each reader’s copy had a reverse-path of its own (VERP)',
      ja: '読者ごとに異なるエンベロープ From が使われた（VERP）',
      rfc: 'RFC 5321 §3.9.2',
    },
    hard: {
      en: 'Addresses that were refused for good are suppressed, and by your server itself',
      ja: '恒久的に拒否されたアドレスが、サーバー自身によって配信停止になった',
      rfc: 'RFC 3463 §3.2',
    },
    late: {
      en: 'The notice of failure that came later was read, and its recipient suppressed',
      ja: '後から届いた配信失敗の通知が読み取られ、その宛先が配信停止になった',
      rfc: 'RFC 3464 §2.3',
    },
    soft: {
      en: 'The full mailbox was tried again, and is not suppressed',
      ja: '満杯のメールボックスには再送が行われ、配信停止にはなっていない',
      rfc: 'RFC 3463 §3.3',
    },
    second: {
      en: 'A second newsletter went to the living readers and to none of the dead addresses',
      ja: '2 回目のニュースレターが、生きている宛先だけに送られ、無効な宛先には送られなかった',
    },
  },
  async begin(world, run) {
    const list = listOf(run);
    const former = await Promise.all(
      PROVIDERS.map((name) => placeLearner(world, name, { ip: ROOM, domain: ROOM })),
    );
    await layOutList(world, { readers: seeded(run.seed).shuffled(Object.values(list).flat()) });
    const readers = Object.values(list).flat().length;
    return {
      prepared: { list: JSON.stringify(list), former },
      told: [
        {
          en: `The newsletter of the app has ${readers} readers from an old list. Some of the addresses are dead, one mailbox is full.`,
          ja: `アプリのニュースレターに、古い名簿から ${readers} 人の読者を登録しました。無効なアドレスがいくつか混じっていて、満杯のメールボックスが 1 つあります。`,
        },
      ],
    };
  },
  async check(world, run) {
    const list = JSON.parse(preparedText(run, 'list')) as ReaderList;
    const everybody = Object.values(list).flat();
    const all = (
      await Promise.all(PROVIDERS.map((name) => deliveriesTo(world, run, `${name}.test`)))
    ).flat();
    const sent = all.filter(({ forwardPath }) => everybody.includes(forwardPath));
    const bulk = sent.filter(({ stream }) => stream === 'bulk');
    const unsent = everybody.filter(
      (address) => !bulk.some(({ forwardPath }) => forwardPath === address),
    );
    if (unsent.length > 0)
      return {
        bulk: sent.length > 0 && bulk.length === 0 ? missing(NOT_BULK) : MISSING,
        verp: MISSING,
        hard: MISSING,
        late: MISSING,
        soft: MISSING,
        second: MISSING,
      };
    const events = await eventsSince(world.store.pool, run, [
      'address.suppressed',
      'recipient.suppressed',
      'recipient.bounced',
    ]);
    return {
      bulk: seen({ message: bulk[0]!.messageId, at: `${everybody.length} readers` }),
      verp: await verpSight(world, run, list.alive),
      hard: suppressedSight(events, list.dead),
      late: lateSight(events),
      soft: softSight(events, bulk),
      second: secondSight(events, bulk, list),
    };
  },
  async reset(world, run) {
    const { prepared } = run;
    await takeListAway(world, Object.values(listOf(run)).flat());
    const former = Array.isArray(prepared['former']) ? prepared['former'] : [];
    for (const [index, name] of PROVIDERS.entries()) await putBack(world, name, former[index]);
  },
});

interface ReaderList {
  readonly alive: readonly string[];
  /** Refused for good in the dialogue. */
  readonly dead: readonly string[];
  readonly late: readonly string[];
  readonly full: readonly string[];
}

/** The same seed, the same list. */
function listOf({ seed }: Pick<LessonRun, 'seed'>): ReaderList {
  const chance = seeded(seed);
  const mark = seed.toString(36);
  const reader = (domain: string): string =>
    `reader${String(1 + chance.number(READERS)).padStart(4, '0')}@${domain}`;
  return {
    alive: [
      ...new Set(['bigmail.test', 'bigmail.test', 'hottest.test', 'hottest.test'].map(reader)),
    ],
    dead: [`moved-${mark}@bigmail.test`, 'rip@bigmail.test', `closed-${mark}@hottest.test`],
    late: [LATE],
    full: [FULL],
  };
}

/** As the providers saw them. */
async function verpSight(
  { store: { pool } }: LessonWorld,
  run: LessonRun,
  readers: readonly string[],
): Promise<Sight> {
  const paths = await Promise.all(
    readers.map(async (address) => {
      const [person, domain] = address.split('@');
      const mail = await listProviderMail(pool, {
        provider: domain!.replace('.test', ''),
        person,
        limit: MAILBOX_ROWS,
      });
      return mail.find(({ receivedAt }) => receivedAt >= run.startedAt)?.reversePath;
    }),
  );
  const own = new Set(paths.filter((path) => path?.startsWith('bounce-')));
  if (own.size === readers.length) return seen({ at: [...own].join(' ') });
  return paths.every((path) => path === undefined)
    ? MISSING
    : missing({
        en: `Reverse-paths as the providers saw them: ${paths.map((path) => path ?? '–').join(', ')}`,
        ja: `プロバイダー側で記録された reverse-path：${paths.map((path) => path ?? '–').join('、')}`,
      });
}

function suppressedBy(
  events: readonly SeenEvent[],
  address: string,
  reason: string,
): SeenEvent | undefined {
  return events.find(
    ({ type, public: fields, personal }) =>
      type === 'address.suppressed' &&
      textOf(fields, 'reason') === reason &&
      textOf(personal, 'address') === address,
  );
}

function suppressedSight(events: readonly SeenEvent[], dead: readonly string[]): Sight {
  const found = dead.map((address) => suppressedBy(events, address, 'hard-bounce'));
  const open = dead.filter((_, index) => found[index] === undefined);
  return open.length === 0
    ? seen({ event: found.at(-1)!.id, at: dead.join(' ') })
    : missing({
        en: `Not suppressed for a hard bounce: ${open.join(', ')}`,
        ja: `ハードバウンスによる配信停止になっていないもの：${open.join('、')}`,
      });
}

function lateSight(events: readonly SeenEvent[]): Sight {
  const bounced = events.find(
    ({ type, public: fields, personal }) =>
      type === 'recipient.bounced' &&
      textOf(personal, 'forwardPath') === LATE &&
      textOf(fields, 'bounceId') !== '',
  );
  const suppressed = suppressedBy(events, LATE, 'hard-bounce');
  if (bounced && suppressed) return seen({ event: bounced.id, message: bounced.messageId! });
  return missing({
    en: `No notice about ${LATE} yet: it comes twenty minutes after the letter was taken.`,
    ja: `${LATE} についての通知はまだ届いていません。手紙が受け取られてから 20 分後に届きます。`,
  });
}

function softSight(events: readonly SeenEvent[], bulk: readonly Delivery[]): Sight {
  const suppressed =
    suppressedBy(events, FULL, 'hard-bounce') ?? suppressedBy(events, FULL, 'manual');
  if (suppressed)
    return missing({
      en: `${FULL} is suppressed, though the mailbox is only full.`,
      ja: `${FULL} は満杯なだけなのに、配信停止になっています。`,
    });
  const tried = bulk.find(
    ({ forwardPath, attempts }) =>
      forwardPath === FULL && attempts.filter(({ kind }) => kind === 'deferred').length >= 2,
  );
  return tried
    ? seen({ event: tried.attempts[1]!.event.id, message: tried.messageId })
    : missing({
        en: `${FULL} was tried once so far.`,
        ja: `${FULL} への送信は、まだ 1 回だけです。`,
      });
}

/** Who is dead had no attempt after it was known, though a newsletter to them was handed in; who lives had both. */
function secondSight(
  events: readonly SeenEvent[],
  bulk: readonly Delivery[],
  { alive, dead, late }: ReaderList,
): Sight {
  const gone = [...dead, ...late];
  const withheld = gone.map((address) =>
    events.find(
      ({ type, personal }) =>
        type === 'recipient.suppressed' && textOf(personal, 'forwardPath') === address,
    ),
  );
  const taken = alive.map((address) =>
    bulk.filter(
      ({ forwardPath, attempts }) =>
        forwardPath === address && attempts.some(({ kind }) => kind === 'delivered'),
    ),
  );
  if (taken.some((letters) => letters.length < 2)) return MISSING;
  const again = gone.filter(
    (address, index) =>
      withheld[index] === undefined ||
      bulk.filter(({ forwardPath, attempts }) => forwardPath === address && attempts.length > 0)
        .length > 1,
  );
  return again.length === 0
    ? seen({ event: withheld.at(-1)!.id, message: taken[0]!.at(-1)!.messageId })
    : missing({
        en: `Written to again: ${again.join(', ')}`,
        ja: `もう一度送ってしまった宛先：${again.join('、')}`,
      });
}

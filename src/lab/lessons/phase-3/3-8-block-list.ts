/**
 * Lesson 3.8: the app's list has a spam trap in it, as lists that were bought do. The learner's address comes onto dnsbl.test by what the
 * providers see, comes off by the list's own rules, and has to stay off while the newsletter goes on.
 */
import {
  forgetRemovals,
  readRemovals,
  readSubscribers,
  writeSignups,
  writeSubscribers,
  type Signup,
} from '#lab/app/files';
import type { BlockListView } from '#lab/dnsbl/start';
import { isTrap, TRAP_NAMES } from '#lab/people/traps';
import { eventsSince } from '#store/lab/lesson-events';
import type { LessonRun } from '#store/lab/lesson-runs';
import { lesson, MISSING, missing, seen, type Sight } from '#lab/lessons/lesson';
import { textOf } from '#lab/lessons/seen/sessions';
import { seeded } from '#lab/seeded';
import { aroundOf, type LessonWorld } from '#lab/lessons/world';

const DAY = 24 * 60 * 60 * 1000;
const LIST = 'dnsbl.test';
/** Who asks the list. */
const PROVIDERS = ['bigmail.test', 'hottest.test'] as const;
const CONFIRMED = 8;
const BOUGHT = 3;
/** Of the calendar, on which mail went on after the removal. */
const QUIET_DAYS = 3;

type Key = 'listed' | 'refused' | 'cleaned' | 'removed' | 'stays';

export const blockList = lesson<Key>({
  number: '3.8',
  slug: 'block-list',
  criteria: {
    listed: {
      en: 'Your address came onto dnsbl.test',
      ja: '自分のアドレスが dnsbl.test に載った',
      rfc: 'RFC 5782 §2',
    },
    refused: {
      en: 'A provider refused your mail for it, with 550 5.7.1',
      ja: 'それを理由に、プロバイダーがメールを 550 5.7.1 で拒否した',
    },
    cleaned: {
      en: 'The trap is off the newsletter’s list, and everybody who confirmed is still on it',
      ja: 'スパムトラップがニュースレターの名簿から消え、登録を確認した読者は全員残っている',
    },
    removed: {
      en: 'You asked for the removal after that, and the block list took your address off',
      ja: 'そのあとで削除を申請し、ブロックリストから自分のアドレスが外された',
    },
    stays: {
      en: 'Since then the newsletter reached readers who confirmed on three days, and your address was not listed again',
      ja: 'その後、登録を確認した読者にニュースレターが 3 日（暦日）届き、アドレスは再び載っていない',
    },
  },
  async begin(world, run) {
    const readers = readersOf(run);
    await writeSubscribers(
      world.app,
      readers.map(([address]) => address),
    );
    await writeSignups(world.app, Object.fromEntries(readers));
    await forgetRemovals(world.app);
    const address = ownAddress(world);
    const view = aroundOf(world).blockList.view(address)[0];
    const times = (view?.times ?? 0) + (view?.listed === true ? 0 : 1);
    return {
      prepared: { times },
      told: [
        {
          en: `The newsletter has ${readers.length} readers now. Somebody in the shop has added a list of theirs to it. Your server sends from ${address}.`,
          ja: `ニュースレターの読者は ${readers.length} 人になりました。店の誰かが、よそで手に入れた名簿を加えたようです。あなたのサーバーは ${address} から送信します。`,
        },
      ],
    };
  },
  async check(world, run) {
    const view = aroundOf(world).blockList.view(ownAddress(world))[0];
    return {
      listed: listedSight(view, run),
      refused: await refusedSight(world, run),
      cleaned: await cleanedSight(world, run),
      removed: await removedSight(world, view, run),
      stays: await staysSight(world, run, view),
    };
  },
  async reset({ app }) {
    await writeSubscribers(app, []);
    await writeSignups(app, {});
  },
});

/** The same for the same seed. */
function readersOf({ seed }: Pick<LessonRun, 'seed'>): (readonly [string, Signup])[] {
  const chance = seeded(seed);
  const numbers = new Set<string>();
  while (numbers.size < CONFIRMED + BOUGHT)
    numbers.add(String(1 + chance.number(5000)).padStart(4, '0'));
  const readers = [...numbers].map(
    (number, index) =>
      [
        `reader${number}@${PROVIDERS[index % PROVIDERS.length]!}`,
        index < CONFIRMED ? 'confirmed' : 'bought',
      ] as const,
  );
  const trap = `${chance.pick(TRAP_NAMES)}@${chance.pick(PROVIDERS)}`;
  return chance.shuffled([...readers, [trap, 'bought'] as const]);
}

function confirmedOf(run: LessonRun): string[] {
  return readersOf(run).flatMap(([address, came]) => (came === 'confirmed' ? [address] : []));
}

function ownAddress({ network }: LessonWorld): string {
  return network.addressOf('mail.example.test');
}

/** One that was listed when the lesson began is still in it. */
function listedSight(view: BlockListView | undefined, run: LessonRun): Sight {
  const since = (time: number | null | undefined): boolean => (time ?? 0) >= run.startedAt;
  if (view === undefined) return MISSING;
  if (!view.listed && !since(view.listedAt) && !since(view.removedAt)) return MISSING;
  return seen({ at: `${view.address} ${new Date(view.listedAt!).toISOString()} ${LIST}` });
}

async function refusedSight({ store }: LessonWorld, run: LessonRun): Promise<Sight> {
  const failed = await eventsSince(store.pool, run, ['attempt.failed']);
  const found = failed.find(({ personal }) => textOf(personal, 'reply').includes(LIST));
  if (found === undefined) return MISSING;
  return seen({ event: found.id, ...(found.messageId && { message: found.messageId }) });
}

async function cleanedSight({ app }: LessonWorld, run: LessonRun): Promise<Sight> {
  const readers = await readSubscribers(app);
  if (readers.some((address) => isTrap(address.split('@')[0]!))) {
    return missing({
      en: 'There is still a trap among the readers. How did each of them come to the list?',
      ja: '読者の中にまだスパムトラップがあります。それぞれの読者は、どうやって名簿に載ったのでしょうか。',
    });
  }
  const gone = confirmedOf(run).filter((address) => !readers.includes(address));
  if (gone.length === 0) return seen({ at: `${readers.length}` });
  return missing({
    en: `Readers who confirmed are gone: ${gone.length}. Start the lesson again to have them back.`,
    ja: `登録を確認した読者が ${gone.length} 人消えています。レッスンを始め直すと元に戻ります。`,
  });
}

/** The cause first: whoever waits a quiet day, is taken off and cleans the list then has shown nothing. */
async function removedSight(
  { app }: LessonWorld,
  view: BlockListView | undefined,
  run: LessonRun,
): Promise<Sight> {
  const removedAt = view?.removedAt ?? undefined;
  if (removedAt === undefined || removedAt < run.startedAt) return MISSING;
  const cleaned = Object.entries(await readRemovals(app)).some(
    ([address, at]) => isTrap(address.split('@')[0]!) && at < removedAt,
  );
  if (cleaned) return seen({ at: new Date(removedAt).toISOString() });
  return missing({
    en: 'Your address was taken off while the trap was still among the readers. The cause comes first: start the lesson again, take the bought readers off (hikyaku lab app readers --keep …), and ask for the removal after that.',
    ja: 'スパムトラップが名簿に残っているうちに、アドレスが外されました。先に直すのは原因です。レッスンを始め直し、買った読者を名簿から消してから（hikyaku lab app readers --keep …）、削除を申請してください。',
  });
}

async function staysSight(
  { store }: LessonWorld,
  run: LessonRun,
  view: BlockListView | undefined,
): Promise<Sight> {
  if (view === undefined) return MISSING;
  const { removedAt, times } = view;
  const last = view.offences.at(-1);
  if (times > Number(run.prepared['times']) || (removedAt !== null && last!.at > removedAt)) {
    return missing({
      en: 'After the removal it was listed again, or mail went to a trap again. If the cause is repaired now: start the lesson again.',
      ja: '削除のあとで再び載ったか、再びスパムトラップへ送信しています。原因を直したら、レッスンを始め直してください。',
    });
  }
  if (removedAt === null || removedAt < run.startedAt) return MISSING;
  const confirmed = new Set(confirmedOf(run));
  const delivered = await eventsSince(store.pool, { ...run, startedAt: removedAt }, [
    'attempt.delivered',
  ]);
  const arrived = delivered.filter(({ personal }) =>
    confirmed.has(textOf(personal, 'forwardPath')),
  );
  const days = new Set(arrived.map(({ at }) => Math.floor(at / DAY)));
  if (days.size >= QUIET_DAYS)
    return seen({ event: arrived.at(-1)!.id, at: `${days.size}/${QUIET_DAYS}` });
  return missing({
    en: `Days so far on which a reader who confirmed was reached: ${days.size} of ${QUIET_DAYS}.`,
    ja: `登録を確認した読者に届いた日数：${days.size}／${QUIET_DAYS}`,
  });
}

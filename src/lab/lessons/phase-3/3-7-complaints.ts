/** Lesson 3.7: the same newsletter to a bought list and to readers who confirmed, by the complaints that providers count. */
import { readSignups, readSubscribers, type Signup } from '#lab/app/files';
import { lesson, MISSING, missing, seen, type Sight } from '#lab/lessons/lesson';
import { crowdOf, layOutList, LIST_FIELD, takeListAway } from '#lab/lessons/prepared/app-list';
import { placeLearner, putBack } from '#lab/lessons/prepared/standing';
import { confirmations } from '#lab/lessons/seen/confirmations';
import { daysAt, type SeenDay } from '#lab/lessons/seen/days';
import { textOf } from '#lab/lessons/seen/sessions';
import { seeded } from '#lab/seeded';
import { eventsSince } from '#store/lab/lesson-events';
import type { LessonWorld } from '#lab/lessons/world';
import { spamRate } from '#lab/providers/senders/counts';

type Key = 'asked' | 'dirty' | 'reports' | 'list' | 'clean';

const PROVIDERS = ['bigmail', 'purple'] as const;
type ProviderName = (typeof PROVIDERS)[number];
/** People who call mail spam that they did not ask for. */
const GRUMBLERS: Readonly<Record<ProviderName, readonly string[]>> = {
  bigmail: ['grace', 'victor'],
  purple: ['greta', 'boris'],
};
/** At each provider. */
const BOUGHT = 16;
/** Typed into the form by somebody else, and by their owners. */
const FORM = 4;
const FORM_OWN = 4;
const CONFIRMED = 10;
const ROOM = { quota: 100 };
const TOO_MANY = 0.003;
const FEW = 0.001;
/** A day of fewer letters says nothing. */
const ENOUGH = 8;

export const complaints = lesson<Key>({
  number: '3.7',
  slug: 'complaints',
  criteria: {
    asked: {
      en: 'Readers who came by the form were asked by a letter, and confirmed by an answer from their own mailbox',
      ja: 'フォームから登録された読者に確認の手紙を送り、本人のメールボックスからの返事で確認した',
      rfc: 'RFC 5322 §3.6.4',
    },
    dirty: {
      en: 'After a newsletter to the old list bigmail.test and purple.test show complaints of 0.30 % or more',
      ja: '古いリストへのニュースレターの後、bigmail.test と purple.test で苦情率が 0.30 % 以上になった',
    },
    reports: {
      en: 'Your server read what purple.test reports of complaints, and sends these readers nothing more',
      ja: 'サーバーが purple.test からの苦情の報告を読み取り、その読者への送信を停止した',
      rfc: 'RFC 5965 §2',
    },
    list: {
      en: 'The list has only readers who confirmed that they want it',
      ja: 'リストには、購読の意思を確認した読者だけが残っている',
    },
    clean: {
      en: 'On a later day both took the newsletter into inboxes, with complaints below 0.10 %',
      ja: 'その後の日に、どちらでもニュースレターが受信箱に入り、苦情率が 0.10 % 未満だった',
    },
  },
  async begin(world, run) {
    const former = await Promise.all(
      PROVIDERS.map((name) => placeLearner(world, name, { ip: ROOM, domain: ROOM })),
    );
    const signups = Object.fromEntries(PROVIDERS.flatMap((name) => signupsOf(run.seed, name)));
    const readers = seeded(run.seed).shuffled(Object.keys(signups));
    await layOutList(world, { readers, fields: [LIST_FIELD], signups });
    return {
      prepared: { former },
      told: [
        {
          en: `The newsletter of the app has ${readers.length} readers: some confirmed, some were typed into a form by anybody, most came with a list that somebody bought.`,
          ja: `アプリのニュースレターには ${readers.length} 人の読者がいます。購読を確認した人、誰でも入力できるフォームから登録された人がいて、大半は購入した名簿のものです。`,
        },
      ],
    };
  },
  async check(world, run) {
    const days = {
      bigmail: await daysAt(world, run, 'bigmail', 'domain'),
      purple: await daysAt(world, run, 'purple', 'domain'),
    };
    const dirty = PROVIDERS.map((name) =>
      days[name].find(({ counts }) => counts.complaints >= 2 && spamRate(counts) >= TOO_MANY),
    );
    const events = await eventsSince(world.store.pool, run, [
      'complaint.received',
      'address.suppressed',
    ]);
    const complained = events.find(
      ({ type, public: fields }) =>
        type === 'complaint.received' && textOf(fields, 'reporter') === 'purple.test',
    );
    const suppressed = events.find(
      ({ type, public: fields, personal }) =>
        type === 'address.suppressed' &&
        textOf(fields, 'reason') === 'complaint' &&
        textOf(personal, 'address') === textOf(complained?.personal ?? {}, 'forwardPath'),
    );
    return {
      asked: await askedSight(world),
      dirty: dirty.every((day) => day !== undefined)
        ? seen({ at: PROVIDERS.map((name, index) => dayText(name, dirty[index]!)).join(', ') })
        : notDirty(days),
      reports:
        complained && suppressed
          ? seen({ event: complained.id, message: complained.messageId! })
          : MISSING,
      list: await listSight(world),
      clean: dirty.every((day) => day !== undefined)
        ? cleanSight(days, { bigmail: dirty[0]!.day, purple: dirty[1]!.day })
        : MISSING,
    };
  },
  async reset(world, { prepared }) {
    await takeListAway(world);
    const former = Array.isArray(prepared['former']) ? prepared['former'] : [];
    for (const [index, name] of PROVIDERS.entries()) await putBack(world, name, former[index]);
  },
});

type Days = Readonly<Record<ProviderName, readonly SeenDay[]>>;

function signupsOf(seed: number, name: ProviderName): [string, Signup][] {
  const domain = `${name}.test`;
  const guests = crowdOf(seed, 'guest', domain, BOUGHT + FORM);
  const wanting = crowdOf(seed, 'reader', domain, CONFIRMED + FORM_OWN);
  const came = (how: Signup, addresses: readonly string[]): [string, Signup][] =>
    addresses.map((address) => [address, how]);
  return [
    ...came('bought', guests.slice(0, BOUGHT)),
    ...came('form', guests.slice(BOUGHT)),
    ...came('form', wanting.slice(CONFIRMED)),
    ...came(
      'bought',
      GRUMBLERS[name].map((person) => `${person}@${domain}`),
    ),
    ...came('confirmed', wanting.slice(0, CONFIRMED)),
  ];
}

function dayText(name: string, { day, counts }: SeenDay): string {
  return `${name} ${day} ${counts.complaints}/${counts.inbox} ${(spamRate(counts) * 100).toFixed(2)} %`;
}

function notDirty(days: Days): Sight {
  const last = PROVIDERS.flatMap((name) => {
    const day = days[name].at(-1);
    return day === undefined ? [] : [dayText(name, day)];
  });
  if (last.length === 0) return MISSING;
  const said = last.join(', ');
  return missing({ en: `Complaints: ${said}`, ja: `苦情：${said}` });
}

/** What the app notes has to be in the mailbox too: an answer to its letter, from the reader who was asked. */
async function askedSight(world: LessonWorld): Promise<Sight> {
  const signups = await readSignups(world.app);
  const answers = await confirmations(world);
  const taken = answers.filter(({ address }) => signups[address] === 'confirmed');
  const [first] = taken;
  if (first !== undefined) return seen({ message: first.message, at: `${taken.length} confirmed` });
  return answers.length === 0
    ? MISSING
    : missing({
        en: `Answers that the app has not taken in: ${answers.length}. hikyaku lab app confirmations`,
        ja: `アプリがまだ取り込んでいない返事：${answers.length} 通（hikyaku lab app confirmations）`,
      });
}

/** By how they came, and not by who has complained so far. */
async function listSight({ app }: LessonWorld): Promise<Sight> {
  const readers = await readSubscribers(app);
  const signups = await readSignups(app);
  const others = readers.filter((address) => signups[address] !== 'confirmed');
  const few = PROVIDERS.some(
    (name) => readers.filter((one) => one.endsWith(`@${name}.test`)).length < ENOUGH,
  );
  if (others.length === 0 && !few) return seen({ at: `${readers.length} confirmed` });
  return others.length > 0
    ? missing({
        en: `On the list without a confirmation: ${others.length} of ${readers.length}.`,
        ja: `確認のないままリストに載っている読者：${readers.length} 人中 ${others.length} 人`,
      })
    : MISSING;
}

function cleanSight(days: Days, dirty: Readonly<Record<ProviderName, string>>): Sight {
  const later = PROVIDERS.map((name) => days[name].filter(({ day }) => day > dirty[name]));
  const clean = later.map((some) =>
    some.findLast(
      ({ counts }) => counts.inbox >= ENOUGH && counts.spam === 0 && spamRate(counts) < FEW,
    ),
  );
  if (clean.every((day) => day !== undefined))
    return seen({ at: PROVIDERS.map((name, index) => dayText(name, clean[index]!)).join(', ') });
  const spam = later.flat().reduce((sum, { counts }) => sum + counts.spam + counts.deferred, 0);
  return spam === 0
    ? MISSING
    : missing({
        en: 'What came since then lies in spam folders, or was put off: complaints count for seven days. Send nothing until they are over.',
        ja: 'その後のメールは、迷惑メールフォルダーに入るか、一時拒否されています。苦情は 7 日間数えられます。その間は何も送らずに待ってください。',
      });
}

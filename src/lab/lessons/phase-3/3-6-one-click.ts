/**
 * Lesson 3.6: a newsletter with the header of an old program lies in spam folders. With a header as providers ask for it lies in inboxes, and a reader
 * who leaves by one click gets none of the next.
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
import { crowdOf, layOutList, takeListAway } from '#lab/lessons/prepared/app-list';
import { placeLearner, putBack } from '#lab/lessons/prepared/standing';
import { textOf } from '#lab/lessons/seen/sessions';
import { seeded } from '#lab/seeded';
import { oneClickUrl } from '#lab/people/leave-list';
import type { MessageFacts } from '#lab/providers/facts';
import { fieldsNamed, splitHeader } from '#protocol/message/header/fields';
import type { Pool } from '#store/database/open';
import { eventsSince, type SeenEvent } from '#store/lab/lesson-events';
import type { LessonRun } from '#store/lab/lesson-runs';
import {
  findTrace,
  listProviderMail,
  readProviderMail,
  type KeptMail,
} from '#store/lab/provider-mail';

type Key = 'headers' | 'inbox' | 'left' | 'honoured';

const PROVIDERS = ['bigmail', 'purple'] as const;
const CROWD = 4;
const LEAVERS = ['taro', 'emma', 'noah'] as const;
/** Who has sent so much that a day is one of bulk mail. */
const BULK = { quota: 200, score: 1, bulk: true };
/** As the old program writes them. */
const OLD_FIELDS = [
  'Precedence: bulk',
  'List-Unsubscribe: <mailto:alice@example.test?subject=unsubscribe>',
];
/** Within which providers want it honoured. Milliseconds of the calendar. */
const IN_TIME = 48 * 3_600_000;
const MAILBOX_ROWS = 50;

export const oneClick = lesson<Key>({
  number: '3.6',
  slug: 'one-click',
  criteria: {
    headers: {
      en: 'The newest newsletter names its list, and offers one click that its signature covers',
      ja: '最新のニュースレターがリスト名を示し、署名で保護されたワンクリックの購読解除を提供している',
      rfc: 'RFC 8058 §3.1',
    },
    inbox: {
      en: 'It lies in the inbox of every reader at bigmail.test and purple.test',
      ja: 'それが bigmail.test と purple.test の読者全員の受信箱に入っている',
    },
    left: {
      en: 'The reader who wants to leave did so by one click',
      ja: '購読をやめたい読者が、ワンクリックで購読を解除した',
      rfc: 'RFC 8058 §3.2',
    },
    honoured: {
      en: 'Within 48 hours of the click a newsletter went to the others, and none to this reader',
      ja: '解除から 48 時間以内のニュースレターが他の読者に届き、この読者には届かなかった',
      rfc: 'RFC 2369 §3.2',
    },
  },
  async begin(world, run) {
    const former = await Promise.all(
      PROVIDERS.map((name) => placeLearner(world, name, { ip: BULK, domain: BULK })),
    );
    const leaver = `${seeded(run.seed).pick(LEAVERS)}@bigmail.test`;
    const others = PROVIDERS.flatMap((name) => crowdOf(run.seed, 'reader', `${name}.test`, CROWD));
    const readers = [leaver, ...others];
    await layOutList(world, { readers, fields: OLD_FIELDS });
    return {
      prepared: { former, leaver, readers },
      told: [
        {
          en: `The newsletter of the app has ${readers.length} readers. One of them, ${leaver}, wants to leave as soon as there is a way.`,
          ja: `アプリのニュースレターには ${readers.length} 人の読者がいます。そのうち ${leaver} は、方法がありしだい購読をやめたいと思っています。`,
        },
      ],
    };
  },
  async check(world, run) {
    const { pool } = world.store;
    const leaver = preparedText(run, 'leaver');
    const readers = run.prepared['readers'] as readonly string[];
    const events = await eventsSince(pool, run, ['recipient.unsubscribed', 'recipient.suppressed']);
    const left = events.find(
      ({ type, public: fields, personal }) =>
        type === 'recipient.unsubscribed' &&
        textOf(fields, 'way') === 'one-click' &&
        textOf(personal, 'forwardPath') === leaver,
    );
    const boxes = new Map<string, KeptMail[]>();
    for (const address of readers) boxes.set(address, await mailSince(pool, run, address));
    const others = readers.filter((address) => address !== leaver);
    return {
      headers: await headersSight(pool, others, boxes),
      inbox: inboxSight(others, boxes),
      left: left
        ? seen({ event: left.id, message: left.messageId! })
        : await leftSight(pool, leaver, boxes),
      honoured: left ? honouredSight(left, leaver, others, boxes, events) : MISSING,
    };
  },
  async reset(world, { prepared }) {
    await takeListAway(world, prepared['readers'] as readonly string[] | undefined);
    const former = Array.isArray(prepared['former']) ? prepared['former'] : [];
    for (const [index, name] of PROVIDERS.entries()) await putBack(world, name, former[index]);
  },
});

type Boxes = ReadonlyMap<string, readonly KeptMail[]>;

/** Newest first. */
async function mailSince(pool: Pool, run: LessonRun, address: string): Promise<KeptMail[]> {
  const wanted = { ...placeOf(address), limit: MAILBOX_ROWS };
  const mail = await listProviderMail(pool, wanted);
  return mail.filter(
    ({ receivedAt, author }) => receivedAt >= run.startedAt && author.includes('@example.test'),
  );
}

function placeOf(address: string): { readonly provider: string; readonly person: string } {
  const [person, domain] = address.split('@');
  return { provider: domain!.replace('.test', ''), person: person! };
}

async function headersSight(pool: Pool, readers: readonly string[], boxes: Boxes): Promise<Sight> {
  const [address, newest] = newestOf(readers, boxes);
  if (newest === undefined) return MISSING;
  const letter = (await readProviderMail(pool, { ...placeOf(address), id: newest.id }))!;
  const facts = (await findTrace(pool, newest.traceId))?.facts as unknown as
    | { readonly message?: MessageFacts }
    | undefined;
  const lacks = [
    ...(fieldsNamed(splitHeader(letter.raw), 'List-Id').length === 1 ? [] : ['List-Id']),
    ...(oneClickUrl(letter.raw) === undefined
      ? ['List-Unsubscribe: <https:…>, List-Unsubscribe-Post']
      : []),
    ...(facts?.message?.oneClick === true ? [] : ['DKIM h=List-Unsubscribe:List-Unsubscribe-Post']),
  ];
  return lacks.length === 0
    ? seen({ at: `${address} ${newest.id}` })
    : missing({
        en: `The newest copy, of ${address}, lacks: ${lacks.join('; ')}`,
        ja: `${address} に届いた最新のものに足りないもの：${lacks.join('；')}`,
      });
}

function newestOf(
  readers: readonly string[],
  boxes: Boxes,
): readonly [string, KeptMail | undefined] {
  const newest = readers
    .flatMap((address) =>
      (boxes.get(address) ?? []).slice(0, 1).map((mail) => [address, mail] as const),
    )
    .toSorted(([, a], [, b]) => b.receivedAt - a.receivedAt);
  return newest[0] ?? ['', undefined];
}

function inboxSight(readers: readonly string[], boxes: Boxes): Sight {
  const newest = readers.map((address) => boxes.get(address)?.[0]);
  if (newest.every((mail) => mail === undefined)) return MISSING;
  const spam = readers.filter((_, index) => newest[index]?.folder !== 'inbox');
  return spam.length === 0
    ? seen({ at: `${readers.length} × inbox` })
    : missing({
        en: `Not in the inbox: ${spam.length} of ${readers.length} (${spam[0]!} …). hikyaku lab mailbox shows the folder and the id for hikyaku lab why.`,
        ja: `受信箱に入っていないもの：${readers.length} 通中 ${spam.length} 通（${spam[0]!} など）。hikyaku lab mailbox でフォルダーと、hikyaku lab why に渡す id が分かります。`,
      });
}

async function leftSight(pool: Pool, leaver: string, boxes: Boxes): Promise<Sight> {
  const [newest] = boxes.get(leaver) ?? [];
  if (newest === undefined) return MISSING;
  const letter = await readProviderMail(pool, { ...placeOf(leaver), id: newest.id });
  const said: Said =
    letter && oneClickUrl(letter.raw)
      ? {
          en: `${leaver} has a letter with a button: hikyaku lab unsubscribe ${leaver} presses it.`,
          ja: `${leaver} に届いた手紙にはボタンがあります。hikyaku lab unsubscribe ${leaver} で押せます。`,
        }
      : {
          en: `The mail program of ${leaver} shows no button: the letter offers no one click.`,
          ja: `${leaver} のメールソフトにボタンが表示されません。手紙がワンクリックの購読解除を提供していないためです。`,
        };
  return missing(said);
}

/** The server withheld it, and nothing came. */
function honouredSight(
  left: SeenEvent,
  leaver: string,
  others: readonly string[],
  boxes: Boxes,
  events: readonly SeenEvent[],
): Sight {
  const again = boxes.get(leaver)?.find(({ receivedAt }) => receivedAt > left.at);
  if (again)
    return missing({
      en: `${leaver} left, and got another letter after that.`,
      ja: `${leaver} は購読を解除した後にも、手紙を受け取っています。`,
    });
  const withheld = events.find(
    ({ type, at, public: fields, personal }) =>
      type === 'recipient.suppressed' &&
      at > left.at &&
      textOf(fields, 'reason') === 'unsubscribe' &&
      textOf(personal, 'forwardPath') === leaver,
  );
  const arrived = others.every((address) =>
    boxes.get(address)?.some(({ receivedAt }) => receivedAt > left.at),
  );
  if (withheld && withheld.at > left.at + IN_TIME)
    return missing({
      en: 'The first newsletter after the click came more than 48 hours later, too late to show that it was honoured in time. Start the lesson again.',
      ja: '解除後の最初のニュースレターが 48 時間を過ぎてから送られたため、期限内に応じたことを確かめられません。レッスンを始め直してください。',
    });
  return withheld && arrived
    ? seen({ event: withheld.id, message: withheld.messageId! })
    : missing({
        en: 'No newsletter has gone to the whole list since then.',
        ja: 'それ以降、リスト全体へのニュースレターはまだ送られていません。',
      });
}

/** Lesson 1.7: three Japanese letters as they still come are read, and one is sent as it should be written today. */
import { latin1 } from '#bytes';
import { decodeEncodedWords } from '#protocol/message/header/encoded-word';
import { fieldsNamed, fieldValue, splitHeader } from '#protocol/message/header/fields';
import { parseStructure } from '#protocol/message/body/parse-structure';
import { bodyText } from '#protocol/message/body/part-text';
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
import { HIDDEN, japaneseLetters, type Hidden } from '#lab/lessons/made/japanese-letters';
import { bringLetter } from '#lab/lessons/prepared/bring-letter';
import { textOf } from '#lab/lessons/seen/sessions';
import { placeOf, storedLetter } from '#lab/lessons/seen/stored-letters';
import { isLearner, type LessonWorld } from '#lab/lessons/world';

type Key = Hidden | 'sent';

const QUESTIONS: Readonly<Record<Hidden, Said>> = {
  subject: { en: 'the word in the subject of letter 1', ja: '1 通目の件名にある言葉' },
  body: { en: 'the word in the body of letter 2', ja: '2 通目の本文にある言葉' },
  file: {
    en: 'the name of the first file of letter 3, without .txt',
    ja: '3 通目の一つ目のファイル名（.txt を除く）',
  },
  oldfile: {
    en: 'the name of the second file of letter 3, without .txt',
    ja: '3 通目の二つ目のファイル名（.txt を除く）',
  },
};

const WRONG: Said = {
  en: 'That is not the word.',
  ja: '言葉が違います。',
};
const RAW: Said = {
  en: 'There are raw octets over 127 in its header: an encoded word (RFC 2047) is missing.',
  ja: 'ヘッダーに 127 を超えるオクテットがそのまま入っています。エンコードワード（RFC 2047）を使ってください。',
};
const NOT_JAPANESE: Said = {
  en: 'A letter of yours arrived, but its subject and its body are not both Japanese once they are decoded.',
  ja: 'あなたの手紙は届いていますが、件名と本文の両方が、復号したときに日本語になるわけではありません。',
};

export const japaneseMail = lesson<Key>({
  number: '1.7',
  slug: 'japanese-mail',
  criteria: {
    subject: {
      en: 'You read a subject in ISO-2022-JP',
      ja: 'ISO-2022-JP の件名を読んだ',
      rfc: 'RFC 1468',
    },
    body: {
      en: 'You read a body in Shift_JIS',
      ja: 'Shift_JIS の本文を読んだ',
      rfc: 'RFC 2045 §5',
    },
    file: {
      en: 'You read a file name by RFC 2231',
      ja: 'RFC 2231 形式のファイル名を読んだ',
      rfc: 'RFC 2231 §4',
    },
    oldfile: {
      en: 'You read a file name by an encoded word that stands where none may',
      ja: '本来使えない場所に書かれたエンコードワードのファイル名を読んだ',
      rfc: 'RFC 2047 §5',
    },
    sent: {
      en: 'A letter of yours with a Japanese subject, in ASCII on the wire, and a Japanese body arrived',
      ja: '日本語の件名（伝送路上では ASCII）と日本語の本文を持つ、あなたの手紙が届いた',
      rfc: 'RFC 2047 §2',
    },
  },
  questions: () => HIDDEN.map((name) => ({ name, text: QUESTIONS[name] })),
  async begin(world, run) {
    const to = `alice@${world.server.domain}`;
    const date = new Date(run.startedAt).toUTCString().replace('GMT', '+0000');
    const { letters, words } = japaneseLetters(run.seed, to, date);
    for (const content of letters) {
      const letter = {
        host: 'mx.peer.test',
        reversePath: 'hanako@peer.test',
        to,
        content,
      } as const;
      const brought = await bringLetter(world, letter);
      if (brought.kind === 'not-taken') return { failure: brought.reply };
    }
    const mark = run.seed.toString(36);
    return {
      prepared: { ...words },
      told: [
        {
          en: `Three letters have arrived at ${to}; they are marked ${mark}.`,
          ja: `${to} に 3 通の手紙が届いています。目印は ${mark} です。`,
        },
      ],
    };
  },
  async check(world, run) {
    const sight = (hidden: Hidden): Sight => wordSight(run, hidden);
    return {
      subject: sight('subject'),
      body: sight('body'),
      file: sight('file'),
      oldfile: sight('oldfile'),
      sent: await sentSight(world, run),
    };
  },
  reset: () => Promise.resolve(),
});

function wordSight(run: LessonRun, hidden: Hidden): Sight {
  const given = run.answers?.[hidden]
    ?.normalize('NFC')
    .trim()
    .replace(/\.txt$/, '');
  if (given === undefined) return MISSING;
  return given === preparedText(run, hidden) ? seen({ at: given }) : missing(WRONG);
}

/** Letters that the learner handed in and that lie in a mailbox here. */
async function sentSight(world: LessonWorld, run: LessonRun): Promise<Sight> {
  const { pool } = world.store;
  const events = await eventsSince(pool, run, ['message.submitted', 'recipient.stored']);
  const own = new Set(
    events
      .filter(
        ({ type, personal }) =>
          type === 'message.submitted' && isLearner(world, textOf(personal, 'client')),
      )
      .map(({ messageId }) => messageId),
  );
  let best: Sight = MISSING;
  for (const stored of events) {
    if (stored.type !== 'recipient.stored' || !own.has(stored.messageId)) continue;
    best = await letterSight(world, stored);
    if (best.kind === 'seen') return best;
  }
  return best;
}

const JAPANESE = /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u;
/** What of the text is looked at. Characters. */
const LOOKED_AT = 10_000;

async function letterSight({ store: { pool } }: LessonWorld, stored: SeenEvent): Promise<Sight> {
  const letter = await storedLetter(pool, stored);
  if (letter === undefined) return MISSING;
  const header = splitHeader(letter);
  const [field] = fieldsNamed(header, 'Subject');
  const raw = field === undefined ? '' : fieldValue(letter, field);
  if (/[^\x00-\x7f]/.test(raw) || /[\x80-\xff]/.test(latin1(letter.subarray(0, header.bodyStart))))
    return missing(RAW);
  const budget = { left: LOOKED_AT, cut: false };
  const text = [...bodyText(letter, parseStructure(letter).part, budget)].join(' ');
  return JAPANESE.test(decodeEncodedWords(raw)) && JAPANESE.test(text)
    ? seen({ event: stored.id, message: stored.messageId!, at: placeOf(stored) })
    : missing(NOT_JAPANESE);
}

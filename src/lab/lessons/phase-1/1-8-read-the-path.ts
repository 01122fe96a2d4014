/** Lesson 1.8: five questions on the path of a letter, made up for this learner alone. */
import { utf8 } from '#bytes';
import { sheetSights } from '#lab/lessons/handed-in/sheet';
import type { LessonRun } from '#store/lab/lesson-runs';
import { lesson, preparedText, type Said } from '#lab/lessons/lesson';
import { PATH_QUESTIONS, receivedPath, type PathQuestion } from '#lab/lessons/made/received-path';
import { bringLetter } from '#lab/lessons/prepared/bring-letter';

const QUESTIONS: Readonly<Record<PathQuestion, Said>> = {
  client: {
    en: 'the IP address of the author’s own machine',
    ja: '差出人自身の端末の IP アドレス',
  },
  first: {
    en: 'the host that took the letter from it',
    ja: 'その端末から最初に手紙を受け取ったホスト',
  },
  hops: {
    en: 'how many Received fields the letter has in the mailbox',
    ja: 'メールボックスにある手紙の Received フィールドの数',
  },
  clear: {
    en: 'the host that took it without TLS',
    ja: 'TLS なしで手紙を受け取ったホスト',
  },
  slowest: {
    en: 'the host that kept it longest before it passed it on',
    ja: '次へ渡すまでに最も長く手紙を留めていたホスト',
  },
};

const WRONG: Said = {
  en: 'Not all of the five answers are what the fields say.',
  ja: '五つの答えのどれかが、フィールドの内容と一致しません。',
};

export const readThePath = lesson<PathQuestion>({
  number: '1.8',
  slug: 'read-the-path',
  criteria: {
    client: {
      en: 'You found the author’s own machine',
      ja: '差出人自身の端末を見つけた',
      rfc: 'RFC 5321 §4.4',
    },
    first: {
      en: 'You found the first server',
      ja: '最初のサーバーを見つけた',
      rfc: 'RFC 5321 §4.4',
    },
    hops: {
      en: 'You counted the hops',
      ja: '経由したサーバーの数を数えた',
      rfc: 'RFC 5321 §4.4',
    },
    clear: {
      en: 'You found the hop without TLS',
      ja: 'TLS を使わなかった区間を見つけた',
      rfc: 'RFC 3848',
    },
    slowest: {
      en: 'You found who kept the letter longest',
      ja: '手紙を最も長く留めていたサーバーを見つけた',
      rfc: 'RFC 5322 §3.3',
    },
  },
  questions: () => PATH_QUESTIONS.map((name) => ({ name, text: QUESTIONS[name] })),
  async begin(world, run) {
    const { fields, answers } = receivedPath(run.seed, world.clock.now());
    const to = `alice@${world.server.domain}`;
    const brought = await bringLetter(world, {
      host: 'mx.peer.test',
      reversePath: 'traveller@peer.test',
      to,
      content: utf8(letterOf(fields, to, run)),
    });
    if (brought.kind === 'not-taken') return { failure: brought.reply };
    return {
      prepared: { ...answers },
      told: [
        {
          en: `A letter with the subject «The long way (${subjectMark(run)})» has arrived at ${to}.`,
          ja: `件名「The long way (${subjectMark(run)})」の手紙が ${to} に届いています。`,
        },
      ],
    };
  },
  check(_world, run) {
    return Promise.resolve(
      sheetSights(run, {
        names: PATH_QUESTIONS,
        isRight: (name, given) => given.replace(/\.$/, '') === preparedText(run, name),
        wrong: WRONG,
      }),
    );
  },
  reset: () => Promise.resolve(),
});

/** Tells letters of several starts apart. */
function subjectMark({ seed }: LessonRun): string {
  return seed.toString(36);
}

function letterOf(fields: string, to: string, run: LessonRun): string {
  const lines = [
    'From: A traveller <traveller@peer.test>',
    `To: ${to}`,
    `Subject: The long way (${subjectMark(run)})`,
    `Date: ${new Date(run.startedAt - 3 * 3_600_000).toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: <long-way-${subjectMark(run)}@peer.test>`,
    '',
    'Which way did this letter come? Read the Received fields from the bottom to the top.',
    '',
  ];
  return fields + lines.join('\r\n');
}

/** Lesson 3.9: twenty bounces, drawn for this learner: which of them say that an address is dead, which that it failed this time, which that we are at fault. */
import { utf8 } from '#bytes';
import type { BounceClass } from '#protocol/bounce/reasons';
import type { LessonRun } from '#store/lab/lesson-runs';
import { lesson, MISSING, missing, seen, wrong, type Sight } from '#lab/lessons/lesson';
import { drawBounces, SAMPLES } from '#lab/lessons/made/bounce-samples';
import { bringLetter } from '#lab/lessons/prepared/bring-letter';
import type { LessonWorld } from '#lab/lessons/world';

const CLASSES: ReadonlySet<string> = new Set<BounceClass>(['hard', 'soft', 'ours']);
const ENOUGH = 18;

type Key = 'answered' | 'right' | 'careful';

export const classifyBounces = lesson<Key>({
  number: '3.9',
  slug: 'classify-bounces',
  criteria: {
    answered: {
      en: 'You called each of the twenty bounces hard, soft or ours',
      ja: '20 通のバウンスそれぞれに hard、soft、ours のどれかを答えた',
    },
    right: {
      en: 'At least eighteen of them are right',
      ja: 'そのうち 18 通以上が正しい',
      rfc: 'RFC 3463 §3',
    },
    careful: {
      en: 'No address was given up for what is said of us: no bounce that is ours was called hard',
      ja: '自分たちが原因のバウンスで宛先をあきらめなかった（ours のものを hard と答えていない）',
    },
  },
  questions: (run) =>
    drawBounces(run.seed).map(({ text }, index) => ({
      name: String(index + 1),
      text: { en: text, ja: text },
    })),
  async begin(world, run) {
    const to = `alice@${world.server.domain}`;
    const brought = await bringLetter(world, {
      host: 'mx.peer.test',
      reversePath: 'collector@peer.test',
      to,
      content: utf8(letterOf(world, run, to)),
    });
    if (brought.kind === 'not-taken') return { failure: brought.reply };
    const subject = subjectOf(run);
    return {
      told: [
        {
          en: `The twenty bounces are below, and in a letter with the subject «${subject}» to ${to}.`,
          ja: `20 通のバウンスは下の一覧と、件名「${subject}」で ${to} に届いた手紙の両方にあります。`,
        },
      ],
    };
  },
  check: (_world, run) => Promise.resolve(sightsOf(run)),
  reset: () => Promise.resolve(),
});

/** How many are right is not told before it is enough: whoever changed one answer at a time would learn nothing. */
function sightsOf(run: LessonRun): Readonly<Record<Key, Sight>> {
  const answers = drawBounces(run.seed).map(({ class: right }, index) => ({
    right,
    given: run.answers?.[String(index + 1)]?.trim().toLowerCase() ?? '',
  }));
  const open = answers.flatMap(({ given }, index) => (CLASSES.has(given) ? [] : [index + 1]));
  if (open.length > 0) {
    const numbers = open.join(', ');
    const answered = missing({
      en: `No answer, or another word than hard, soft and ours: ${numbers}`,
      ja: `答えがないか、hard、soft、ours 以外の語になっているもの：${numbers}`,
    });
    return { answered, right: MISSING, careful: MISSING };
  }
  const count = answers.filter(({ given, right }) => given === right).length;
  const givenUp = answers.filter(({ given, right }) => right === 'ours' && given === 'hard').length;
  return {
    answered: seen({ at: String(SAMPLES) }),
    right:
      count >= ENOUGH
        ? seen({ at: `${count}/${SAMPLES}` })
        : wrong({
            en: 'Fewer than eighteen are right. Read the words too, not the codes alone.',
            ja: '正しいものが 18 通に届きません。コードだけでなく、文面も読んでください。',
          }),
    careful:
      givenUp === 0
        ? seen({ at: 'ours ≠ hard' })
        : wrong({
            en: 'At least one that speaks of your server, your domain or your message was called hard.',
            ja: '自分のサーバー、ドメイン、またはメッセージについて述べているものを、一つ以上 hard と答えています。',
          }),
  };
}

function subjectOf({ seed }: LessonRun): string {
  return `Twenty bounces (${seed.toString(36)})`;
}

function letterOf({ server }: LessonWorld, run: LessonRun, to: string): string {
  const mark = run.seed.toString(36);
  const lines = [
    'From: A collector of bounces <collector@peer.test>',
    `To: ${to}`,
    `Subject: ${subjectOf(run)}`,
    `Date: ${new Date(run.startedAt).toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: <twenty-bounces-${mark}@peer.test>`,
    'Content-Type: text/plain; charset=us-ascii',
    '',
    `What came back to ${server.domain} (203.0.113.25) for one newsletter:`,
    '',
    ...drawBounces(run.seed).map(({ text }, index) => `${index + 1}: ${text}`),
    '',
  ];
  return lines.join('\r\n');
}

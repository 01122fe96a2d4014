/** Lesson 3.1: the first letter to a strict provider does not get into the inbox, for another reason for each learner; its trace says which. */
import { sheetSights } from '#lab/lessons/handed-in/sheet';
import { lesson, MISSING, missing, seen, type Question, type Said } from '#lab/lessons/lesson';
import { breakMail, chooseFault, FAULTS, repair } from '#lab/lessons/prepared/first-mail-faults';
import { deliveriesTo } from '#lab/lessons/seen/deliveries';
import type { LessonWorld } from '#lab/lessons/world';
import type { ClientFacts } from '#lab/providers/facts';
import type { TraceEntry } from '#lab/providers/rules/evaluate';
import type { LessonRun } from '#store/lab/lesson-runs';
import { tracesSince, type TraceRow } from '#store/lab/provider-mail';

type Key = 'sent' | 'kept-out' | 'outcome' | 'rule' | 'class';

const DOMAIN = 'bigmail.test';

/** What kind of cause a rule of bigmail.test is about. */
const CLASSES: readonly (readonly [RegExp, string])[] = [
  [/^no-ptr$/, 'reverse-name'],
  [/^listed$/, 'block-list'],
  [/^tls-required$/, 'tls'],
  [/^(unknown-user|inactive|full|too-fast|too-many-recipients)$/, 'recipient'],
  [/^(bad-from|bad-form|spam-one-click)$/, 'form'],
  [/^rate-/, 'rate'],
  [/^spam-(complaints|unknown|reputation)$/, 'reputation'],
  [
    /^(unauthenticated|dmarc-reject|dns-trouble|spf-too-wide|spam-quarantine|bulk-)/,
    'authentication',
  ],
];

const QUESTIONS: readonly Question[] = [
  {
    name: 'outcome',
    text: {
      en: 'what became of it: refused, deferred or spam',
      ja: 'どう扱われたか：refused（拒否）、deferred（一時拒否）、spam（迷惑メールフォルダー）',
    },
  },
  {
    name: 'rule',
    text: {
      en: 'the rule that decided, by its name in the trace',
      ja: '判定を下した規則の名前（トレースに表示されるもの）',
    },
  },
  {
    name: 'class',
    text: {
      en: `what it is about: ${[...FAULTS, 'block-list', 'tls', 'recipient', 'form'].toSorted().join(', ')}`,
      ja: `原因の種類：${[...FAULTS, 'block-list', 'tls', 'recipient', 'form'].toSorted().join('、')}`,
    },
  },
];

/** Which of the three it is is not told: there are few words to choose from. */
const WRONG: Said = {
  en: 'What was answered is not all what the trace says.',
  ja: '三つの答えのどれかが、トレースの内容と一致しません。',
};

const IN_THE_INBOX: Said = {
  en: 'The letter lies in the inbox: it was sent before the change was seen everywhere. Let two hours pass and write another.',
  ja: '手紙は受信箱に入っています。変更が行き渡る前に送ったためです。時計を 2 時間進めてから、もう 1 通送ってください。',
};

export const firstMail = lesson<Key>({
  number: '3.1',
  slug: 'first-mail',
  breaks: 'until-reset',
  criteria: {
    sent: {
      en: 'A letter that you handed in to your server met bigmail.test',
      ja: 'あなたがサーバーに預けた手紙を bigmail.test が判定した',
    },
    'kept-out': {
      en: 'It did not get into the inbox',
      ja: 'その手紙は受信箱に入らなかった',
      rfc: 'RFC 5321 §4.2.1',
    },
    outcome: {
      en: 'You told what became of it',
      ja: 'どう扱われたかを正しく答えた',
      rfc: 'RFC 5321 §4.2.1',
    },
    rule: {
      en: 'You found the rule that decided',
      ja: '判定を下した規則を見つけた',
      rfc: 'RFC 3463 §3.8',
    },
    class: {
      en: 'You named the kind of cause',
      ja: '原因の種類を正しく答えた',
    },
  },
  questions: () => QUESTIONS,
  async begin(world, run) {
    const fault = chooseFault(run, world.clock.now());
    const laid = await breakMail(world, fault);
    return {
      prepared: { fault, ...laid },
      told: [
        {
          en: 'Something about your mail is no longer as it should be. What it is, you find out from the other side.',
          ja: 'あなたのメールのどこかが、あるべき状態ではなくなりました。何が起きているのかは、受け取る側からの手がかりで突き止めてください。',
        },
      ],
    };
  },
  async check(world, run) {
    const found = await ownTrace(world, run);
    if (found === undefined)
      return {
        sent: MISSING,
        'kept-out': MISSING,
        outcome: MISSING,
        rule: MISSING,
        class: MISSING,
      };
    const { trace, messageId } = found;
    const keptOut = trace.verdict !== 'inbox';
    const rule = decidingRule(trace);
    const right = {
      outcome: outcomeOf(trace),
      rule: rule ?? '',
      class: CLASSES.find(([pattern]) => pattern.test(rule ?? ''))?.[1] ?? '',
    };
    return {
      sent: seen({ message: messageId, at: `${DOMAIN} ${trace.id}` }),
      'kept-out': keptOut
        ? seen({ message: messageId, at: `${trace.code} ${trace.enhanced ?? ''}`.trim() })
        : missing(IN_THE_INBOX),
      ...(keptOut
        ? sheetSights(run, {
            names: ['outcome', 'rule', 'class'],
            isRight: (name, given) => given === right[name],
            wrong: WRONG,
          })
        : { outcome: MISSING, rule: MISSING, class: MISSING }),
    };
  },
  reset: repair,
});

/** What bigmail.test made of the newest letter of the learner's; of several recipients or tries, of the first. */
async function ownTrace(
  world: LessonWorld,
  run: LessonRun,
): Promise<{ trace: TraceRow; messageId: string } | undefined> {
  const tried = (await deliveriesTo(world, run, DOMAIN)).filter(
    ({ attempts }) => attempts.length > 0,
  );
  const letter = tried.at(-1);
  if (letter === undefined) return undefined;
  const first = letter.attempts[0]!;
  const own = world.network.addressOf('mail.example.test');
  const traces = (
    await tracesSince(world.store.pool, { provider: 'bigmail', since: run.startedAt })
  ).filter(({ facts }) => (facts as unknown as { client: ClientFacts }).client.ip === own);
  // in an exam the reply does not name it
  const trace =
    traces.find(({ id }) => first.reply.includes(id)) ??
    traces.findLast(({ at }) => at >= letter.queuedAt && at <= first.event.at);
  return trace && { trace, messageId: letter.messageId };
}

function outcomeOf({ code }: TraceRow): string {
  if (code >= 500) return 'refused';
  return code >= 400 ? 'deferred' : 'spam';
}

function decidingRule({ trace }: TraceRow): string | undefined {
  const entries = trace as readonly TraceEntry[];
  return entries.findLast(({ matched, later }) => matched && later !== 'passes')?.rule;
}

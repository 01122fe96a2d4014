/**
 * Lesson 3.12: one of twelve faults, which is not told. Its learner has to name it, repair it, and show by a letter and its answer that mail goes both
 * ways again: what a provider found out about that letter has to be in order, so that no fault can be slept through.
 */
import type { Json } from '#events';
import type { Family } from '#mail/doctor/check';
import type { Result } from '#mail/doctor/result';
import { tellResult } from '#mail/doctor/tell';
import { eventsSince } from '#store/lab/lesson-events';
import type { LessonRun } from '#store/lab/lesson-runs';
import {
  lesson,
  MISSING,
  missing,
  preparedText,
  seen,
  wrong,
  type Said,
  type Sight,
} from '#lab/lessons/lesson';
import { FAULT_NAMES, HIDDEN_FAULTS, type FaultName } from '#lab/lessons/prepared/hidden-faults';
import { isOwn, isTaken, judgedSince, type JudgedMail } from '#lab/lessons/seen/judged-mail';
import { textOf } from '#lab/lessons/seen/sessions';
import { seeded } from '#lab/seeded';
import { aroundOf, type LessonWorld } from '#lab/lessons/world';

type Key = 'named' | 'out' | 'back' | 'doctor';

/** Longer than any cache keeps what was there before. Milliseconds of the calendar. */
const CACHES_FORGET = 2 * 60 * 60 * 1000;
/** Of the machine that it runs on, and of letters that the fault itself kept back: time mends them, not the learner. */
const CHANGES_BY_ITSELF: ReadonlySet<Family> = new Set(['host', 'reputation', 'flow', 'abuse']);
const PROVIDER = 'bigmail';
const FRIEND = 'hana@bigmail.test';

const CHOICES: Said = {
  en: `one of ${FAULT_NAMES.join(', ')}`,
  ja: `${FAULT_NAMES.join('、')} のどれか`,
};

export const unknownFault = lesson<Key>({
  number: '3.12',
  slug: 'unknown-fault',
  breaks: 'until-passed',
  criteria: {
    named: { en: 'You named the fault', ja: '障害の名前を言い当てた' },
    out: {
      en: 'A letter from alice was taken by bigmail.test, with reverse name, SPF and DKIM in order',
      ja: 'alice の手紙が bigmail.test に受け取られ、逆引き、SPF、DKIM がすべて正しかった',
    },
    back: {
      en: 'The answer of hana@bigmail.test lies in the mailbox of alice',
      ja: 'hana@bigmail.test からの返事が alice のメールボックスに届いている',
    },
    doctor: {
      en: 'The doctor finds no FAIL where the fault was, and neither FAIL nor WARN that was not there before',
      ja: 'ドクターの診断で、壊れた箇所に FAIL がなく、開始前になかった FAIL や WARN もない',
    },
  },
  questions: () => [{ name: 'fault', text: CHOICES }],
  async begin(world, run) {
    const { learner, clock } = aroundOf(world);
    const before = (await learner().examine())
      .filter((one) => isBad(one) || one.status === 'unknown')
      .map(standingOf);
    const name = seeded(run.seed).pick(FAULT_NAMES);
    const planted = await HIDDEN_FAULTS[name].plant(world);
    if (typeof planted === 'string') return { failure: planted };
    // as if it had been so for long: nobody remembers what was there before
    clock.step(CACHES_FORGET);
    return {
      prepared: { fault: name, planted, before, since: clock.now() },
      told: [
        {
          en: `Something is broken, and has been for a while. alice says: «I write to ${FRIEND}, and it is not as it was.» It is two hours later.`,
          ja: `どこかが、しばらく前から壊れています。alice いわく「${FRIEND} に手紙を書いても、前のようにはいかないのです」。時計は 2 時間進んでいます。`,
        },
      ],
    };
  },
  async check(world, run) {
    const since = { ...run, startedAt: Number(run.prepared['since']) };
    return {
      named: namedSight(run),
      out: await outSight(world, since),
      back: await backSight(world, since),
      doctor: await doctorSight(world, run),
    };
  },
  async reset(world, run) {
    // a run that could not be laid out has none
    const name = run.prepared['fault'] as FaultName | undefined;
    if (name === undefined) return;
    const planted = run.prepared['planted'] as Readonly<Record<string, Json>>;
    await HIDDEN_FAULTS[name].mend(world, planted);
  },
});

function namedSight(run: LessonRun): Sight {
  const given = run.answers?.['fault']?.trim().toLowerCase();
  if (given === undefined) return MISSING;
  if (given === preparedText(run, 'fault')) return seen({ at: given });
  const known = FAULT_NAMES.some((name) => name === given);
  return known
    ? wrong({ en: 'It is another one.', ja: '別の障害です。' })
    : missing({ en: CHOICES.en, ja: CHOICES.ja });
}

async function outSight(world: LessonWorld, since: LessonRun): Promise<Sight> {
  const { domain } = world.server;
  const judged = (await judgedSince(world, since, PROVIDER)).filter(
    ({ client }) => client.reversePath === `alice@${domain}`,
  );
  const good = judged.findLast((mail) => isTaken(mail) && isInOrder(world, mail));
  if (good !== undefined) return seen({ message: good.id, at: PROVIDER });
  const last = judged.at(-1);
  if (last === undefined) {
    return missing({
      en: 'No letter of alice’s has reached bigmail.test since then.',
      ja: 'その後、alice の手紙は bigmail.test に一通も届いていません。',
    });
  }
  const what = `${last.code} ${last.enhanced ?? ''}`.trim();
  return missing({
    en: `The last one was answered ${what}, and is not in order there: hikyaku lab why ${last.id}`,
    ja: `最後の手紙には ${what} が返りましたが、すべて正しい状態ではありません：hikyaku lab why ${last.id}`,
  });
}

function isInOrder(world: LessonWorld, mail: JudgedMail): boolean {
  const { domain } = world.server;
  if (!isOwn(world, domain)(mail)) return false;
  const { client, message } = mail;
  const signed = message.dkim.filter((one) => one.domain === domain);
  return (
    client.iprev === 'pass' &&
    client.spf === 'pass' &&
    client.listed.length === 0 &&
    signed.length > 0 &&
    signed.every(({ result }) => result === 'pass')
  );
}

async function backSight(world: LessonWorld, since: LessonRun): Promise<Sight> {
  const { server, store, network } = world;
  const events = await eventsSince(store.pool, since, ['message.received', 'recipient.stored']);
  const answers = new Set(
    events
      .filter(
        ({ type, personal }) =>
          type === 'message.received' &&
          textOf(personal, 'reversePath') === FRIEND &&
          textOf(personal, 'client') === network.addressOf('out.bigmail.test'),
      )
      .map(({ messageId }) => messageId),
  );
  const stored = events.findLast(
    ({ type, messageId, personal }) =>
      type === 'recipient.stored' &&
      answers.has(messageId) &&
      textOf(personal, 'account') === `alice@${server.domain}`,
  );
  if (stored?.messageId === undefined) return MISSING;
  return seen({ event: stored.id, message: stored.messageId });
}

async function doctorSight(world: LessonWorld, run: LessonRun): Promise<Sight> {
  const before = run.prepared['before'] as readonly string[];
  const { touches } = HIDDEN_FAULTS[preparedText(run, 'fault') as FaultName];
  const { domain, hostname } = world.server;
  const results = await aroundOf(world).learner().examine();
  const first = results.find((one) => {
    // another domain of the learner's, which nobody broke, may lack what it lacked before
    const isTouched = touches.includes(one.id) && [domain, hostname].includes(one.subject);
    return (isTouched && one.status === 'fail') || isNew(one, before);
  });
  if (first === undefined) return seen({ at: `${results.length}` });
  // the first alone: the learner has a doctor of their own to ask
  const told = (language: keyof Said): string => {
    const { observed } = tellResult(first, world.server.hostname, language);
    return `${first.id} ${observed}`;
  };
  return missing({ en: told('en'), ja: told('ja') });
}

/** What failed before and warns now has become better; of what could not be found out before nobody knows whether it is new. */
function isNew(one: Result, before: readonly string[]): boolean {
  if (!isBad(one) || CHANGES_BY_ITSELF.has(one.family)) return false;
  const { id, subject } = one;
  const was = [one.status, 'fail', 'unknown'] as const;
  return !was.some((status) => before.includes(standingOf({ id, subject, status })));
}

function isBad({ status }: Result): boolean {
  return status === 'fail' || status === 'warn';
}

function standingOf({ id, subject, status }: Pick<Result, 'id' | 'subject' | 'status'>): string {
  return `${id} ${subject} ${status}`;
}

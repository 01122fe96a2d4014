/** Lesson 2.7: mallory writes in the learner's name: at p=none her letter is delivered, at p=reject it is refused, there and at home. */
import type { MessageFacts } from '#lab/providers/facts';
import { eventsSince, type SeenEvent } from '#store/lab/lesson-events';
import { beginWithDomain } from '#lab/lessons/learners-domain';
import { lesson, MISSING, missing, preparedText, seen, type Sight } from '#lab/lessons/lesson';
import { isOwn, isTaken, judgedSince, type JudgedMail } from '#lab/lessons/seen/judged-mail';
import { textOf } from '#lab/lessons/seen/sessions';
import type { LessonWorld } from '#lab/lessons/world';

type Key = 'delivered' | 'refused' | 'home' | 'own';

export const forger = lesson<Key>({
  number: '2.7',
  slug: 'forger',
  criteria: {
    delivered: {
      en: 'At p=none a letter of mallory in the name of your domain was delivered at bigmail',
      ja: 'p=none のとき、mallory があなたのドメインを騙ったメールが bigmail で配信された',
      rfc: 'RFC 9989 §4.7',
    },
    refused: {
      en: 'After that, at p=reject, such a letter was refused by bigmail',
      ja: 'そのあと p=reject にすると、同じようなメールが bigmail に拒否された',
      rfc: 'RFC 9989 §5.4',
    },
    home: {
      en: 'Your own server refused one too, when she wrote to bob',
      ja: 'bob 宛てのものも、あなた自身のサーバーが拒否した',
      rfc: 'RFC 9989 §5.4',
    },
    own: {
      en: 'At p=reject mail of your own still passes DMARC, and is taken',
      ja: 'p=reject でも、あなた自身のメールは DMARC に pass し、受け取られる',
      rfc: 'RFC 9989 §4.4',
    },
  },
  begin: beginWithDomain,
  async check(world, run) {
    const domain = preparedText(run, 'domain');
    const mallory = world.network.addressOf('relay.mallory.test');
    const mail = await judgedSince(world, run, 'bigmail');
    const hers = mail.filter(isForged(mallory, domain));
    const delivered = hers.find(
      (one) => isTaken(one) && one.message.hasPolicy && one.message.policy === 'none',
    );
    const refused = hers.find(
      (one) =>
        !isTaken(one) &&
        one.message.policy === 'reject' &&
        delivered !== undefined &&
        one.at >= delivered.at,
    );
    const own = mail.filter(isOwn(world, domain)).find(({ code, message: { dmarc, policy } }) => {
      return code === 250 && dmarc === 'pass' && policy === 'reject';
    });
    return {
      delivered: delivered ? seen({ message: delivered.id }) : otherwise(hers.at(-1)),
      refused: refused
        ? seen({ message: refused.id })
        : delivered
          ? otherwise(hers.at(-1))
          : MISSING,
      home: await homeSight(world, run, mallory, domain),
      own: own ? seen({ message: own.id }) : MISSING,
    };
  },
  reset: () => Promise.resolve(),
});

function isForged(mallory: string, domain: string) {
  return (mail: JudgedMail): mail is JudgedMail & { readonly message: MessageFacts } =>
    mail.client.ip === mallory &&
    mail.message?.authorDomain === domain &&
    mail.message.dmarc !== 'pass';
}

function otherwise(last: (JudgedMail & { readonly message: MessageFacts }) | undefined): Sight {
  if (last === undefined) return MISSING;
  const { code, message } = last;
  const policy = message.hasPolicy ? `p=${message.policy}` : '-';
  return missing({
    en: `Her last letter met the policy ${policy}, and was answered with ${code}.`,
    ja: `最後のメールに適用されたポリシーは ${policy}、応答は ${code} でした。`,
  });
}

/** By the policy of the domain, not for another reason: the judgement names both. */
async function homeSight(
  { store: { pool } }: LessonWorld,
  run: Parameters<typeof eventsSince>[1],
  mallory: string,
  domain: string,
): Promise<Sight> {
  const events = await eventsSince(pool, run, ['message.refused', 'message.judged']);
  const judged = events.filter(
    ({ type, personal }) => type === 'message.judged' && subjectOf(personal) === domain,
  );
  const refused = events.find(
    ({ type, messageId, public: fields, personal }) =>
      type === 'message.refused' &&
      fields['reason'] === 'dmarc-reject' &&
      textOf(personal, 'client') === mallory &&
      judged.some((one) => one.messageId === messageId),
  );
  return refused ? seen({ event: refused.id, message: refused.messageId! }) : MISSING;
}

function subjectOf({ subjects }: SeenEvent['personal']): unknown {
  return (subjects as Readonly<Record<string, unknown>> | undefined)?.['dmarc-reject'];
}

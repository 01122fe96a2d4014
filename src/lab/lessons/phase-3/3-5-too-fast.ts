/** Lesson 3.5: a newcomer sends far more than a provider wants of one, loses half of the quota, and earns it back by sending less. */
import { lesson, MISSING, missing, seen, type Said, type Sight } from '#lab/lessons/lesson';
import { crowdOf, LIST_FIELD, layOutList, takeListAway } from '#lab/lessons/prepared/app-list';
import { learnerAt, placeLearner, putBack } from '#lab/lessons/prepared/standing';
import { daysAt, type SeenDay } from '#lab/lessons/seen/days';
import { deliveriesTo, type Delivery } from '#lab/lessons/seen/deliveries';
import type { ClientFacts } from '#lab/providers/facts';
import { dateOf } from '#lab/providers/senders/memory';
import { BIGMAIL } from '#lab/providers/tables/bigmail';
import { tracesSince } from '#store/lab/provider-mail';

type Key = 'slowed' | 'fell' | 'calm' | 'back';

const DAY = 24 * 3_600_000;
/** More than twice what a newcomer may send: a day is bad when the quota was exceeded by more than itself. */
const READERS = 60;

const NOT_FAR_ENOUGH: Said = {
  en: 'The quota was never halved: only a day on which more than twice the quota was sent is a bad one. Your server holds itself back when it hears 4.7.28; the app, past it, does not.',
  ja: '割り当ては半減していません。割り当ての 2 倍を超えて送った日だけが「悪い日」と判定されます。あなたのサーバーは 4.7.28 を受けると自分で送信を抑えますが、サーバーを通さないアプリは抑えません。',
};

export const tooFast = lesson<Key>({
  number: '3.5',
  slug: 'too-fast',
  criteria: {
    slowed: {
      en: 'bigmail.test put letters of yours off with 421 4.7.28: too fast',
      ja: 'bigmail.test が、送信が速すぎるとして手紙を 421 4.7.28 で一時拒否した',
      rfc: 'RFC 5321 §4.2.1',
    },
    fell: {
      en: 'Your quota there fell',
      ja: 'bigmail.test での割り当てが減った',
    },
    calm: {
      en: 'After that a day came on which mail through your server was taken, and nothing was over the quota',
      ja: 'その後、あなたのサーバーを通したメールが受け取られ、かつ割り当てを超えなかった日があった',
    },
    back: {
      en: 'The quota is where it was before, for your address and for your domain',
      ja: 'アドレスとドメインの両方で、割り当てが元の水準に戻った',
    },
  },
  async begin(world, run) {
    const former = await placeLearner(world, BIGMAIL.name);
    const readers = crowdOf(run.seed, 'reader', BIGMAIL.domain, READERS);
    await layOutList(world, { readers, fields: [LIST_FIELD] });
    const { quota } = learnerAt(world, BIGMAIL.name).ip;
    return {
      prepared: { former, quota },
      told: [
        {
          en: `bigmail.test does not know you: your quota there is ${quota} a day. The newsletter of the app has ${READERS} readers at bigmail.test.`,
          ja: `bigmail.test はまだあなたを知りません。割り当ては 1 日 ${quota} 通です。アプリのニュースレターには、bigmail.test の読者が ${READERS} 人います。`,
        },
      ],
    };
  },
  async check(world, run) {
    const { pool } = world.store;
    const own = world.network.addressOf('mail.example.test');
    const traces = await tracesSince(pool, { provider: BIGMAIL.name, since: run.startedAt });
    const slowed = traces.find(
      ({ code, enhanced, facts }) =>
        code === 421 && enhanced === '4.7.28' && (facts as unknown as Facts).client.ip === own,
    );
    if (slowed === undefined)
      return { slowed: MISSING, fell: MISSING, calm: MISSING, back: MISSING };
    const prior = Number(run.prepared['quota']);
    const now = learnerAt(world, BIGMAIL.name);
    const days = {
      ip: await daysAt(world, run, BIGMAIL.name, 'ip'),
      domain: await daysAt(world, run, BIGMAIL.name, 'domain'),
    };
    const fell = days.ip.find(({ quota }) => quota < prior);
    const hasFallen = fell !== undefined || now.ip.quota < prior;
    return {
      slowed: seen({ at: `bigmail ${slowed.id}` }),
      fell: hasFallen
        ? seen({ at: `bigmail ${fell?.day ?? ''} ${fell?.quota ?? now.ip.quota}/${prior}` })
        : missing(NOT_FAR_ENOUGH),
      calm: hasFallen
        ? calmSight(days.ip, prior, await deliveriesTo(world, run, BIGMAIL.domain))
        : MISSING,
      back: hasFallen ? backSight(now.ip.quota, now.domain.quota, prior) : MISSING,
    };
  },
  async reset(world, { prepared }) {
    await takeListAway(world);
    await putBack(world, BIGMAIL.name, prepared['former']);
  },
});

interface Facts {
  readonly client: ClientFacts;
}

/** By the provider's own count, and with mail that the learner's queue delivered. */
function calmSight(
  days: readonly SeenDay[],
  prior: number,
  deliveries: readonly Delivery[],
): Sight {
  const after = days.filter(({ quota }) => quota < prior);
  const calm = after.find(({ day, counts }) => {
    const delivered = deliveries.some(({ attempts }) =>
      attempts.some(({ kind, event }) => kind === 'delivered' && dateOf(event.at / DAY) === day),
    );
    return delivered && counts.accepted > 0 && counts.pressed === 0;
  });
  if (calm) return seen({ at: `bigmail ${calm.day} ${calm.counts.accepted}/${calm.quota}` });
  const last = after.at(-1);
  return last === undefined || last.counts.pressed === 0
    ? MISSING
    : missing({
        en: `On ${last.day} ${last.counts.pressed} letters were over the quota of ${last.quota}; the quota falls again.`,
        ja: `${last.day} には、割り当て ${last.quota} 通を ${last.counts.pressed} 通超えています。割り当てはさらに減ります。`,
      });
}

function backSight(ip: number, domain: number, prior: number): Sight {
  return ip >= prior && domain >= prior
    ? seen({ at: `bigmail ${ip} ${domain}` })
    : missing({
        en: `The quota is ${ip} a day for the address and ${domain} for the domain; it was ${prior}. It changes at midnight (UTC).`,
        ja: `現在の割り当ては、アドレスが 1 日 ${ip} 通、ドメインが ${domain} 通です（元は ${prior} 通）。割り当ては UTC の 0 時に変わります。`,
      });
}

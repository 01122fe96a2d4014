/** Lesson 2.3: the address of the server lost its reverse name; a provider puts its mail off until it has the one that it says in EHLO. */
import type { Result } from '#mail/doctor/result';
import { tellResult } from '#mail/doctor/tell';
import { beginWithDomain } from '#lab/lessons/learners-domain';
import { lesson, MISSING, missing, preparedText, seen, type Sight } from '#lab/lessons/lesson';
import { isTaken, judgedSince } from '#lab/lessons/seen/judged-mail';
import { aroundOf, type LessonWorld } from '#lab/lessons/world';

type Key = 'put-off' | 'named' | 'confirmed' | 'taken';

const NO_PTR = new Set(['4.7.23', '5.7.25']);

export const reverseName = lesson<Key>({
  number: '2.3',
  slug: 'reverse-name',
  breaks: 'until-passed',
  criteria: {
    'put-off': {
      en: 'Bigmail put off mail of your server, since its address had no name that leads back',
      ja: 'サーバーのアドレスに、そこへ戻る名前がないため、bigmail がメールを先送りにした',
      rfc: 'RFC 3463 §3.8',
    },
    named: {
      en: 'The doctor finds one reverse name for your address (I1)',
      ja: 'ドクターがアドレスの逆引き名を一つ見つけた（I1）',
      rfc: 'RFC 1035 §3.5',
    },
    confirmed: {
      en: 'It leads back to the address, and is the name that your server says in EHLO (I2)',
      ja: 'その名前が同じアドレスに戻り、サーバーが EHLO で名乗る名前と一致する（I2）',
      rfc: 'RFC 5321 §4.1.4',
    },
    taken: {
      en: 'After that bigmail took mail of your server under this name',
      ja: 'そのあと、bigmail がその名前のサーバーからメールを受け取った',
      rfc: 'RFC 8601 §3',
    },
  },
  async begin(world) {
    const begun = await beginWithDomain(world);
    if (begun.failure !== undefined) return begun;
    const { isp } = aroundOf(world).dns;
    const address = world.network.addressOf('mail.example.test');
    const former = isp.addresses().find((one) => one.address === address)?.name;
    await isp.setPtr(address);
    return {
      prepared: { ...begun.prepared, former: former ?? world.server.hostname },
      told: [
        ...(begun.told ?? []),
        {
          en: `Your provider moved to another panel, and the reverse name of ${address} was lost.`,
          ja: `プロバイダーが管理画面を移行した際に、${address} の逆引き名が失われました。`,
        },
      ],
    };
  },
  async check(world, run) {
    const own = world.network.addressOf('mail.example.test');
    const mail = (await judgedSince(world, run, 'bigmail')).filter(
      ({ client }) => client.ip === own,
    );
    const putOff = mail.find(({ enhanced }) => enhanced !== null && NO_PTR.has(enhanced));
    const taken = mail.findLast(
      (one) =>
        isTaken(one) &&
        putOff !== undefined &&
        one.at > putOff.at &&
        one.client.iprev === 'pass' &&
        one.client.name === one.client.ehlo,
    );
    const results = await aroundOf(world).learner().examine();
    return {
      'put-off': putOff ? seen({ message: putOff.id }) : MISSING,
      named: doctorSight(world, results, 'I1'),
      confirmed: doctorSight(world, results, 'I2'),
      taken: taken
        ? seen({ message: taken.id, at: `${own} ${taken.client.name ?? ''}` })
        : putOff
          ? otherwise(mail.at(-1)!.client)
          : MISSING,
    };
  },
  async reset(world, run) {
    const address = world.network.addressOf('mail.example.test');
    await aroundOf(world).dns.isp.setPtr(address, preparedText(run, 'former'));
  },
});

function doctorSight({ server }: LessonWorld, results: readonly Result[], id: 'I1' | 'I2'): Sight {
  const result = results.find((one) => one.id === id);
  if (result === undefined) return MISSING;
  const [en, ja] = (['en', 'ja'] as const).map(
    (language) => tellResult(result, server.hostname, language).observed,
  );
  return result.status === 'pass'
    ? seen({ at: `${id}: ${result.finding}` })
    : missing({ en: `The doctor says: ${en!}`, ja: `ドクターの診断：${ja!}` });
}

function otherwise({
  name,
  ehlo,
  iprev,
}: {
  name: string | null;
  ehlo: string;
  iprev: string;
}): Sight {
  const told = name ?? '-';
  return missing({
    en: `Bigmail last saw the name ${told} (${iprev}), and ${ehlo} in EHLO.`,
    ja: `bigmail が最後に見た逆引き名は ${told}（${iprev}）、EHLO の名前は ${ehlo} でした。`,
  });
}

/** Lesson 2.4: a record of SPF that costs more than ten look-ups is worth nothing; one that costs few lets the server and a service send. */
import { checkHost } from '#protocol/spf/check-host';
import { beginWithDomain } from '#lab/lessons/learners-domain';
import { lesson, MISSING, missing, preparedText, seen, type Sight } from '#lab/lessons/lesson';
import { isTaken, judgedSince, type JudgedMail } from '#lab/lessons/seen/judged-mail';
import { aroundOf, type LessonWorld } from '#lab/lessons/world';

type Key = 'trap' | 'pass' | 'service';

/** Who sends the learner's newsletter. */
const SERVICE = 'out.mailtools.test';
/** Real milliseconds. */
const PATIENCE = 20_000;

export const spf = lesson<Key>({
  number: '2.4',
  slug: 'spf',
  criteria: {
    trap: {
      en: 'Bigmail could not read the SPF of your domain to the end, and said permerror: more than ten look-ups',
      ja: 'bigmail があなたのドメインの SPF を最後まで評価できず、permerror とした（検索が 10 回を超えた）',
      rfc: 'RFC 7208 §4.6.4',
    },
    pass: {
      en: 'After that, mail of your server passed SPF at bigmail for your domain, and was taken',
      ja: 'そのあと、あなたのサーバーのメールが bigmail でドメインの SPF に pass し、受け取られた',
      rfc: 'RFC 7208 §2.6.3',
    },
    service: {
      en: 'SPF passes for out.mailtools.test as well, the service that sends your newsletter',
      ja: 'ニュースレターを送る業者 out.mailtools.test についても SPF が pass する',
      rfc: 'RFC 7208 §5.2',
    },
  },
  begin: beginWithDomain,
  async check(world, run) {
    const domain = preparedText(run, 'domain');
    const own = world.network.addressOf('mail.example.test');
    const mail = (await judgedSince(world, run, 'bigmail')).filter(
      ({ client }) => client.ip === own && client.spfDomain === domain,
    );
    const trap = mail.find(({ client }) => client.spf === 'permerror');
    const pass = mail.findLast(
      (one) => one.client.spf === 'pass' && isTaken(one) && trap !== undefined && one.at > trap.at,
    );
    return {
      trap: trap ? seen({ message: trap.id }) : otherwise(mail.at(-1)),
      pass: pass ? seen({ message: pass.id }) : trap ? otherwise(mail.at(-1)) : MISSING,
      service: pass ? await serviceSight(world, domain) : MISSING,
    };
  },
  reset: () => Promise.resolve(),
});

function otherwise(last: JudgedMail | undefined): Sight {
  if (last === undefined) return MISSING;
  const { spf: result } = last.client;
  return missing({
    en: `Of the last message bigmail said: ${result}, ${last.code}.`,
    ja: `最後のメールについて bigmail が示した結果：${result}、${last.code}`,
  });
}

/** As a receiver would judge it now. */
async function serviceSight(world: LessonWorld, domain: string): Promise<Sight> {
  const ip = world.network.addressOf(SERVICE);
  const { result } = await checkHost({
    ip,
    helo: SERVICE,
    mailFrom: { localPart: 'newsletter', domain },
    resolver: aroundOf(world).resolver,
    receiver: 'mx.bigmail.test',
    signal: AbortSignal.timeout(PATIENCE),
  });
  if (result === 'pass') return seen({ at: `${ip} ${domain} ${result}` });
  return missing({
    en: `For ${ip} it comes to ${result}.`,
    ja: `${ip} についての結果は ${result} です。`,
  });
}

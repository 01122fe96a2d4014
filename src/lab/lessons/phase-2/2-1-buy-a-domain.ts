/** Lesson 2.1: a domain is bought, its registry leads to its name servers, and they know the address of its host, for whoever asks. */
import type { AskedQuestion } from '#lab/dns/questions';
import { ask } from '#lab/dns/recursor/ask';
import { formatRdata } from '#lab/dns/wire/rdata';
import { TYPE } from '#lab/dns/wire/record-types';
import { BUYING, learnersDomain, proposedDomain } from '#lab/lessons/learners-domain';
import { lesson, MISSING, missing, seen, type Said, type Sight } from '#lab/lessons/lesson';
import { askedSince, isOf, questionText } from '#lab/lessons/seen/asked-names';
import { aroundOf, type LessonWorld } from '#lab/lessons/world';

type Key = 'bought' | 'delegated' | 'parent' | 'resolver' | 'address' | 'found';

/** Who asks as «another host». */
const OTHER = 'mx.peer.test';
/** Real milliseconds. */
const PATIENCE = 5000;

const ANOTHER_NAME: Said = {
  en: 'the domain that you bought, where it is another than the proposed one',
  ja: '提案された名前と違うドメインを取得した場合、その名前',
};

export const buyADomain = lesson<Key>({
  number: BUYING,
  slug: 'buy-a-domain',
  criteria: {
    bought: {
      en: 'A domain below test is yours',
      ja: 'test の下のドメインを取得した',
      rfc: 'RFC 1034 §4.2',
    },
    delegated: {
      en: 'You named its name servers to the registry',
      ja: 'ネームサーバーをレジストリに登録した',
      rfc: 'RFC 1034 §4.2.2',
    },
    parent: {
      en: 'The registry was asked for it, and referred to these name servers',
      ja: 'レジストリが問い合わせを受け、そのネームサーバーを案内した',
      rfc: 'RFC 1034 §4.3.2',
    },
    resolver: {
      en: 'The resolver was asked for the NS records of the domain, and found the same names',
      ja: 'リゾルバーがドメインの NS レコードを問い合わされ、同じ名前を見つけた',
      rfc: 'RFC 2181 §6.1',
    },
    address: {
      en: 'One of them answered, as the authority, with the address of your server for a host of the domain',
      ja: 'そのネームサーバーが、権威として、ドメイン内のホストにあなたのサーバーのアドレスを答えた',
      rfc: 'RFC 1035 §3.4.1',
    },
    found: {
      en: 'The resolver finds it when mx.peer.test, another host, asks',
      ja: '別のホストである mx.peer.test が尋ねても、リゾルバーがそれを見つける',
      rfc: 'RFC 1034 §5.3.1',
    },
  },
  questions: () => [{ name: 'domain', text: ANOTHER_NAME }],
  async begin(world, run) {
    const owned = await learnersDomain(world);
    const domain = owned ?? proposedDomain(run.seed);
    return {
      prepared: { domain },
      told: [
        owned === undefined
          ? {
              en: `A name that is free: ${domain}. Another one will do as well.`,
              ja: `空いている名前：${domain}（別の名前でもかまいません）`,
            }
          : {
              en: `${domain} is yours already; the lesson goes on with it.`,
              ja: `${domain} はすでにあなたのものです。このレッスンでもそれを使います。`,
            },
      ],
    };
  },
  async check(world, run) {
    const domain = await learnersDomain(world);
    if (domain === undefined)
      return {
        bought: MISSING,
        delegated: MISSING,
        parent: MISSING,
        resolver: MISSING,
        address: MISSING,
        found: MISSING,
      };
    const asked = askedSince(world, run).filter(({ name }) => isOf(domain, name));
    const registry = world.network.addressOf('ns.registry.test');
    const ns = nameServersOf(world, domain);
    const referral = asked.findLast(
      ({ to, answer }) =>
        to === registry &&
        answer.startsWith(`see ${domain}: `) &&
        areAmong(namesIn(answer.slice(`see ${domain}: `.length)), ns),
    );
    const resolver = world.network.addressOf('resolver.test');
    const answered = asked.findLast(
      (question) => question.authoritative && hasOwnAddress(world, question),
    );
    const named = asked.findLast(
      ({ to, name, type, answer }) =>
        to === resolver && name === domain && type === 'NS' && areAmong(namesIn(answer), ns),
    );
    const resolved = asked.findLast(
      (question) => question.to === resolver && hasOwnAddress(world, question),
    );
    return {
      bought: seen({ at: domain }),
      delegated: ns.length > 0 ? seen({ at: ns.join(' ') }) : missing(NOT_DELEGATED),
      parent: referral ? seen({ at: questionText(referral) }) : MISSING,
      resolver: named ? seen({ at: questionText(named) }) : MISSING,
      address: answered ? seen({ at: questionText(answered) }) : addressMissing(world, asked),
      found: resolved ? await askedByOther(world, resolved.name) : MISSING,
    };
  },
  reset: () => Promise.resolve(),
});

/** As they stand at the registrar: published or not. */
function nameServersOf(world: LessonWorld, domain: string): readonly string[] {
  const owned = aroundOf(world).dns.registrar.domains();
  return owned.find((one) => one.domain === domain)?.ns ?? [];
}

/** As far as the record of questions shows them. */
function areAmong(shown: readonly string[], ns: readonly string[]): boolean {
  return shown.length > 0 && shown.every((name) => ns.includes(name));
}

/** `NS ns1.dnshost.test., NS …` */
function namesIn(answer: string): string[] {
  return answer
    .split(', ')
    .filter((record) => record.startsWith('NS '))
    .map((record) => record.slice('NS '.length).replace(/\.$/, ''));
}

const NOT_DELEGATED: Said = {
  en: 'The domain is bought, and the registry has no name servers for it: hikyaku lab registrar ns.',
  ja: 'ドメインは取得しましたが、レジストリにネームサーバーがありません（hikyaku lab registrar ns）。',
};

function hasOwnAddress({ network }: LessonWorld, { type, answer }: AskedQuestion): boolean {
  return type === 'A' && answer.split(', ').includes(`A ${network.addressOf('mail.example.test')}`);
}

function addressMissing({ network }: LessonWorld, asked: readonly AskedQuestion[]): Sight {
  const last = asked.findLast(({ authoritative, type }) => authoritative && type === 'A');
  if (last === undefined) return MISSING;
  const own = network.addressOf('mail.example.test');
  const answer = last.answer || last.result;
  return missing({
    en: `${last.name} was answered with ${answer}; your server is at ${own}.`,
    ja: `${last.name} への答えは ${answer} でした。あなたのサーバーのアドレスは ${own} です。`,
  });
}

/** Only asks what the resolver knows already: a question too early would make it remember that there is nothing. */
async function askedByOther(world: LessonWorld, name: string): Promise<Sight> {
  const { network } = world;
  const response = await ask(name, TYPE.A, {
    ...aroundOf(world).dns.resolver,
    localAddress: network.addressOf(OTHER),
    recursive: true,
    patience: PATIENCE,
    signal: AbortSignal.timeout(PATIENCE),
  });
  const found = (response?.answers ?? [])
    .filter(({ type }) => type === TYPE.A)
    .map(({ rdata }) => formatRdata(TYPE.A, rdata));
  const own = network.addressOf('mail.example.test');
  if (found.includes(own)) return seen({ at: `${network.addressOf(OTHER)} → ${name} A ${own}` });
  const told = found.join(', ') || '-';
  return missing({
    en: `mx.peer.test was answered: ${told}`,
    ja: `mx.peer.test への答え：${told}`,
  });
}

/** Lesson 2.1: a domain is bought, its registry leads to its name servers, and they know the address of its host, for whoever asks. */
import type { AskedQuestion } from '#lab/dns/questions';
import { ask } from '#lab/dns/recursor/ask';
import { formatRdata } from '#lab/dns/wire/rdata';
import { TYPE } from '#lab/dns/wire/record-types';
import { askedSince, isOf, questionText } from '#lab/lessons/asked-names';
import { BUYING, learnersDomain, proposedDomain } from '#lab/lessons/learners-domain';
import { lesson, MISSING, missing, seen, type Said, type Sight } from '#lab/lessons/lesson';
import { aroundOf, type LessonWorld } from '#lab/lessons/world';

type Key = 'bought' | 'delegated' | 'address' | 'found';

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
      en: 'The registry was asked for it, and referred to its name servers',
      ja: 'レジストリが問い合わせを受け、そのドメインのネームサーバーを案内した',
      rfc: 'RFC 1034 §4.3.2',
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
      return { bought: MISSING, delegated: MISSING, address: MISSING, found: MISSING };
    const asked = askedSince(world, run).filter(({ name }) => isOf(domain, name));
    const registry = world.network.addressOf('ns.registry.test');
    const referral = asked.find(
      ({ to, answer }) => to === registry && answer.startsWith(`see ${domain}: `),
    );
    const resolver = world.network.addressOf('resolver.test');
    const answered = asked.findLast(
      (question) => question.authoritative && hasOwnAddress(world, question),
    );
    const resolved = asked.findLast(
      (question) => question.to === resolver && hasOwnAddress(world, question),
    );
    return {
      bought: seen({ at: domain }),
      delegated: referral ? seen({ at: questionText(referral) }) : MISSING,
      address: answered ? seen({ at: questionText(answered) }) : addressMissing(world, asked),
      found: resolved ? await askedByOther(world, resolved.name) : MISSING,
    };
  },
  reset: () => Promise.resolve(),
});

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

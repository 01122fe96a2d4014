/**
 * Lesson 2.8: the same letter by a forwarder and by a mailing list. The learner points to the two messages as bigmail judged them, and says which
 * check survived, and why; the answers are what bigmail stored of them.
 */
import type { LabHost } from '#lab/addresses';
import type { MessageFacts } from '#lab/providers/facts';
import type { LessonRun } from '#store/lab/lesson-runs';
import { beginWithDomain } from '#lab/lessons/learners-domain';
import {
  lesson,
  MISSING,
  missing,
  preparedText,
  seen,
  wrong,
  type Question,
  type Said,
  type Sight,
} from '#lab/lessons/lesson';
import { judgedSince, type JudgedMail } from '#lab/lessons/seen/judged-mail';
import type { LessonWorld } from '#lab/lessons/world';

type Way = 'forward' | 'list';
type Key = 'forwarded' | 'listed' | 'survived' | 'lost';
type Judged = JudgedMail & { readonly message: MessageFacts };

const HOSTS: Readonly<Record<Way, LabHost>> = {
  forward: 'mx.forward.test',
  list: 'mx.circle.test',
};

interface Asked {
  readonly way: Way;
  readonly text: Said;
  /** By what bigmail stored. */
  readonly answer: (mail: Judged, domain: string) => string;
}

const SPF: Said = {
  en: 'what SPF came to: pass, fail, softfail, …',
  ja: 'SPF の結果：pass、fail、softfail など',
};
const DKIM: Said = {
  en: 'the signature of your domain: pass, body (the hash of the body does not fit), fields (the signed fields do not)',
  ja: 'あなたのドメインの署名：pass、body（本文のハッシュが一致しない）、fields（署名されたフィールドが一致しない）',
};
const DMARC: Said = {
  en: 'what DMARC came to: pass or fail',
  ja: 'DMARC の結果：pass または fail',
};

const QUESTIONS: Readonly<Record<string, Asked>> = {
  'forward-spf': { way: 'forward', text: SPF, answer: ({ client }) => client.spf },
  'forward-dkim': { way: 'forward', text: DKIM, answer: ownSignature },
  'forward-dmarc': { way: 'forward', text: DMARC, answer: ({ message }) => message.dmarc },
  'forward-by': {
    way: 'forward',
    text: {
      en: 'the check that carries that result of DMARC: spf, dkim or none',
      ja: 'DMARC のその結果を支えた検査：spf、dkim、none のいずれか',
    },
    answer: ({ message }) => (message.alignedDkim ? 'dkim' : message.alignedSpf ? 'spf' : 'none'),
  },
  'list-spf': { way: 'list', text: SPF, answer: ({ client }) => client.spf },
  'list-dkim': { way: 'list', text: DKIM, answer: ownSignature },
  'list-dmarc': { way: 'list', text: DMARC, answer: ({ message }) => message.dmarc },
  'list-why': {
    way: 'list',
    text: {
      en: 'why DMARC comes to that: no-record, no-pass (neither SPF nor any signature passed), not-aligned (something passed, for another domain than that of From), aligned',
      ja: 'DMARC がその結果になる理由：no-record（レコードがない）、no-pass（SPF もどの署名も pass しない）、not-aligned（pass したものはあるが、From とは別のドメインのもの）、aligned（整合している）',
    },
    answer: whyOf,
  },
};

const POINTS: Readonly<Record<Way, Said>> = {
  forward: {
    en: 'the id by which bigmail judged the message that came through mx.forward.test',
    ja: 'mx.forward.test を通ったメールを bigmail が判定したときの ID',
  },
  list: {
    en: 'the id by which bigmail judged the message that came through mx.circle.test',
    ja: 'mx.circle.test を通ったメールを bigmail が判定したときの ID',
  },
};

export const forwards = lesson<Key>({
  number: '2.8',
  slug: 'forwards',
  criteria: {
    forwarded: {
      en: 'A message of yours came to bigmail through mx.forward.test: SPF did not pass, and DMARC did',
      ja: 'あなたのメールが mx.forward.test を通って bigmail に届き、SPF は pass しなかったが DMARC は pass した',
      rfc: 'RFC 7960 §3.2.1',
    },
    listed: {
      en: 'Another came through the list of mx.circle.test: SPF passed, and DMARC did not',
      ja: '別のメールが mx.circle.test のメーリングリストを通り、SPF は pass したが DMARC は pass しなかった',
      rfc: 'RFC 7960 §3.2.3',
    },
    survived: {
      en: 'You pointed to the first, and said which check survived',
      ja: '一つ目のメールを示し、どの検査が有効だったかを答えた',
      rfc: 'RFC 9989 §4.4',
    },
    lost: {
      en: 'You pointed to the second, and said what broke, and why the rest did not help',
      ja: '二つ目のメールを示し、何が無効になり、なぜ残りが役に立たなかったかを答えた',
      rfc: 'RFC 9989 §4.4',
    },
  },
  questions: () => (['forward', 'list'] as const).flatMap(questionsOf),
  begin: beginWithDomain,
  async check(world, run) {
    const domain = preparedText(run, 'domain');
    const mail = await judgedSince(world, run, 'bigmail');
    const forward = mail.filter(isBy(world, 'forward', domain));
    const list = mail.filter(isBy(world, 'list', domain));
    return {
      forwarded: cameSight(forward, ({ client, message }) => {
        return client.spf !== 'pass' && message.dmarc === 'pass';
      }),
      listed: cameSight(list, ({ client, message }) => {
        return client.spf === 'pass' && message.dmarc === 'fail';
      }),
      survived: answeredSight(run, 'forward', forward, domain),
      lost: answeredSight(run, 'list', list, domain),
    };
  },
  reset: () => Promise.resolve(),
});

function questionsOf(way: Way): Question[] {
  const point: Question = { name: way, text: POINTS[way] };
  return [point, ...askedOf(way).map(([name, { text }]) => ({ name, text }))];
}

function askedOf(way: Way): [string, Asked][] {
  return Object.entries(QUESTIONS).filter(([, asked]) => asked.way === way);
}

/** Of an author of the domain, through the host of that way. */
function isBy({ network }: LessonWorld, way: Way, domain: string) {
  return (mail: JudgedMail): mail is Judged =>
    mail.client.ip === network.addressOf(HOSTS[way]) && mail.message?.authorDomain === domain;
}

function cameSight(mail: readonly Judged[], isIt: (mail: Judged) => boolean): Sight {
  const found = mail.find(isIt);
  if (found) return seen({ message: found.id });
  const last = mail.at(-1);
  if (last === undefined) return MISSING;
  const { client, message } = last;
  return missing({
    en: `Of the last one, ${last.id}, bigmail said: SPF ${client.spf}, DMARC ${message.dmarc}.`,
    ja: `最後のもの（${last.id}）について bigmail が示した結果：SPF ${client.spf}、DMARC ${message.dmarc}`,
  });
}

/** Neither which of them are wrong is told, nor how many: there are few words to choose from. */
function answeredSight(
  { answers = {} }: LessonRun,
  way: Way,
  mail: readonly Judged[],
  domain: string,
): Sight {
  const given = (name: string): string => (answers[name] ?? '').trim().toLowerCase();
  const id = given(way).replace(/^https:\/\/why\.lab\.test\//, '');
  if (id === '') return MISSING;
  const one = mail.find((judged) => judged.id === id);
  if (one === undefined) {
    return missing({
      en: `${HOSTS[way]} brought no message of yours to bigmail that has the id ${id}.`,
      ja: `${HOSTS[way]} から bigmail に届いたあなたのメールに、ID が ${id} のものはありません。`,
    });
  }
  const asked = askedOf(way);
  const open = asked.flatMap(([name]) => (given(name) === '' ? [name] : [])).join(', ');
  if (open !== '') return missing({ en: `Not answered: ${open}`, ja: `答えていない質問：${open}` });
  if (asked.every(([name, { answer }]) => given(name) === answer(one, domain)))
    return seen({ message: id, at: asked.map(([name]) => `${name}=${given(name)}`).join(' ') });
  return wrong({
    en: `Not all of these ${asked.length} answers are what bigmail found.`,
    ja: `${asked.length} 個の答えの中に、bigmail の判定と一致しないものがあります。`,
  });
}

function ownSignature({ message }: Judged, domain: string): string {
  const own = message.dkim.filter((signature) => signature.domain === domain);
  if (own.length === 0) return 'none';
  const best = own.find(({ result }) => result === 'pass') ?? own[0]!;
  const words: Readonly<Record<string, string>> = {
    'body-hash-mismatch': 'body',
    'signature-mismatch': 'fields',
  };
  return words[best.reason ?? ''] ?? best.reason ?? best.result;
}

function whyOf({ client, message }: Judged): string {
  if (!message.hasPolicy) return 'no-record';
  if (message.alignedSpf || message.alignedDkim) return 'aligned';
  const passes = client.spf === 'pass' || message.dkim.some(({ result }) => result === 'pass');
  return passes ? 'not-aligned' : 'no-pass';
}

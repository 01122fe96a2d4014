/** Lesson 3.2: a host that puts every stranger off for five minutes, and a queue that comes back by itself, with one letter and not two. */
import {
  lesson,
  MISSING,
  missing,
  preparedText,
  seen,
  type Said,
  type Sight,
} from '#lab/lessons/lesson';
import { deliveriesTo, type Attempt, type Delivery } from '#lab/lessons/seen/deliveries';
import { seeded } from '#lab/seeded';
import { listProviderMail, type KeptMail } from '#store/lab/provider-mail';

type Key = 'deferred' | 'retried' | 'waited' | 'once';

const DOMAIN = 'grey.test';
/** Readers of grey.test whom nobody has written to. */
const READERS = 1000;
const MINUTE = 60_000;
const LONG_ENOUGH = 5 * MINUTE;
const MAILBOX_ROWS = 100;

const WAITS: Said = {
  en: 'The letter waits in your queue: hikyaku queue list says until when. hikyaku lab clock 6m puts the calendar forward.',
  ja: '手紙はキューで待っています。いつまで待つかは hikyaku queue list で分かります。hikyaku lab clock 6m で時計を進められます。',
};

export const greylisting = lesson<Key>({
  number: '3.2',
  slug: 'greylisting',
  criteria: {
    deferred: {
      en: 'grey.test put your letter off with 451 4.7.1 when it first came',
      ja: 'grey.test が、最初に届いた手紙を 451 4.7.1 で一時拒否した',
      rfc: 'RFC 6647 §2',
    },
    retried: {
      en: 'Your server tried again by itself, and grey.test took the same letter',
      ja: 'サーバーが自動で再送し、grey.test が同じ手紙を受け取った',
      rfc: 'RFC 5321 §4.5.4.1',
    },
    waited: {
      en: 'It was taken five minutes or more after the first try',
      ja: '最初の送信から 5 分以上たってから受け取られた',
      rfc: 'RFC 6647 §5',
    },
    once: {
      en: 'The mailbox there has it once, and nothing else of yours',
      ja: '相手のメールボックスにはその手紙が 1 通だけあり、ほかにあなたからの手紙はない',
    },
  },
  begin(_world, run) {
    const number = 1 + seeded(run.seed).number(READERS);
    const reader = `reader${String(number).padStart(4, '0')}`;
    const to = `${reader}@${DOMAIN}`;
    return Promise.resolve({
      prepared: { reader },
      told: [
        {
          en: `Write one letter to ${to}, who has never had mail of you.`,
          ja: `${to} に手紙を 1 通送ってください。この宛先には、まだ一度もあなたのメールが届いていません。`,
        },
      ],
    });
  },
  async check(world, run) {
    const reader = preparedText(run, 'reader');
    const all = await deliveriesTo(world, run, DOMAIN);
    const letters = all.filter(({ forwardPath }) => forwardPath === `${reader}@${DOMAIN}`);
    const put = letters.flatMap((letter) => {
      const first = letter.attempts.find(({ kind }) => kind === 'deferred');
      return first?.code === 451 && first.status === '4.7.1' ? [{ letter, first }] : [];
    });
    const [earliest] = put;
    if (earliest === undefined) {
      const others = all.length > letters.length;
      const why = letters.length === 0 && others ? missing(otherReader(reader)) : MISSING;
      return { deferred: why, retried: MISSING, waited: MISSING, once: MISSING };
    }
    const { letter, first } = earliest;
    const taken = letter.attempts.find(({ kind }) => kind === 'delivered');
    const mail = await listProviderMail(world.store.pool, {
      provider: 'grey',
      person: reader,
      limit: MAILBOX_ROWS,
    });
    return {
      deferred: seen({ event: first.event.id, message: letter.messageId }),
      retried: taken ? seen({ event: taken.event.id, message: letter.messageId }) : missing(WAITS),
      waited: taken ? waitedSight(first, taken) : MISSING,
      once: taken
        ? onceSight(
            letters,
            mail.filter(({ receivedAt }) => receivedAt >= run.startedAt),
          )
        : MISSING,
    };
  },
  reset: () => Promise.resolve(),
});

function otherReader(reader: string): Said {
  return {
    en: `Your letters went to somebody else there: write to ${reader}@${DOMAIN}.`,
    ja: `別の宛先に送っています。${reader}@${DOMAIN} に送ってください。`,
  };
}

function waitedSight(first: Attempt, taken: Attempt): Sight {
  const waited = taken.event.at - first.event.at;
  const minutes = (waited / MINUTE).toFixed(1);
  return waited >= LONG_ENOUGH
    ? seen({ event: taken.event.id, at: `${minutes} min` })
    : missing({
        en: `It was taken after ${minutes} minutes.`,
        ja: `${minutes} 分後に受け取られています。`,
      });
}

function onceSight(letters: readonly Delivery[], mail: readonly KeptMail[]): Sight {
  if (letters.length === 1 && mail.length === 1)
    return seen({ message: letters[0]!.messageId, at: `${DOMAIN} ${mail[0]!.person} 1` });
  return missing({
    en: `Letters handed in for this reader: ${letters.length}; in the mailbox: ${mail.length}. Who sends again by hand what only waits sends twice: start the lesson again.`,
    ja: `この宛先に預けた手紙：${letters.length} 通、メールボックスにある手紙：${mail.length} 通。待っているだけの手紙をもう一度手で送ると、二重に届きます。レッスンを始め直してください。`,
  });
}

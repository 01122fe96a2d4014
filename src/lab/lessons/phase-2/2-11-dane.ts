/** Lesson 2.11: the zone is signed, the key of the certificate is told by it, and changes, and a sender that keeps to DANE is refused nothing. */
import { eventsSince } from '#store/lab/lesson-events';
import type { LessonRun } from '#store/lab/lesson-runs';
import { lesson, MISSING, missing, seen, type Said, type Sight } from '#lab/lessons/lesson';
import { DaneSender, type DaneTry } from '#lab/lessons/prepared/dane-sender';
import { textOf } from '#lab/lessons/seen/sessions';
import { aroundOf, type Around, type LessonWorld } from '#lab/lessons/world';

type Key = 'signed' | 'held' | 'ahead' | 'rolled' | 'arrived' | 'none-refused';

/** Tries with each of the two keys. */
const TRIES = 2;

/** Of the lesson that is under way; it ends with its world. */
const SENDERS = new WeakMap<Around, DaneSender>();

export const dane = lesson<Key>({
  number: '2.11',
  slug: 'dane',
  criteria: {
    signed: {
      en: 'The registry has a DS record for your zone, and a validating resolver finds it secure',
      ja: 'レジストリにあなたのゾーンの DS レコードがあり、検証リゾルバーがゾーンを安全と判定する',
      rfc: 'RFC 4035 §5',
    },
    held: {
      en: 'A sender that validates found your TLSA record, and held your server to it',
      ja: 'DNSSEC を検証する送信側が TLSA レコードを見つけ、それに基づいてサーバーを確認した',
      rfc: 'RFC 7672 §2.2',
    },
    ahead: {
      en: 'The sender knew the TLSA record of the next key before your server used that key',
      ja: '次の鍵の TLSA レコードを、サーバーがその鍵を使う前から送信側が知っていた',
      rfc: 'RFC 7671 §8.1',
    },
    rolled: {
      en: 'The certificate has another key now, and the sender was served under both',
      ja: '証明書の鍵が替わり、送信側は新旧どちらの鍵でも接続できた',
      rfc: 'RFC 7671 §8.1',
    },
    arrived: {
      en: 'Its letters from before and after the change lie in bob’s mailbox',
      ja: '交換の前と後の手紙が、どちらも bob のメールボックスに届いている',
    },
    'none-refused': {
      en: 'Since the sender was first held to a record, it was never kept from sending',
      ja: '送信側が初めて TLSA レコードに基づいて接続してから、一度も送信を妨げられていない',
    },
  },
  begin(world) {
    senderOf(world)?.stop();
    const to = `bob@${world.server.domain}`;
    SENDERS.set(aroundOf(world), new DaneSender(world, to));
    return Promise.resolve({
      told: [
        {
          en: `mx.peer.test has news for ${to} from now on, every few seconds, and keeps to DANE. Nothing stops it but the end of the lesson.`,
          ja: `mx.peer.test は、これから数秒おきに ${to} 宛ての手紙を送ろうとし、DANE に従います。レッスンを終えるまで止まりません。`,
        },
      ],
    });
  },
  async check(world, run) {
    const { dns, resolver } = aroundOf(world);
    const { domain } = world.server;
    const delegated = dns.registrar.domains().find((one) => one.domain === domain);
    const mx = await resolver.resolve(domain, 'MX');
    const secure = mx.kind === 'records' && mx.authenticated;
    const ds = delegated?.ds[0];
    const signed: Sight =
      ds !== undefined && secure
        ? seen({ at: ds.split(' ', 1)[0]! })
        : missing(ds === undefined ? NO_DS : NOT_SECURE);
    const sender = senderOf(world);
    if (sender === undefined) {
      const why = missing(STOPPED);
      return { signed, held: why, ahead: why, rolled: why, arrived: why, 'none-refused': why };
    }
    await sender.try();
    return { signed, ...rolloverOf(sender.tries), arrived: await arrivedSight(world, run, sender) };
  },
  reset(world) {
    senderOf(world)?.stop();
    SENDERS.delete(aroundOf(world));
    return Promise.resolve();
  },
});

const NO_DS: Said = {
  en: 'The registry has no DS record: hikyaku lab registrar ds-add.',
  ja: 'レジストリに DS レコードがありません（hikyaku lab registrar ds-add）。',
};
const NOT_SECURE: Said = {
  en: 'The resolver does not say that the MX record is secure: perhaps it still remembers the answer from before.',
  ja: 'リゾルバーは MX レコードを安全と判定していません。以前の答えをまだ覚えているのかもしれません。',
};
const STOPPED: Said = {
  en: 'The sender ended with the practice Internet: start the lesson again.',
  ja: '練習用インターネットの再起動とともに送信側も終了しました。レッスンを始め直してください。',
};

function senderOf(world: LessonWorld): DaneSender | undefined {
  return SENDERS.get(aroundOf(world));
}

function isHeld({ held, outcome }: DaneTry): boolean {
  return held && outcome === 'sent';
}

function rolloverOf(
  tries: readonly DaneTry[],
): Readonly<Record<'held' | 'ahead' | 'rolled' | 'none-refused', Sight>> {
  const first = tries.findIndex(isHeld);
  if (first < 0) {
    const refused = tries.findLast(({ outcome }) => outcome === 'not-sent');
    return {
      held: refused ? missing(refusal(refused)) : MISSING,
      ahead: MISSING,
      rolled: MISSING,
      'none-refused': MISSING,
    };
  }
  const since = tries.slice(first);
  const { key: oldKey, records } = since[0]!;
  const rolled = since.findIndex(({ key }) => key !== undefined && key !== oldKey);
  const refused = since.filter(({ outcome }) => outcome === 'not-sent');
  const held = seen({ at: records[0]! });
  const noneRefused =
    refused.length > 0 ? missing(refusal(refused[0]!, refused.length)) : undefined;
  if (rolled < 0)
    return { held, ahead: MISSING, rolled: MISSING, 'none-refused': noneRefused ?? MISSING };
  const newKey = since[rolled]!.key!;
  const before = since[rolled - 1]!;
  const next = before.records.find((record) => record.endsWith(` ${newKey}`));
  const under = (key: string | undefined): number =>
    since.filter((one) => isHeld(one) && one.key === key).length;
  const enough = under(oldKey) >= TRIES && under(newKey) >= TRIES;
  return {
    held,
    ahead: next === undefined ? missing(UNKNOWN_KEY) : seen({ at: next }),
    rolled: enough ? seen({ at: `${under(oldKey)} + ${under(newKey)}` }) : MISSING,
    'none-refused': noneRefused ?? (enough ? seen({ at: `${since.length}` }) : MISSING),
  };
}

const UNKNOWN_KEY: Said = {
  en: 'When the key changed, the sender knew only of the old one: a record that is published needs the TTL of the one before until everybody sees it.',
  ja: '鍵が替わったとき、送信側は古い鍵しか知りませんでした。公開したレコードが全員に見えるまでには、以前のレコードの TTL だけ時間がかかります。',
};

function refusal({ said, at }: DaneTry, count = 1): Said {
  const time = new Date(at).toISOString();
  return {
    en: `Not sent: ${count}, first at ${time}: ${said}`,
    ja: `送信できなかった回数：${count}、最初は ${time}：${said}`,
  };
}

/** By the server's own log: what the sender says it handed in is there. */
async function arrivedSight(
  { store: { pool }, network }: LessonWorld,
  run: LessonRun,
  { tries }: DaneSender,
): Promise<Sight> {
  const handedIn = tries.filter((one) => isHeld(one) && one.letter);
  if (new Set(handedIn.map(({ key }) => key)).size < 2) return MISSING;
  const events = await eventsSince(pool, run, ['message.received', 'recipient.stored']);
  const received = events.filter(
    ({ type, personal, public: { tls } }) =>
      type === 'message.received' &&
      tls !== null &&
      textOf(personal, 'client') === network.addressOf('mx.peer.test'),
  );
  const stored = received.filter(({ messageId }) =>
    events.some((one) => one.type === 'recipient.stored' && one.messageId === messageId),
  );
  const last = stored.at(-1);
  return last && stored.length >= handedIn.length
    ? seen({ event: last.id, message: last.messageId!, at: `${stored.length}` })
    : MISSING;
}

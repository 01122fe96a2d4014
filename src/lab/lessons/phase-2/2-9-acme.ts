/** Lesson 2.9: a certificate is ordered anew while a session is open. The session goes on, and whoever comes after it is shown the new one. */
import { X509Certificate } from 'node:crypto';
import { eventsSince, type SeenEvent } from '#store/lab/lesson-events';
import { lesson, MISSING, missing, preparedText, seen, type Sight } from '#lab/lessons/lesson';
import {
  MAIL_PORTS,
  ownCertificate,
  PORT_NUMBERS,
  servedAt,
  serialText,
  type Served,
} from '#lab/lessons/seen/served-certificate';
import { aroundOf, type LessonWorld } from '#lab/lessons/world';

const EVENTS = ['session.authenticated', 'message.submitted', 'certificate.issued'] as const;

type Key = 'valid' | 'renewed' | 'proved' | 'kept' | 'served';

export const acme = lesson<Key>({
  number: '2.9',
  slug: 'acme',
  criteria: {
    valid: {
      en: 'Ports 25, 465 and 587 show a certificate for the name of your host, which leads to the root of ca.test',
      ja: 'ポート 25、465、587 が、ca.test のルートにつながる、自分のホスト名の証明書を示している',
      rfc: 'RFC 9525 §6',
    },
    renewed: {
      en: 'A new certificate was ordered and issued since the lesson began',
      ja: 'レッスンを始めてから、新しい証明書を注文し、発行された',
      rfc: 'RFC 8555 §7.4',
    },
    proved: {
      en: 'For it the authority came to your host, and found the proof there',
      ja: 'そのために認証局があなたのホストを訪れ、証明を見つけた',
      rfc: 'RFC 8555 §8.3',
    },
    kept: {
      en: 'A session that logged in before the renewal handed in a letter after it: no listener was restarted',
      ja: '更新の前にログインしたセッションが、更新のあとで手紙を預けた（リスナーは再起動していない）',
    },
    served: {
      en: 'Whoever comes now is shown the new serial number, on all three ports',
      ja: 'いま接続すると、三つのポートすべてで新しいシリアル番号の証明書が示される',
    },
  },
  async begin(world) {
    const serial = await storedSerial(world);
    if (serial === undefined)
      return { failure: `there is no certificate for ${world.server.hostname} yet` };
    return {
      prepared: { serial },
      told: [
        {
          en: `The serial number that ${world.server.hostname} shows now: ${serial}`,
          ja: `${world.server.hostname} がいま示している証明書のシリアル番号：${serial}`,
        },
      ],
    };
  },
  async check(world, run) {
    const before = preparedText(run, 'serial');
    const served = new Map(
      await Promise.all(
        MAIL_PORTS.map(async (port) => [PORT_NUMBERS[port], await servedAt(world, port)] as const),
      ),
    );
    const valid = validSight(served);
    // by their order alone: times of certificates are real ones, and the calendar may be elsewhere
    const events = await eventsSince(world.store.pool, { ...run, startedAt: 0 }, EVENTS);
    const issued = events.findLast(
      ({ type, public: { names } }) =>
        type === 'certificate.issued' &&
        Array.isArray(names) &&
        names.includes(world.server.hostname),
    );
    const now = await storedSerial(world);
    if (issued === undefined || now === undefined || now === before)
      return { valid, renewed: MISSING, proved: MISSING, kept: MISSING, served: MISSING };
    return {
      valid,
      renewed: seen({ event: issued.id, at: now }),
      proved: provedSight(world, now),
      kept: keptSight(events, issued),
      served: servedSight(served, now),
    };
  },
  reset: () => Promise.resolve(),
});

async function storedSerial(world: LessonWorld): Promise<string | undefined> {
  const own = await ownCertificate(world);
  return own && serialText(new X509Certificate(own.chain).serialNumber);
}

function validSight(served: ReadonlyMap<number, Served>): Sight {
  for (const [port, one] of served) {
    const fault = one.kind === 'none' ? one.cause : one.fault;
    if (fault !== undefined)
      return missing({ en: `Port ${port}: ${fault}`, ja: `ポート ${port}：${fault}` });
  }
  return seen({ at: [...served.keys()].join(', ') });
}

/** By what the authority kept of the order; it forgets all at its end. */
function provedSight(world: LessonWorld, serial: string): Sight {
  const order = aroundOf(world)
    .ca.orders()
    .find(({ certificate }) => certificate && serialText(certificate.serial) === serial);
  if (order === undefined) {
    return missing({
      en: 'The authority does not remember this order: was everything restarted in between? Renew once more.',
      ja: '認証局がこの注文を覚えていません。途中で全体を再起動しましたか。もう一度更新してください。',
    });
  }
  const proof = order.steps.find(({ step }) => step === 'proved');
  return proof && order.id !== undefined ? seen({ at: order.id }) : MISSING;
}

/**
 * One session logged in before, and handed in a letter after. By the order of events: those of certificates have the real time, by which
 * certificates are judged, and not the calendar's.
 */
function keptSight(events: readonly SeenEvent[], issued: SeenEvent): Sight {
  const at = events.indexOf(issued);
  const login = events.findLast(
    ({ type, sessionId }, index) =>
      type === 'session.authenticated' &&
      index < at &&
      events.some(
        (later, after) =>
          after > at && later.type === 'message.submitted' && later.sessionId === sessionId,
      ),
  );
  if (login?.sessionId !== undefined) return seen({ session: login.sessionId });
  return missing({
    en: 'No session logged in before the renewal and handed in a letter after it.',
    ja: '更新の前にログインし、更新のあとで手紙を預けたセッションがありません。',
  });
}

function servedSight(served: ReadonlyMap<number, Served>, serial: string): Sight {
  const old = [...served].filter(
    ([, one]) => one.kind === 'none' || serialText(one.serial) !== serial,
  );
  if (old.length === 0) return seen({ at: serial });
  const ports = old.map(([port]) => port).join(', ');
  return missing({
    en: `Not shown yet at port ${ports}.`,
    ja: `まだ示されていないポート：${ports}`,
  });
}

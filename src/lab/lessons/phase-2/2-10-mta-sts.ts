/** Lesson 2.10: who stands in between reads a letter while the policy only tests, and none once it is enforced; the report of the day tells of both. */
import { fetchStsPolicy } from '#mail/tls-policy/fetch-policy';
import { listTlsReports } from '#store/reports/tls-reports';
import { eventsSince, type SeenEvent } from '#store/lab/lesson-events';
import { lesson, MISSING, missing, NOTHING_LAID_OUT, seen, type Sight } from '#lab/lessons/lesson';
import { sessionsOf, textOf, type SeenSession } from '#lab/lessons/seen/sessions';
import { aroundOf, type LessonWorld } from '#lab/lessons/world';

type Key = 'read' | 'enforced' | 'withstood' | 'arrived' | 'reported';

const SENDER = 'out.bigmail.test';
const WEEK = 604_800;

export const mtaSts = lesson<Key>({
  ...NOTHING_LAID_OUT,
  number: '2.10',
  slug: 'mta-sts',
  criteria: {
    read: {
      en: 'With STARTTLS taken away a letter from bigmail.test came in clear',
      ja: 'STARTTLS が取り除かれ、bigmail.test からの手紙が平文で届いた',
      rfc: 'RFC 3207 §6',
    },
    enforced: {
      en: 'Your policy is enforce for a week or longer, names your host, and whoever asks gets it by HTTPS',
      ja: 'ポリシーが 1 週間以上の enforce で、自分のホストを挙げ、HTTPS で取得できる',
      rfc: 'RFC 8461 §5',
    },
    withstood: {
      en: 'After that bigmail.test found no STARTTLS again, and handed over nothing',
      ja: 'そのあと、bigmail.test は再び STARTTLS を見つけられず、何も渡さなかった',
      rfc: 'RFC 8461 §5.2',
    },
    arrived: {
      en: 'When the way was free, the letter that had waited came under TLS',
      ja: '攻撃が終わると、待っていた手紙が TLS で届いた',
      rfc: 'RFC 8461 §5.2',
    },
    reported: {
      en: 'A TLS report from bigmail.test tells of sessions that failed for STARTTLS',
      ja: 'bigmail.test の TLS レポートに、STARTTLS がなくて失敗したセッションが載っている',
      rfc: 'RFC 8460 §4.3.1',
    },
  },
  async check(world, run) {
    const sender = world.network.addressOf(SENDER);
    const received = (await eventsSince(world.store.pool, run, ['message.received'])).filter(
      ({ personal }) => textOf(personal, 'client') === sender,
    );
    const clear = received.filter(({ public: { tls } }) => tls === null);
    const sessions = await sessionsOf(world, run, SENDER);
    const read = clear.at(-1);
    const withstood = read && withstoodAfter(sessions, read);
    return {
      read: read ? seen({ event: read.id, message: read.messageId! }) : MISSING,
      enforced: await enforcedSight(world),
      withstood: withstood ? seen({ session: withstood.id }) : MISSING,
      arrived: withstood ? arrivedSight(received, sessionsAfter(sessions, withstood)) : MISSING,
      reported: await reportedSight(world, run.startedAt),
    };
  },
});

/** A session after the letter in clear that ended without TLS and without a letter. */
function withstoodAfter(
  sessions: readonly SeenSession[],
  read: SeenEvent,
): SeenSession | undefined {
  const inClear = sessions.find(({ id }) => id === read.sessionId);
  return sessionsAfter(sessions, inClear).find(
    ({ exchanges }) =>
      exchanges.some(({ verb, code }) => verb === 'EHLO' && code === 250) &&
      exchanges.every(({ verb, underTls }) => !underTls && verb !== 'MAIL'),
  );
}

/** All of them where the session is not there any more. */
function sessionsAfter(
  sessions: readonly SeenSession[],
  session: SeenSession | undefined,
): readonly SeenSession[] {
  return session === undefined ? sessions : sessions.slice(sessions.indexOf(session) + 1);
}

/** A letter that was brought before the attack did not wait for its end. */
function arrivedSight(received: readonly SeenEvent[], later: readonly SeenSession[]): Sight {
  const letter = received.find(
    ({ sessionId, public: { tls } }) =>
      typeof tls === 'string' && tls !== '' && later.some(({ id }) => id === sessionId),
  );
  return letter ? seen({ event: letter.id, message: letter.messageId! }) : MISSING;
}

async function enforcedSight(world: LessonWorld): Promise<Sight> {
  const { server, network } = world;
  const { resolver, ca } = aroundOf(world);
  const fetched = await fetchStsPolicy(
    server.domain,
    {
      resolver,
      dialer: network.dialer,
      mayReach: (address) => network.has(address),
      ca: ca.trustedRoots,
    },
    AbortSignal.timeout(10_000),
  );
  if (fetched.kind !== 'policy') return MISSING;
  const { mode, mx, maxAge } = fetched.policy;
  if (mode === 'enforce' && mx.includes(server.hostname) && maxAge >= WEEK)
    return seen({ at: `enforce ${maxAge}` });
  const shown = `mode ${mode}, mx ${mx.join(' ')}, max_age ${maxAge}`;
  return missing({ en: `It says: ${shown}`, ja: `いまのポリシー：${shown}` });
}

async function reportedSight({ store, server }: LessonWorld, since: number): Promise<Sight> {
  const reports = await listTlsReports(store.pool, { domain: server.domain, since, limit: 50 });
  const found = reports.find(({ policies }) =>
    policies.some(({ failures }) =>
      failures.some(({ resultType }) => resultType === 'starttls-not-supported'),
    ),
  );
  return found ? seen({ at: `${found.organization} ${found.reportId}` }) : MISSING;
}

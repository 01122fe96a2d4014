/** Lesson 2.12: three ports, three policies. The learner probes each, and fills in a table of what each does; both have to be right. */
import { eventsSince } from '#store/lab/lesson-events';
import type { LessonRun } from '#store/lab/lesson-runs';
import {
  lesson,
  MISSING,
  missing,
  NOTHING_LAID_OUT,
  seen,
  wrong,
  type Question,
  type Said,
  type Sight,
} from '#lab/lessons/lesson';
import type { Exchange } from '#lab/lessons/seen/exchanges';
import { sessionsOf, textOf, type SeenSession } from '#lab/lessons/seen/sessions';
import { isLearner, type LessonWorld } from '#lab/lessons/world';

type Key =
  | 'mx-offer'
  | 'mx-mail'
  | 'submission-offer'
  | 'submission-mail'
  | 'submissions-offer'
  | 'submissions-mail'
  | 'clear'
  | 'matrix';

/** What the learner fills in, row by row: how TLS begins, where AUTH is offered, what MAIL without a login is answered. */
const MATRIX = {
  '25-tls': 'starttls',
  '25-auth': 'never',
  '25-mail': '250',
  '587-tls': 'starttls',
  '587-auth': 'tls',
  '587-mail': '530',
  '465-tls': 'implicit',
  '465-auth': 'tls',
  '465-mail': '530',
} as const;

const COLUMNS: Readonly<Record<'tls' | 'auth' | 'mail', Said>> = {
  tls: {
    en: 'how TLS begins at this port: starttls, implicit or never',
    ja: 'このポートでの TLS の始まり方：starttls、implicit、never のどれか',
  },
  auth: {
    en: 'where EHLO offers AUTH: always, tls (only under it) or never',
    ja: 'EHLO の応答に AUTH が載るのはどこか：always、tls（TLS の下でだけ）、never のどれか',
  },
  mail: {
    en: 'the code that answers MAIL under TLS, without a login',
    ja: 'TLS の下で、ログインせずに送った MAIL への応答コード',
  },
};

export const ports = lesson<Key>({
  ...NOTHING_LAID_OUT,
  number: '2.12',
  slug: 'ports',
  criteria: {
    'mx-offer': {
      en: 'Port 25: you asked for the offer in clear and under STARTTLS, and neither has AUTH',
      ja: 'ポート 25：平文と STARTTLS の下の両方で EHLO を送り、どちらの応答にも AUTH がなかった',
      rfc: 'RFC 3207 §4.2',
    },
    'mx-mail': {
      en: 'Port 25: mail for bob is taken without a login, mail for bigmail.test is refused with 550 5.7.1',
      ja: 'ポート 25：ログインなしでも bob 宛ては受け付けられ、bigmail.test 宛ては 550 5.7.1 で拒否された',
      rfc: 'RFC 5321 §7.9',
    },
    'submission-offer': {
      en: 'Port 587: AUTH is offered under STARTTLS, and not before',
      ja: 'ポート 587：AUTH は STARTTLS の前には載らず、STARTTLS のあとに載った',
      rfc: 'RFC 4954 §4',
    },
    'submission-mail': {
      en: 'Port 587: MAIL under TLS without a login is refused with 530',
      ja: 'ポート 587：TLS の下でも、ログインなしの MAIL は 530 で拒否された',
      rfc: 'RFC 6409 §4.3',
    },
    'submissions-offer': {
      en: 'Port 465: AUTH is offered at once under TLS, and STARTTLS is not',
      ja: 'ポート 465：最初から TLS の下で AUTH が載り、STARTTLS は載らなかった',
      rfc: 'RFC 8314 §3.3',
    },
    'submissions-mail': {
      en: 'Port 465: MAIL without a login is refused with 530',
      ja: 'ポート 465：ログインなしの MAIL は 530 で拒否された',
      rfc: 'RFC 6409 §4.3',
    },
    clear: {
      en: 'Port 465: whoever speaks in clear gets no greeting, and the handshake fails',
      ja: 'ポート 465：平文で話しかけても挨拶はなく、ハンドシェイクが失敗した',
      rfc: 'RFC 8314 §3.3',
    },
    matrix: {
      en: 'Your table of the three ports is right',
      ja: '三つのポートの表が正しく埋まっている',
      rfc: 'RFC 8314 §3',
    },
  },
  questions: () =>
    Object.keys(MATRIX).map((name): Question => {
      const [port, column] = name.split('-') as [string, keyof typeof COLUMNS];
      const { en, ja } = COLUMNS[column];
      return { name, text: { en: `port ${port}: ${en}`, ja: `ポート ${port}：${ja}` } };
    }),
  async check(world, run) {
    const sessions = await sessionsOf(world, run, 'learner');
    const at = (listener: string): SeenSession[] =>
      sessions.filter((session) => session.listener === listener);
    const [mx, submission, submissions] = ['mx', 'submission', 'submissions'].map(at) as [
      SeenSession[],
      SeenSession[],
      SeenSession[],
    ];
    const probes = {
      'mx-offer': sightOf(mx, (session) => {
        const { clear, secure } = offersOf(session);
        return (
          clear !== undefined && secure !== undefined && !offers([...clear, ...secure], 'AUTH')
        );
      }),
      'mx-mail': sightOf(mx, ({ exchanges }) => {
        const asked = (code: number, domain: string, enhanced?: string): boolean =>
          exchanges.some(
            (one) =>
              one.verb === 'RCPT' &&
              one.code === code &&
              (enhanced === undefined || one.enhanced === enhanced) &&
              one.asked?.toLowerCase().includes(`@${domain}>`) === true,
          );
        const login = exchanges.some(({ verb, code }) => verb === 'AUTH' && code === 235);
        return !login && asked(250, world.server.domain) && asked(550, 'bigmail.test', '5.7.1');
      }),
      'submission-offer': sightOf(submission, (session) => {
        const { clear, secure } = offersOf(session);
        return (
          clear !== undefined &&
          secure !== undefined &&
          !offers(clear, 'AUTH') &&
          offers(secure, 'AUTH')
        );
      }),
      'submission-mail': sightOf(submission, refusesWithoutLogin),
      'submissions-offer': sightOf(submissions, (session) => {
        const { secure } = offersOf(session);
        return secure !== undefined && offers(secure, 'AUTH') && !offers(secure, 'STARTTLS');
      }),
      'submissions-mail': sightOf(submissions, refusesWithoutLogin),
      clear: await clearSight(world, run),
    };
    const isProbed = Object.values(probes).every(({ kind }) => kind === 'seen');
    return { ...probes, matrix: matrixSight(run, isProbed) };
  },
});

function sightOf(sessions: readonly SeenSession[], is: (session: SeenSession) => boolean): Sight {
  const found = sessions.find(is);
  return found ? seen({ session: found.id }) : MISSING;
}

interface Offers {
  /** Lines of the reply to EHLO; undefined: it was not asked. */
  readonly clear: readonly string[] | undefined;
  readonly secure: readonly string[] | undefined;
}

function offersOf({ exchanges }: SeenSession): Offers {
  const offer = (underTls: boolean): readonly string[] | undefined =>
    exchanges.find((one) => one.verb === 'EHLO' && one.code === 250 && one.underTls === underTls)
      ?.reply;
  return { clear: offer(false), secure: offer(true) };
}

function offers(reply: readonly string[], extension: string): boolean {
  return reply.some((line) => line.slice(4).split(' ', 1)[0] === extension);
}

function refusesWithoutLogin({ exchanges }: SeenSession): boolean {
  const loggedIn = exchanges.findIndex(({ verb, code }) => verb === 'AUTH' && code === 235);
  const refused = ({ verb, code, underTls }: Exchange): boolean =>
    verb === 'MAIL' && code === 530 && underTls;
  return loggedIn < 0 && exchanges.some(refused);
}

async function clearSight(world: LessonWorld, run: LessonRun): Promise<Sight> {
  const failed = await eventsSince(world.store.pool, run, ['session.handshake-failed']);
  const found = failed.find(
    ({ public: fields, personal }) =>
      fields['listener'] === 'submissions' && isLearner(world, textOf(personal, 'client')),
  );
  return found ? seen({ event: found.id }) : MISSING;
}

/** Everybody’s table is the same: it is judged once the learner has seen what each port answers. */
function matrixSight({ answers = {} }: LessonRun, isProbed: boolean): Sight {
  const given = (name: string): string => answers[name]?.trim().toLowerCase() ?? '';
  const open = Object.keys(MATRIX).filter((name) => given(name) === '');
  if (open.length === Object.keys(MATRIX).length) return MISSING;
  if (open.length > 0) {
    const names = open.join(', ');
    return missing({ en: `Not filled in: ${names}`, ja: `埋まっていない欄：${names}` });
  }
  if (!isProbed)
    return missing({
      en: 'The table is judged once every port was probed.',
      ja: '表は、すべてのポートを調べ終えてから判定します。',
    });
  if (Object.entries(MATRIX).some(([name, right]) => given(name) !== right))
    return wrong({
      en: 'Not every cell is what the ports answered you. Which ones is not told: compare the table with your own sessions.',
      ja: '表に、ポートの応答と異なる欄があります。どの欄かは示されません。自分のセッションと見比べてください。',
    });
  return seen({
    at: Object.entries(MATRIX)
      .map(([name, right]) => `${name}=${right}`)
      .join(' '),
  });
}

/** Lesson 1.2: five mistakes, five replies, each recognised by what the server said and named by the learner. */
import { RECEIVER_LIMITS } from '#protocol/smtp/receiver';
import { contentDefectReply, lineTooLong, REPLIES } from '#servers/smtp/replies';
import {
  lesson,
  MISSING,
  NOTHING_LAID_OUT,
  seen,
  type Said,
  type Sight,
} from '#lab/lessons/lesson';
import type { Exchange } from '#lab/lessons/seen/exchanges';
import { sessionsOf, type SeenSession } from '#lab/lessons/seen/sessions';

type Mistake = 'order' | 'syntax' | 'line' | 'lf' | 'dot';

const TOO_LONG = lineTooLong(RECEIVER_LIMITS.commandLine).wire.trimEnd();
const BARE_LF = contentDefectReply('bare-line-ending', 0).wire.trimEnd();
const IDLE = REPLIES.idle.wire.trimEnd();

/** Whether an exchange is the server's answer to the mistake. */
const ANSWERS: Readonly<
  Record<Mistake, (exchange: Exchange, before: Exchange | undefined) => boolean>
> = {
  order: ({ code, verb }) => code === 503 && verb !== '',
  syntax: ({ code, verb }) => code === 501 && verb !== '',
  line: ({ reply }) => reply.at(-1) === TOO_LONG,
  lf: ({ reply, content }) => content !== undefined && reply.at(-1) === BARE_LF,
  dot: ({ reply }, before) =>
    reply.at(-1) === IDLE && before?.verb === 'DATA' && before.code === 354,
};

const CODES: Readonly<Record<Mistake, string>> = {
  order: '503',
  syntax: '501',
  line: '500',
  lf: '554',
  dot: '421',
};

const QUESTIONS: Readonly<Record<Mistake, Said>> = {
  order: {
    en: 'the code for a command at the wrong moment',
    ja: '順序を間違えたコマンドへの応答コード',
  },
  syntax: {
    en: 'the code for a command whose arguments cannot be read',
    ja: '引数の書き方を間違えたコマンドへの応答コード',
  },
  line: { en: 'the code for a line that is too long', ja: '長すぎる行への応答コード' },
  lf: {
    en: 'the code for a letter with a bare LF',
    ja: '単独の LF を含む手紙への応答コード',
  },
  dot: {
    en: 'the code for a letter whose last dot does not come',
    ja: '終わりのドットが来ない手紙への応答コード',
  },
};

const MISTAKES = Object.keys(CODES) as Mistake[];

export const breakIt = lesson<Mistake | 'named'>({
  ...NOTHING_LAID_OUT,
  number: '1.2',
  slug: 'break-it',
  criteria: {
    order: {
      en: 'Bad order: a command at the wrong moment was answered 503',
      ja: '順序の誤り：間違ったタイミングのコマンドに 503 が返った',
      rfc: 'RFC 5321 §4.1.4',
    },
    syntax: {
      en: 'Bad arguments: a command that cannot be read was answered 501',
      ja: '引数の誤り：読み取れないコマンドに 501 が返った',
      rfc: 'RFC 5321 §4.2.2',
    },
    line: {
      en: 'Long line: a command line beyond the limit was answered 500',
      ja: '長すぎる行：上限を超えるコマンド行に 500 が返った',
      rfc: 'RFC 5321 §4.5.3.1.4',
    },
    lf: {
      en: 'Bare LF: a letter with a line that ends without CR was answered 554',
      ja: '単独の LF：CR を伴わずに終わる行のある手紙に 554 が返った',
      rfc: 'RFC 5321 §2.3.8',
    },
    dot: {
      en: 'Missing dot: a letter that never ended was answered 421 after a time',
      ja: 'ドットの欠落：終わらない手紙に、しばらくして 421 が返った',
      rfc: 'RFC 5321 §4.5.3.2.7',
    },
    named: {
      en: 'Each mistake was named with its code',
      ja: 'それぞれの誤りに対応するコードを答えた',
    },
  },
  questions: () => MISTAKES.map((name) => ({ name, text: QUESTIONS[name] })),
  async check(world, run) {
    const sessions = await sessionsOf(world, run, 'learner');
    const sight = (mistake: Mistake): Sight => provoked(sessions, mistake);
    return {
      order: sight('order'),
      syntax: sight('syntax'),
      line: sight('line'),
      lf: sight('lf'),
      dot: sight('dot'),
      named: named(run.answers),
    };
  },
});

function provoked(sessions: readonly SeenSession[], mistake: Mistake): Sight {
  const found = sessions.find(
    ({ listener, exchanges }) =>
      listener === 'mx' &&
      exchanges.some((exchange, index) => ANSWERS[mistake](exchange, exchanges[index - 1])),
  );
  return found ? seen({ session: found.id }) : MISSING;
}

function named(answers: Readonly<Record<string, string>> = {}): Sight {
  const wrong = MISTAKES.filter(
    (mistake) => (answers[mistake] ?? '').trim().slice(0, 3) !== CODES[mistake],
  );
  if (wrong.length === 0)
    return seen({ at: MISTAKES.map((name) => `${name}=${CODES[name]}`).join(' ') });
  const names = wrong.join(', ');
  return {
    kind: 'missing',
    why: { en: `Not named, or wrongly: ${names}`, ja: `未回答、または誤り：${names}` },
  };
}

/** Lesson 3.11: five questions on a delivery log that is this learner's alone, answered by SQL. */
import { sheetSights } from '#lab/lessons/handed-in/sheet';
import { clearLog, replaceLog } from '#store/lab/delivery-log';
import type { LessonRun } from '#store/lab/lesson-runs';
import { lesson, type Said } from '#lab/lessons/lesson';
import {
  LOG_QUESTIONS,
  makeDeliveryLog,
  type LogQuestion,
  type MadeLog,
} from '#lab/lessons/made/delivery-log';

/** Share by which a number may be off: there is more than one way to take a percentile. */
const TOLERANCE = 0.01;
/** Per cent points: one decimal is asked for. */
const POINTS = 0.1;

const NO_ROLE: Said = {
  en: 'the database has no role hikyaku_reader; let its superuser run: create role hikyaku_reader role hikyaku (hikyaku: the user of DATABASE_URL)',
  ja: 'データベースにロール hikyaku_reader がありません。スーパーユーザーで create role hikyaku_reader role hikyaku を実行してください（hikyaku は DATABASE_URL のユーザー）',
};

const WRONG: Said = {
  en: 'Not all of the five answers are what the log says.',
  ja: '五つの答えのどれかが、ログの内容と一致しません。',
};

export const deliveryLog = lesson<LogQuestion>({
  number: '3.11',
  slug: 'delivery-log',
  criteria: {
    p95: {
      en: 'You found the 95th percentile of the delivery time',
      ja: '配信にかかった時間の 95 パーセンタイルを求めた',
    },
    reason: {
      en: 'You found the most frequent reason of deferral',
      ja: '最も多い一時拒否の理由を見つけた',
      rfc: 'RFC 3463 §3',
    },
    slowest: { en: 'You found the slowest provider', ja: '最も遅いプロバイダーを見つけた' },
    retried: {
      en: 'You counted what arrived only after a retry',
      ja: '再送してから届いた宛先を数えた',
    },
    failed: {
      en: 'You found the share of failures at one provider',
      ja: '一つのプロバイダーでの失敗の割合を求めた',
    },
  },
  questions: (run) => {
    const { site } = logOf(run);
    return LOG_QUESTIONS.map((name) => ({ name, text: QUESTIONS[name](site) }));
  },
  async begin({ store }, run) {
    const { rows } = logOf(run);
    const replaced = await replaceLog(store.pool, rows);
    if (replaced.kind === 'no-role') return { failure: NO_ROLE };
    return {
      told: [
        {
          en: `The table delivery_log has ${rows.length} events of three days: hikyaku lab sql 'select * from delivery_log order by id limit 5'`,
          ja: `テーブル delivery_log に 3 日分、${rows.length} 件のイベントがあります：hikyaku lab sql 'select * from delivery_log order by id limit 5'`,
        },
      ],
    };
  },
  check(_world, run) {
    const { answers } = logOf(run);
    const [low, high] = answers.p95;
    const { reason, slowest, retried, failed } = answers;
    const right: Readonly<Record<LogQuestion, (given: string) => boolean>> = {
      p95: isBetween(low * (1 - TOLERANCE), high * (1 + TOLERANCE)),
      reason: (given) => given === reason,
      slowest: (given) => given === slowest,
      retried: isBetween(retried, retried),
      failed: isBetween(failed - POINTS, failed + POINTS),
    };
    return Promise.resolve(
      sheetSights(run, {
        names: LOG_QUESTIONS,
        isRight: (name, given) => right[name](given),
        wrong: WRONG,
      }),
    );
  },
  reset: ({ store }) => clearLog(store.pool),
});

const QUESTIONS: Readonly<Record<LogQuestion, (site: string) => Said>> = {
  p95: () => ({
    en: 'the 95th percentile of the seconds from recipient.queued to attempt.delivered',
    ja: 'recipient.queued から attempt.delivered までの秒数の 95 パーセンタイル',
  }),
  reason: () => ({
    en: 'the enhanced status code of most events attempt.deferred',
    ja: 'attempt.deferred のイベントで最も多い拡張ステータスコード',
  }),
  slowest: () => ({
    en: 'the site with the longest median of these seconds',
    ja: 'その秒数の中央値が最も長い宛先サイト',
  }),
  retried: () => ({
    en: 'how many recipients were delivered at the second attempt or later',
    ja: '2 回目以降の試行で届いた宛先の数',
  }),
  failed: (site) => ({
    en: `the share of recipients at ${site} that failed, in per cent with one decimal`,
    ja: `${site} の宛先のうち失敗したものの割合（パーセント、小数第 1 位まで）`,
  }),
};

function logOf({ seed, startedAt }: LessonRun): MadeLog {
  return makeDeliveryLog(seed, startedAt);
}

function isBetween(low: number, high: number): (given: string) => boolean {
  return (given) => {
    const text = given.replace(/%$/, '').trim();
    const number = /^\d{1,9}(?:\.\d{1,20})?$/.test(text) ? Number(text) : NaN;
    return number >= low && number <= high;
  };
}

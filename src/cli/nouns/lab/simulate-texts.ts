/** What `hikyaku lab simulate` says around its table. */
import type { Way } from '#lab/simulation/settings';
import type { Phrase } from '#mail/story/phrase';

export const WAY_TEXTS: Readonly<Record<Way, Phrase>> = {
  plan: {
    en: 'through the server, whose queue keeps to a warm-up plan',
    ja: 'サーバー経由、キューはウォームアップ計画に従う',
  },
  queue: {
    en: 'through the server, without a plan',
    ja: 'サーバー経由、計画なし',
  },
  straight: {
    en: 'past the server: the shop’s own program, which tries everything twice within two hours, whatever it is told',
    ja: 'サーバーを通さず店のプログラムが直接送信、何と言われても二時間のうちにすべてを二回試す',
  },
};

export const SIMULATE_TEXTS = {
  begins: {
    en: '{days} days of {letters} letters and more to each provider, {way} (seed {seed}).',
    ja: '各プロバイダーへ一日 {letters} 通から始めて {days} 日間、{way}（シード {seed}）。',
  },
  ended: {
    en: 'How it ended: {way}.',
    ja: '結果：{way}。',
  },
  caveat: {
    en: 'Quotas and numbers are those of the practice Internet: real providers do not tell theirs, and nothing here promises an inbox.',
    ja: '受信枠や数値は練習用インターネットのものです。実際のプロバイダーは公開しておらず、ここでの結果は受信箱への配達を保証しません。',
  },
  lesson: {
    en: 'The plan held mail back until the quota had grown. Without one the queue runs into every quota, but rests when it is told to; a program that goes on regardless loses its name within two days.',
    ja: '計画に従うと、受信枠が育つまでメールは待たされます。計画がなければ、キューは毎日枠にぶつかりますが、断られれば休みます。構わず送り続けるプログラムは、二日で評判を失います。',
  },
  day: { en: 'DAY', ja: '日' },
  provider: { en: 'PROVIDER', ja: 'プロバイダー' },
  handed: { en: 'LETTERS', ja: '投函' },
  planned: { en: 'PLAN', ja: '計画' },
  inbox: { en: 'INBOX', ja: '受信箱' },
  spam: { en: 'SPAM', ja: '迷惑メール' },
  deferred: { en: 'LATER', ja: '一時拒否' },
  refused: { en: 'REFUSED', ja: '拒否' },
  opened: { en: 'OPENED', ja: '開封' },
  complaints: { en: 'COMPLAINTS', ja: '苦情' },
  waiting: { en: 'WAITING', ja: '待機' },
  quota: { en: 'QUOTA', ja: '受信枠' },
  reputation: { en: 'REPUTATION', ja: '評判' },
  replies: { en: 'MOST FREQUENT REPLY', ja: '最も多い拒否' },
} as const satisfies Record<string, Phrase>;

export const REPUTATION_TEXTS = {
  good: { en: 'good', ja: '良い' },
  unknown: { en: 'unknown', ja: '未知' },
  poor: { en: 'poor', ja: '低い' },
  bad: { en: 'bad', ja: '悪い' },
} as const satisfies Record<string, Phrase>;

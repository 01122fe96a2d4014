/** What the lessons say besides their pages and criteria. */
import type { Phrase } from '#mail/story/phrase';

/** Said with every list and every lesson that was passed. */
export const CAVEAT: Phrase = {
  en: 'The practice Internet teaches how things work. Passing its lessons does not promise that mail reaches an inbox of a real provider.',
  ja: '練習用インターネットは仕組みを学ぶためのものです。合格しても、実在のプロバイダーの受信箱に届くことを約束するものではありません。',
};

/** Said where another lesson begins. */
export const STILL_BROKEN = {
  en: 'What lesson {lesson} broke is still broken, and is felt in this one. hikyaku lab reset {lesson} puts it back; let two hours pass then (hikyaku lab clock 2h), until nobody remembers it, and begin this one anew.',
  ja: 'レッスン {lesson} で壊れたものがそのままで、このレッスンにも影響します。hikyaku lab reset {lesson} で元に戻し、古い情報がどこにも残らないよう hikyaku lab clock 2h で時計を進めてから、このレッスンを始め直してください。',
} as const satisfies Phrase;

export const REFUSALS = {
  'no-such-lesson': {
    message: { en: 'there is no lesson {lesson}', ja: 'レッスン {lesson} はありません' },
    remedy: {
      en: 'hikyaku lab lessons lists them.',
      ja: 'hikyaku lab lessons で一覧を表示できます。',
    },
  },
  coming: {
    message: {
      en: 'lesson {lesson} is planned, and not there yet',
      ja: 'レッスン {lesson} は予定されていますが、まだありません',
    },
    remedy: {
      en: 'hikyaku lab lessons shows those that can be taken.',
      ja: 'hikyaku lab lessons で、いま受けられるレッスンを確認できます。',
    },
  },
  'not-started': {
    message: {
      en: 'lesson {lesson} was not started',
      ja: 'レッスン {lesson} はまだ始まっていません',
    },
    remedy: {
      en: 'hikyaku lab start {lesson} begins it; only what happens after that counts.',
      ja: 'hikyaku lab start {lesson} で始めてください。それ以降に起きたことだけが判定の対象になります。',
    },
  },
  'cannot-begin': {
    message: {
      en: 'lesson {lesson} could not be laid out: {reply}',
      ja: 'レッスン {lesson} の準備ができませんでした：{reply}',
    },
    remedy: {
      en: 'See that your server runs and that alice has a mailbox with room, then start the lesson again.',
      ja: 'サーバーが動いていること、alice のメールボックスに空きがあることを確かめ、もう一度始めてください。',
    },
  },
  'asks-nothing': {
    message: {
      en: 'lesson {lesson} asks no questions',
      ja: 'レッスン {lesson} に質問はありません',
    },
    remedy: {
      en: 'hikyaku lab check {lesson} says what is missing.',
      ja: 'hikyaku lab check {lesson} で、足りないものを確認できます。',
    },
  },
  'no-such-question': {
    message: {
      en: 'lesson {lesson} does not ask for {name}',
      ja: 'レッスン {lesson} に {name} という質問はありません',
    },
    remedy: {
      en: 'It asks for: {names}. Write each as NAME=ANSWER.',
      ja: '質問は {names} です。それぞれ「名前=答え」の形で書いてください。',
    },
  },
} as const satisfies Record<string, { readonly message: Phrase; readonly remedy: Phrase }>;

/** What the page says by which somebody leaves a list, in both languages. */
import type { Language } from '#servers/http/landing-texts';

type Text = Readonly<Record<Language, string>>;

export const UNSUBSCRIBE_TEXTS = {
  title: { en: 'Unsubscribe', ja: '配信停止' },
  list: {
    en: '{address} is to get no more mail of the list {list}.',
    ja: '{address} へのメーリングリスト {list} の配信を停止します。',
  },
  allBulk: {
    en: '{address} is to get no more newsletters and other bulk mail from this sender.',
    ja: '{address} への、この送信者からのニュースレターなど一斉配信メールを停止します。',
  },
  button: { en: 'Unsubscribe', ja: '配信を停止する' },
  done: { en: 'You are unsubscribed', ja: '配信を停止しました' },
  doneList: {
    en: '{address} gets no more mail of the list {list}. You can close this page.',
    ja: '{address} へのメーリングリスト {list} の配信を停止しました。このページは閉じてかまいません。',
  },
  doneAllBulk: {
    en: '{address} gets no more newsletters and other bulk mail from this sender. You can close this page.',
    ja: '{address} への、この送信者からの一斉配信メールを停止しました。このページは閉じてかまいません。',
  },
  underWay: {
    en: 'What is on its way already may still arrive.',
    ja: 'すでに送信中のメールは届くことがあります。',
  },
} as const satisfies Record<string, Text>;

/** What is wrong with a line of a zone file, and how it is written. */
import type { Phrase } from '#mail/story/phrase';

/** Without an end, as part of a sentence. */
export const WHAT = {
  long: {
    en: 'the text has more than {most} characters',
    ja: 'テキストが {most} 文字を超えています',
  },
  directive: { en: '«{words}» is not understood', ja: '«{words}» は解釈できません' },
  name: { en: '«{word}» is no domain name', ja: '«{word}» はドメイン名ではありません' },
  type: { en: '«{word}» is no record type', ja: '«{word}» はレコードの種類ではありません' },
  outside: { en: '{name} does not lie in {zone}', ja: '{name} は {zone} の中にありません' },
  many: { en: 'there are more than {most} records', ja: 'レコードが {most} 個を超えています' },
} as const satisfies Readonly<Record<string, Phrase>>;

export const HOW = {
  parts: { en: 'Import it in parts.', ja: '分けて取り込んでください。' },
  close: {
    en: 'Close every quote and parenthesis, each quote on its own line.',
    ja: '引用符と括弧をすべて閉じてください。引用符は同じ行の中で閉じます。',
  },
  directives: {
    en: 'Only $TTL and $ORIGIN can stand here, each with a value.',
    ja: 'ここに書けるのは $TTL と $ORIGIN だけで、どちらにも値が要ります。',
  },
  name: { en: 'Give a name or @.', ja: '名前か @ を書いてください。' },
  order: {
    en: 'The order is: name, TTL, IN, type, data; a line that goes on begins with a parenthesis.',
    ja: '名前、TTL、IN、種類、値の順に書きます。次の行に続けるときは括弧を使います。',
  },
  dot: {
    en: 'A name without a dot at its end is completed: after «www.{zone}» comes a dot.',
    ja: '末尾にドットのない名前には、後ろが補われます。«www.{zone}» の後にドットを付けてください。',
  },
  fewer: { en: 'Import fewer.', ja: '数を減らしてください。' },
  data: {
    en: 'See how a {type} record is written in RFC 1035 §5.',
    ja: '{type} レコードの書き方は RFC 1035 §5 を見てください。',
  },
} as const satisfies Readonly<Record<string, Phrase>>;

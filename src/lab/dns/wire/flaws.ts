/** What may be wrong with the data of a record as it was written: one sentence each, without its end, to be put into another. Pure. */
import { saidWith, type Said, type Value } from '#lab/dns/said';
import type { Phrase, Placeholders } from '#mail/story/phrase';

export interface Flaw {
  readonly flaw: Said;
}

const FLAWS = {
  parenthesis: {
    en: 'a parenthesis is closed that was not opened',
    ja: '開いていない括弧が閉じられています',
  },
  unclosed: { en: 'a parenthesis is not closed', ja: '括弧が閉じられていません' },
  quote: { en: 'the closing quote is missing', ja: '閉じる引用符がありません' },
  'line-break': {
    en: 'the text has a line break or another control character in it',
    ja: 'テキストに改行などの制御文字が含まれています',
  },
  ip4: { en: '«{word}» is no IPv4 address', ja: '«{word}» は IPv4 アドレスではありません' },
  ip6: { en: '«{word}» is no IPv6 address', ja: '«{word}» は IPv6 アドレスではありません' },
  name: { en: '«{word}» is no domain name', ja: '«{word}» はドメイン名ではありません' },
  time: {
    en: '«{word}» is no time like 20261231235959',
    ja: '«{word}» は 20261231235959 のような日時ではありません',
  },
  type: { en: '«{word}» is no record type', ja: '«{word}» はレコードの種類ではありません' },
  long: {
    en: '«{word}…» is longer than 255 octets',
    ja: '«{word}…» は 255 オクテットを超えています',
  },
  tag: {
    en: '«{word}» is no tag of letters and digits',
    ja: '«{word}» は英数字だけのタグではありません',
  },
  number: {
    en: '«{word}» is no number from 0 to {most}',
    ja: '«{word}» は 0 から {most} までの数ではありません',
  },
  hex: { en: 'the last field is not hexadecimal', ja: '最後の項目が 16 進数ではありません' },
  base64: { en: 'the last field is not base64', ja: '最後の項目が base64 ではありません' },
  types: {
    en: 'the list has a word that is no record type',
    ja: '一覧に、レコードの種類ではない語があります',
  },
  nothing: { en: 'there is no data', ja: '値がありません' },
  missing: { en: '«{words}» lacks a part', ja: '«{words}» には項目が足りません' },
  'too-much': { en: '«{word}» is too much', ja: '«{word}» は余分です' },
  'too-long': {
    en: 'the data is longer than 65535 octets',
    ja: '値が 65535 オクテットを超えています',
  },
  'generic-only': {
    en: String.raw`the data of this type can only be given as \# LENGTH HEX (RFC 3597)`,
    ja: String.raw`この種類の値は \# 長さ 16進数 の形でしか書けません（RFC 3597）`,
  },
  'generic-digits': {
    en: String.raw`after \# LENGTH come hexadecimal digits`,
    ja: String.raw`\# と長さの後には 16 進数を書きます`,
  },
  'generic-length': {
    en: String.raw`the length after \# is not that of the digits`,
    ja: String.raw`\# の後の長さが 16 進数の長さと合いません`,
  },
  'address-as-host': {
    en: '«{word}» is an address, and a {type} record names a host',
    ja: '«{word}» は IP アドレスですが、{type} レコードにはホスト名を書きます',
  },
} as const satisfies Readonly<Record<string, Phrase>>;

type FlawKey = keyof typeof FLAWS;

/** Characters of a word that are shown. */
const SHOWN = 80;

/** A text that is put in is cut, since whoever wrote it may have written much. */
export function flaw<Key extends FlawKey>(
  key: Key,
  values: Readonly<Record<Placeholders<(typeof FLAWS)[Key]['en']>, string | number>>,
): Flaw {
  const given = Object.entries(values as Readonly<Record<string, string | number>>);
  const cut = given.map(([name, value]): [string, Value] => [
    name,
    typeof value === 'string' && value.length > SHOWN ? `${value.slice(0, SHOWN)}…` : value,
  ]);
  const phrase: Phrase = FLAWS[key];
  return { flaw: saidWith(phrase, Object.fromEntries(cut) as Record<string, Value>) };
}

export const FLAW_PHRASES: Readonly<Record<string, Phrase>> = FLAWS;

/** What the panel of the hosting company refuses, of whatever type a record is. */
import type { Refusal } from './refusal.ts';

export const PANEL_REFUSALS = {
  'no-such-set': {
    reason: 'no-such-record',
    message: { en: '{name} has no {type} record.', ja: '{name} に {type} レコードはありません。' },
    remedy: {
      en: 'See what the zone has: hikyaku lab dns list {zone}',
      ja: 'ゾーンの内容は hikyaku lab dns list {zone} で確認できます。',
    },
  },
  'no-such-value': {
    reason: 'no-such-record',
    message: {
      en: '{name} has no {type} record «{value}».',
      ja: '{name} に «{value}» という {type} レコードはありません。',
    },
    remedy: { en: 'There is: {values}', ja: 'あるのは次のものです：{values}' },
  },
  signed: {
    reason: 'signed',
    message: { en: '{zone} is signed already.', ja: '{zone} はすでに署名されています。' },
    remedy: {
      en: 'For another key: hikyaku lab dns roll-key {zone}',
      ja: '鍵を増やすには：hikyaku lab dns roll-key {zone}',
    },
  },
  'not-signed': {
    reason: 'not-signed',
    message: { en: '{zone} is not signed.', ja: '{zone} は署名されていません。' },
    remedy: {
      en: 'Sign it first: hikyaku lab dns sign {zone}',
      ja: '先に署名してください：hikyaku lab dns sign {zone}',
    },
  },
  'never-signed': {
    reason: 'not-signed',
    message: { en: '{zone} is not signed.', ja: '{zone} は署名されていません。' },
    remedy: { en: 'Nothing is left to do.', ja: 'することはありません。' },
  },
  'too-many-keys': {
    reason: 'too-many',
    message: { en: '{zone} has {count} keys.', ja: '{zone} には鍵が {count} 個あります。' },
    remedy: { en: 'Retire one first.', ja: '先にどれかを廃止してください。' },
  },
  'no-such-key': {
    reason: 'no-such-key',
    message: { en: '{zone} has no key {tag}.', ja: '{zone} に鍵 {tag} はありません。' },
    remedy: { en: 'Its keys: {tags}.', ja: '鍵：{tags}。' },
  },
  'too-many-sets': {
    reason: 'too-many',
    message: { en: '{count} sets of records.', ja: 'レコードの組が {count} 個になります。' },
    remedy: { en: 'A zone may have {most}.', ja: '一つのゾーンに置けるのは {most} 個までです。' },
  },
  'too-many-octets': {
    reason: 'too-many',
    message: { en: '{count} octets of records.', ja: 'レコードが {count} オクテットになります。' },
    remedy: {
      en: 'A zone may have {most}.',
      ja: '一つのゾーンに置けるのは {most} オクテットまでです。',
    },
  },
  'ds-in-zone': {
    reason: 'conflict',
    message: {
      en: 'The DS record of {zone} stands at the registry, not in the zone itself (RFC 4035 §2.4).',
      ja: '{zone} の DS レコードは、ゾーン自身ではなくレジストリに置きます（RFC 4035 §2.4）。',
    },
    remedy: {
      en: 'Hand it to the registrar: hikyaku lab registrar ds-add.',
      ja: 'レジストラーに渡してください：hikyaku lab registrar ds-add。',
    },
  },
  'no-name': {
    reason: 'bad-name',
    message: { en: '{name} is no name.', ja: '{name} はドメイン名ではありません。' },
    remedy: {
      en: 'Give one such as mail.example.test.',
      ja: 'mail.example.test のような名前を書いてください。',
    },
  },
  'no-question': {
    reason: 'bad-name',
    message: {
      en: '{name} {type} cannot be asked for.',
      ja: '{name} {type} は問い合わせできません。',
    },
    remedy: {
      en: 'Give a name, and a type such as MX.',
      ja: '名前と、MX のような種類を書いてください。',
    },
  },
  'no-wrong-answer': {
    reason: 'bad-value',
    message: {
      en: 'The wrong answer cannot be written: {flaw}.',
      ja: 'まちがった答えとして書けません：{flaw}。',
    },
    remedy: {
      en: 'Give the type, and values in the form of a zone file.',
      ja: '種類と、ゾーンファイルの形の値を書いてください。',
    },
  },
} as const satisfies Readonly<Record<string, Refusal>>;

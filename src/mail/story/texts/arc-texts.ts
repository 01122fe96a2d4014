/**
 * What each step of the validation of a chain of ARC says (`protocol/arc/report.ts`). One entry per key: a new step or reason does not
 * compile before it has its text in both languages. What is done for each signature is told by the texts of DKIM.
 */
import type { ArcStep, ChainStatus, SignatureStep } from '#protocol/arc/report';
import type { ArcOwnReason } from '#protocol/arc/rules';
import type { Phrase } from '#mail/story/phrase';

/** Steps whose text stands in another catalogue here, by a word of the step. */
type Worded = SignatureStep['step'] | 'signature-judged' | 'oldest-pass' | 'concluded';

export const ARC_STEPS = {
  'fields-collected': {
    en: 'Counted the fields of the chain: {seals} seals, {signatures} message signatures, {results} results; the highest number is {highest}.',
    ja: 'チェーンのフィールドを数えました。封印 {seals} 個、メール署名 {signatures} 個、認証結果 {results} 個で、最大の番号は {highest} です。',
  },
  'set-read': {
    en: 'Set {instance} is sealed by {domain}, which found the chain before it to be {cv} and the message: {results}',
    ja: '{instance} 番目の組は {domain} の封印です。それ以前のチェーンの状態は {cv}、認証結果は次のとおりです：{results}',
  },
} as const satisfies Record<Exclude<ArcStep['step'], Worded>, Phrase>;

/** Pieces of steps and of what is around them. */
export const ARC_PIECES = {
  title: { en: 'ARC of {file}', ja: '{file} の ARC' },
  'without-from': {
    en: 'Its message signature does not cover every From field.',
    ja: 'メール署名の対象に含まれない From フィールドがあります。',
  },
  'field-of-set': { en: '{field} of set {instance}', ja: '{instance} 番目の組の {field}' },
  'field-alone': { en: 'one {field}', ja: '{field} の 1 つ' },
  'at-field': { en: '{reason} ({place})', ja: '{reason}（{place}）' },
  valid: {
    en: 'Valid: the {field} of set {instance}, by {domain}.',
    ja: '{instance} 番目の組の {field}（{domain}）は有効です。',
  },
  invalid: {
    en: 'Not valid: the {field} of set {instance}: {reason}.',
    ja: '{instance} 番目の組の {field} は無効です：{reason}。',
  },
  'all-pass': {
    en: 'All message signatures are valid: nobody on the way has changed what was signed.',
    ja: 'すべてのメール署名が有効です。署名の対象は途中で変更されていません。',
  },
  'oldest-pass': {
    en: 'The message is as set {instance} signed it; before that it was another, which does not break the chain.',
    ja: 'メールは {instance} 番目の組が署名した時のままです。それ以前に変更されていますが、チェーンは有効です。',
  },
  step: { en: '{field} {instance}: {said}', ja: '{field} {instance}：{said}' },
} as const satisfies Record<string, Phrase>;

/** Chain Validation Status. */
export const ARC_RESULTS = {
  none: {
    en: 'none: the message has no chain of ARC.',
    ja: 'none：ARC のチェーンはありません。',
  },
  pass: {
    en: 'pass: the chain is whole; what its sealers say is worth as much as they are trusted.',
    ja: 'pass：チェーンは完全です。内容をどこまで信じるかは、封印したサーバーへの信頼によります。',
  },
  fail: {
    en: 'fail: the chain counts as none at all: {reason}.',
    ja: 'fail：チェーンは存在しないものとして扱います：{reason}。',
  },
} as const satisfies Record<ChainStatus, Phrase>;

/** Why, besides the reasons of DKIM: each as a part of a sentence. */
export const ARC_REASONS = {
  'too-many-sets': {
    en: 'it has more than the 50 sets that are allowed',
    ja: '組の数が上限の 50 を超えています',
  },
  'fields-too-large': {
    en: 'its fields are larger than those of any honest chain',
    ja: 'フィールドが通常のチェーンより大きすぎます',
  },
  'malformed-instance': {
    en: 'a field does not say to which set it belongs',
    ja: 'どの組に属するか読み取れないフィールドがあります',
  },
  'failed-before': {
    en: 'its last sealer found it broken already',
    ja: '最後に封印したサーバーが、すでに無効と判定しています',
  },
  'field-missing': {
    en: 'a set lacks one of its three fields',
    ja: '3 つそろうべきフィールドの 1 つが欠けた組があります',
  },
  'field-repeated': {
    en: 'a set has one of its fields twice',
    ja: '同じフィールドが重複している組があります',
  },
  'wrong-chain-status': {
    en: 'a seal does not say of the chain before it what it must (none in the first set, pass in all others)',
    ja: '封印に書かれたチェーンの状態が正しくありません（最初の組は none、ほかは pass）',
  },
  'seal-names-fields': {
    en: 'a seal names fields (h=), which it must not',
    ja: '封印では禁じられているフィールドの指定（h=）があります',
  },
  'seal-signed': {
    en: 'a message signature covers a seal, which it must not',
    ja: 'メール署名が、対象にできない封印を含んでいます',
  },
} as const satisfies Record<ArcOwnReason, Phrase>;

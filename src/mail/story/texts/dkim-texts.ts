/**
 * What each step of a DKIM verification says (`protocol/dkim/report.ts`). One entry per key: a new step, reason, result or weakness does
 * not compile before it has its text in both languages. The signatures of ARC use those of keys, header and body too.
 */
import type { KeyAnswer, ReportStep } from '#protocol/dkim/report';
import type { DkimResult, Reason } from '#protocol/dkim/rules';
import type { Weakness } from '#protocol/dkim/weaknesses';
import type { Phrase } from '#mail/story/phrase';

/** Steps whose text stands in another catalogue here, by a word of the step. */
type Worded = 'header-checked' | 'body-hashed' | 'weakness' | 'concluded';

export const DKIM_STEPS = {
  'no-signature': { en: 'There is no DKIM signature.', ja: 'DKIM の署名はありません。' },
  'signatures-left-out': {
    en: 'Signatures beyond these are not looked at: {count}.',
    ja: 'これ以外の署名 {count} 個は確認しません。',
  },
  'signature-read': {
    en: 'There is a signature of {domain}, with the key of selector {selector} ({algorithm}, {canonicalization}), over the fields {signedFields}.',
    ja: '{domain} の署名があります。鍵のセレクターは {selector}（{algorithm}、{canonicalization}）、対象フィールドは {signedFields} です。',
  },
  'key-asked': {
    en: 'Asked the DNS for the key at {name}: {answer}.',
    ja: 'DNS に {name} の鍵を問い合わせました：{answer}。',
  },
  'key-refused': {
    en: 'The record cannot be used: {reason}.',
    ja: 'このレコードは使えません：{reason}。',
  },
  'key-accepted': {
    en: 'The key can be used ({keyType}, {bits} bits).',
    ja: 'この鍵は使えます（{keyType}、{bits} ビット）。',
  },
} as const satisfies Record<Exclude<ReportStep['step'], Worded>, Phrase>;

/** Pieces of steps and of what is around them. */
export const DKIM_PIECES = {
  title: { en: 'DKIM of {file}', ja: '{file} の DKIM' },
  testing: {
    en: 'Its owner says that it is only being tested (t=y).',
    ja: '所有者は、この鍵を試験中としています（t=y）。',
  },
  'header-matches': {
    en: 'The header is as it was signed, with this key ({canonicalization}).',
    ja: 'ヘッダーは、この鍵で署名された時のままです（{canonicalization}）。',
  },
  'header-differs': {
    en: 'The header is not what was signed with this key ({canonicalization}): a signed field has been changed, added or removed, or the signature was made with another key.',
    ja: 'ヘッダーが、この鍵で署名されたものと一致しません（{canonicalization}）。署名対象のフィールドが変更、追加、または削除されたか、別の鍵で署名されています。',
  },
  'body-matches': {
    en: 'The body is as it was signed: its hash is {computed} ({canonicalization}, {octets} octets).',
    ja: '本文は署名された時のままです。ハッシュ値は {computed} です（{canonicalization}、{octets} オクテット）。',
  },
  'body-differs': {
    en: 'The body is not what was signed: its hash is {computed} ({canonicalization}, {octets} octets), the signature says {claimed}.',
    ja: '本文が署名された時と異なります。ハッシュ値は {computed}（{canonicalization}、{octets} オクテット）ですが、署名には {claimed} とあります。',
  },
  uncovered: {
    en: 'The signature leaves out the last {uncovered} octets of it (l=).',
    ja: '署名は末尾の {uncovered} オクテットを対象にしていません（l=）。',
  },
  more: { en: 'and {count} more', ja: 'ほか {count} 個' },
  tag: { en: 'The tag at fault is {tag}=.', ja: '問題のタグは {tag}= です。' },
  'of-domain': { en: 'The signature of {domain}: {said}', ja: '{domain} の署名：{said}' },
} as const satisfies Record<string, Phrase>;

/** What the question for a key brought; in `key-asked`. */
export const DKIM_ANSWERS = {
  records: { en: '{records}', ja: '{records} がありました' },
  none: { en: 'there is none', ja: '鍵はありません' },
  temporary: { en: 'no answer for now ({detail})', ja: '現在は応答が得られません（{detail}）' },
} as const satisfies Record<KeyAnswer['kind'], Phrase>;

export const DKIM_WEAKNESSES = {
  'octets-uncovered': {
    en: 'Anybody may have added or changed the last {octets} octets of the body: the signature does not cover them (l=).',
    ja: '本文の末尾 {octets} オクテットは署名の対象外（l=）のため、誰でも追記や変更ができます。',
  },
  'body-form-uncovered': {
    en: 'With {field} unsigned and the body signed in part, anybody may have changed how the whole body is shown.',
    ja: '本文の一部しか署名されず、{field} も署名の対象外のため、誰でも本文全体の表示を変えられます。',
  },
  'field-uncovered': {
    en: 'Not every {field} field is signed ({signed} of {present}): anybody may have added it.',
    ja: '{field} フィールド {present} 個のうち、署名の対象は {signed} 個です。残りは誰でも追加できます。',
  },
} as const satisfies Record<Weakness['kind'], Phrase>;

/** What a signature comes to; before the reason. */
export const DKIM_RESULTS = {
  pass: {
    en: 'pass: {domain} signed the message, and what it signed is unchanged.',
    ja: 'pass：{domain} が署名したメールで、署名の対象は変更されていません。',
  },
  fail: {
    en: 'fail: what was signed has been changed, or the signature is forged.',
    ja: 'fail：署名の対象が変更されたか、署名が偽造されています。',
  },
  policy: {
    en: 'policy: the signature is not accepted here.',
    ja: 'policy：この署名は受け入れられません。',
  },
  neutral: {
    en: 'neutral: the signature cannot be read.',
    ja: 'neutral：署名を読み取れません。',
  },
  temperror: {
    en: 'temperror: it cannot be said now.',
    ja: 'temperror：現在は判定できません。',
  },
  permerror: {
    en: 'permerror: the signature or its key breaks a rule.',
    ja: 'permerror：署名またはその鍵が規則に反しています。',
  },
} as const satisfies Record<DkimResult, Phrase>;

/** Of a message with several signatures, or none. */
export const DKIM_SUMMARIES = {
  pass: {
    en: 'pass: the message is signed by {domains}.',
    ja: 'pass：{domains} の署名を確認しました。',
  },
  none: { en: 'none: the message has no DKIM signature.', ja: 'none：DKIM の署名がありません。' },
  other: {
    en: '{results}: no signature of the message passes.',
    ja: '{results}：有効な署名がありません。',
  },
} as const satisfies Record<string, Phrase>;

/** Why: each as a part of a sentence. */
export const DKIM_REASONS = {
  'malformed-tag-list': {
    en: 'the field is not a list of tags',
    ja: 'フィールドをタグの一覧として読み取れません',
  },
  'missing-tag': { en: 'a tag is missing that must be there', ja: '必須のタグがありません' },
  'malformed-tag': {
    en: 'a tag has a value that it cannot have',
    ja: 'タグの値が正しくありません',
  },
  'unsupported-version': {
    en: 'it is of a version that nobody knows',
    ja: 'バージョンが未知のものです',
  },
  'unsupported-algorithm': {
    en: 'its algorithm is not one of DKIM',
    ja: '署名アルゴリズムが DKIM のものではありません',
  },
  'unsupported-canonicalization': {
    en: 'its canonicalization is not one of DKIM',
    ja: '正規化の方式が DKIM のものではありません',
  },
  'unsupported-query-method': {
    en: 'its key is to be asked for in a way that nobody knows',
    ja: '鍵の取得方法が未知のものです',
  },
  'signature-too-long': {
    en: 'the field is longer than any honest signature',
    ja: 'フィールドが通常の署名より長すぎます',
  },
  'from-not-signed': {
    en: 'it does not sign From, as every signature must',
    ja: '必須の From フィールドが署名されていません',
  },
  'from-not-covered': {
    en: 'the message has more From fields than it signs, and readers may be shown the other one',
    ja: '署名されていない From フィールドがあり、読み手にそちらが表示されるおそれがあります',
  },
  'domain-mismatch': {
    en: 'it speaks for an identity (i=) outside of its own domain (d=)',
    ja: '署名者（i=）が署名ドメイン（d=）の外にあります',
  },
  sha1: { en: 'SHA-1 is not safe any more', ja: 'SHA-1 はもはや安全ではありません' },
  expired: { en: 'its time is over', ja: '有効期限が切れています' },
  'signed-in-the-future': {
    en: 'it says that it was made in the future',
    ja: '署名の日時が未来になっています',
  },
  'key-unavailable': {
    en: 'the DNS could not be asked for the key',
    ja: '鍵を DNS から取得できません',
  },
  'no-key': {
    en: 'its domain publishes no key under this selector',
    ja: 'このセレクターの鍵が公開されていません',
  },
  'malformed-key-record': {
    en: 'the record is not one of a DKIM key',
    ja: 'DKIM の鍵のレコードとして読み取れません',
  },
  'key-revoked': { en: 'the key has been withdrawn', ja: '鍵が失効しています' },
  'key-for-other-hash': {
    en: 'the key is not for the hash of this signature',
    ja: '鍵がこの署名のハッシュ方式に対応していません',
  },
  'key-for-other-algorithm': {
    en: 'the key is for another algorithm',
    ja: '鍵が別の署名アルゴリズム用です',
  },
  'key-for-other-service': { en: 'the key is not for mail', ja: '鍵がメール用ではありません' },
  'key-for-exact-domain': {
    en: 'the key does not speak for subdomains (t=s)',
    ja: '鍵はサブドメインに使えません（t=s）',
  },
  'unreadable-public-key': {
    en: 'the key in the record cannot be read',
    ja: 'レコードの鍵を読み取れません',
  },
  'key-too-short': {
    en: 'RSA keys under 1024 bits can be broken',
    ja: '1024 ビット未満の RSA 鍵は解読されるおそれがあります',
  },
  'key-too-long': {
    en: 'RSA keys of over 4096 bits, or with a huge exponent, take too long to check',
    ja: '4096 ビットを超えるか、指数が極端に大きい RSA 鍵は、検証に時間がかかりすぎます',
  },
  'key-without-effect': {
    en: 'with the exponent of this RSA key anybody can sign',
    ja: 'この RSA 鍵の指数では、誰でも署名できます',
  },
  'body-hash-mismatch': {
    en: 'the body has been changed since it was signed',
    ja: '本文が署名後に変更されています',
  },
  'body-shorter-than-signed': {
    en: 'the body is shorter than what was signed (l=)',
    ja: '本文が署名された長さ（l=）より短くなっています',
  },
  'signature-mismatch': {
    en: 'the header has been changed since it was signed, or it was signed with another key',
    ja: 'ヘッダーが署名後に変更されたか、別の鍵で署名されています',
  },
} as const satisfies Record<Reason, Phrase>;

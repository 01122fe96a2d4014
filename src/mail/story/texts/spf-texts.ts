/**
 * What each step of an SPF check says (`protocol/spf/report.ts`). One entry per key: a new step, reason or outcome does not compile before
 * it has its text in both languages. What is wrong with a record, and what its owner may mend, is in `spf-record-texts.ts`.
 */
import type {
  ExplanationOutcome,
  LimitName,
  MatchReason,
  SpfIdentity,
  SpfResult,
  SpfStep,
  UnusableDomain,
} from '#protocol/spf/report';
import type { Reason } from '#protocol/spf/rules';
import type { Phrase } from '#mail/story/phrase';

/** Steps whose text stands in another catalogue here, by a word of the step. */
type Worded = 'asked' | 'mechanism' | 'limit-reached' | 'explanation' | 'advice' | 'concluded';

export const SPF_STEPS = {
  identity: {
    en: 'The question is whether {ip} may send for {domain}, which is taken from the {identity}: {sender}.',
    ja: '{ip} が {domain} として送信してよいかを調べます。根拠は{identity}の {sender} です。',
  },
  'domain-unusable': {
    en: '{domain} can have no SPF record: {why}.',
    ja: '{domain} は SPF レコードを持てません：{why}。',
  },
  'record-found': {
    en: 'The SPF record of {domain} is “{record}”.',
    ja: '{domain} の SPF レコードは「{record}」です。',
  },
  'no-record': {
    en: '{domain} publishes no SPF record.',
    ja: '{domain} は SPF レコードを公開していません。',
  },
  'several-records': {
    en: '{domain} publishes {count} SPF records where there may be only one: none of them counts.',
    ja: '{domain} は SPF レコードを {count} 個公開しています。1 個しか許されないため、どれも使えません。',
  },
  'record-malformed': {
    en: 'The record of {domain} cannot be read at “{term}” (character {position}): {problem}. One such error makes the whole record void.',
    ja: '{domain} のレコードは「{term}」（{position} 文字目）が読み取れません：{problem}。誤りが 1 つでもあれば、レコード全体が無効になります。',
  },
  'names-validated': {
    en: 'The names of {ip} are {names}; those that lead back to it: {validated}.',
    ja: '{ip} の名前は {names} です。そのうち元のアドレスに戻るもの：{validated}。',
  },
  'include-entered': {
    en: '“{term}”: the client is judged by the record of {target} too.',
    ja: '「{term}」により、{target} のレコードでも判定します。',
  },
  'include-left': {
    en: 'The record of {target} gives {result}; back to the one of {domain}.',
    ja: '{target} のレコードの判定は {result} です。{domain} のレコードに戻ります。',
  },
  redirected: {
    en: 'Nothing in the record of {domain} matched; “{term}” leaves the answer to the record of {target}.',
    ja: '{domain} のレコードに一致するものはありません。「{term}」により、{target} のレコードに判定を任せます。',
  },
  'no-mechanism-matched': {
    en: 'Nothing in the record of {domain} matched, and it says nothing about the rest: neutral.',
    ja: '{domain} のレコードに一致するものはなく、残りについての指定もないため、neutral とします。',
  },
  'steps-left-out': {
    en: 'Further steps are left out here: {count}.',
    ja: 'これ以降の {count} 個の手順は省略します。',
  },
} as const satisfies Record<Exclude<SpfStep['step'], Worded>, Phrase>;

/** Pieces of steps and of what is around them. */
export const SPF_PIECES = {
  title: { en: 'SPF of {who} for {ip}', ja: '{who} の SPF（{ip} から）' },
  quoted: { en: 'Its explanation: “{explanation}”', ja: 'ドメインの説明：「{explanation}」' },
  match: { en: '“{term}” matches: {reason}.', ja: '「{term}」は一致します：{reason}。' },
  'no-match': {
    en: '“{term}” does not match: {reason}.',
    ja: '「{term}」は一致しません：{reason}。',
  },
  left: {
    en: 'Look-ups left: {lookups}; void ones: {voids}.',
    ja: '残りの問い合わせ回数は {lookups}（空振りは {voids}）です。',
  },
  mapped: {
    en: 'Its IPv4-mapped IPv6 address counts as the IPv4 address.',
    ja: 'IPv4 射影 IPv6 アドレスは IPv4 アドレスとして扱います。',
  },
  ignored: {
    en: 'Beyond the limit and not looked at: {count}.',
    ja: '上限を超えた {count} 個は調べません。',
  },
  more: { en: 'and {count} more', ja: 'ほか {count} 個' },
  nothing: { en: 'none', ja: 'なし' },
  explained: {
    en: '{domain} gives an explanation of its refusal ({term}).',
    ja: '{domain} は拒否の理由を説明しています（{term}）。',
  },
  'explained-cut': {
    en: '{domain} gives a long explanation of its refusal ({term}), of which the beginning is kept.',
    ja: '{domain} は拒否の理由を説明しています（{term}）。長いため、先頭だけを残します。',
  },
  unexplained: {
    en: 'The explanation that {domain} announces ({term}) is left out: {why}.',
    ja: '{domain} が示す説明（{term}）は使いません：{why}。',
  },
} as const satisfies Record<string, Phrase>;

export const SPF_IDENTITIES = {
  mailfrom: { en: 'reverse-path (MAIL FROM)', ja: 'リバースパス（MAIL FROM）' },
  helo: { en: 'name in EHLO', ja: 'EHLO の名前' },
} as const satisfies Record<SpfIdentity, Phrase>;

export const SPF_UNUSABLE_DOMAINS = {
  'address-literal': { en: 'it is an address and no domain', ja: 'ドメインではなくアドレスです' },
  'one-label': { en: 'it has only one label', ja: 'ラベルが 1 つしかありません' },
  malformed: { en: 'it is no domain name', ja: 'ドメイン名として正しくありません' },
} as const satisfies Record<UnusableDomain, Phrase>;

export const SPF_MATCH_REASONS = {
  always: { en: 'it stands for every client', ja: 'すべての接続元を表します' },
  'in-network': {
    en: 'the client is in this network',
    ja: '接続元はこのネットワークに含まれます',
  },
  'outside-network': {
    en: 'the client is not in this network',
    ja: '接続元はこのネットワークに含まれません',
  },
  'other-family': {
    en: 'the client has an address of the other family',
    ja: '接続元のアドレスは別の種類（IPv4 と IPv6）です',
  },
  'address-found': {
    en: 'an address of {target} covers the client',
    ja: '{target} のアドレスが接続元と一致します',
  },
  'address-not-found': {
    en: 'no address of {target} covers the client',
    ja: '{target} のアドレスはどれも接続元と一致しません',
  },
  'nothing-found': {
    en: 'there is no such record of {target}, which counts as a void look-up',
    ja: '{target} に該当するレコードがなく、空振りに数えます',
  },
  'name-found': { en: '{target} has an address', ja: '{target} にはアドレスがあります' },
  'validated-name': {
    en: 'a validated name of the client is in {target}',
    ja: '接続元の確認できた名前が {target} に属しています',
  },
  'no-validated-name': {
    en: 'no validated name of the client is in {target}',
    ja: '接続元の確認できた名前に、{target} に属するものはありません',
  },
  'client-has-no-name': {
    en: 'the address of the client has no name, which counts as a void look-up',
    ja: '接続元のアドレスに名前がなく、空振りに数えます',
  },
  'included-pass': {
    en: 'the record of {target} lets the client send',
    ja: '{target} のレコードが接続元の送信を認めています',
  },
  'included-other': {
    en: 'the record of {target} does not say that the client may send',
    ja: '{target} のレコードは接続元の送信を認めていません',
  },
  'unusable-name': {
    en: 'it comes to {target}, which can be no domain name',
    ja: '展開した {target} はドメイン名として使えません',
  },
  'local-part-not-ascii': {
    en: 'it needs the local part of the sender, which is not ASCII',
    ja: '送信者のローカル部が必要ですが、ASCII ではありません',
  },
} as const satisfies Record<MatchReason, Phrase>;

export const SPF_LIMITS = {
  lookups: {
    en: '“{term}” of {domain} would need one look-up more than the {most} that a check may take: the owner of the record must make do with fewer.',
    ja: '{domain} の「{term}」で、許される問い合わせ回数 {most} を超えます。レコードの管理者は回数を減らす必要があります。',
  },
  'void-lookups': {
    en: '“{term}” of {domain} came to nothing, as more than {most} terms before it: names that are gone must leave the record.',
    ja: '{domain} の「{term}」で、空振りが許される回数 {most} を超えました。存在しない名前はレコードから除く必要があります。',
  },
  'mx-names': {
    en: '“{term}” of {domain} leads to more than {most} mail exchanges, which is not allowed.',
    ja: '{domain} の「{term}」が指すメールサーバーは、許される {most} 台を超えています。',
  },
} as const satisfies Record<LimitName, Phrase>;

export const SPF_EXPLANATIONS = {
  'unusable-name': {
    en: 'its name can be no domain name',
    ja: '説明の置き場所がドメイン名として使えません',
  },
  'not-answered': { en: 'it could not be looked up', ja: '問い合わせに失敗しました' },
  'no-record': { en: 'it is not there', ja: '説明がありません' },
  'several-records': { en: 'there is more than one', ja: '説明が複数あります' },
  'not-ascii': { en: 'it is not printable ASCII', ja: '表示できる ASCII ではありません' },
  malformed: { en: 'a macro in it is wrong', ja: 'マクロに誤りがあります' },
  empty: { en: 'it is empty', ja: '空です' },
} as const satisfies Record<Exclude<ExplanationOutcome, 'used' | 'cut'>, Phrase>;

export const SPF_RESULTS = {
  none: {
    en: 'none: {domain} does not say who may send for it.',
    ja: 'none：{domain} は、誰が送信してよいかを示していません。',
  },
  neutral: {
    en: 'neutral: {domain} neither allows nor forbids {ip} to send.',
    ja: 'neutral：{domain} は、{ip} からの送信を認めも禁じもしていません。',
  },
  pass: {
    en: 'pass: {domain} allows {ip} to send.',
    ja: 'pass：{domain} は、{ip} からの送信を認めています。',
  },
  fail: {
    en: 'fail: {domain} does not allow {ip} to send.',
    ja: 'fail：{domain} は、{ip} からの送信を認めていません。',
  },
  softfail: {
    en: 'softfail: {domain} does not think that {ip} may send, but does not forbid it.',
    ja: 'softfail：{domain} は、{ip} からの送信をおそらく不正としていますが、禁じてはいません。',
  },
  temperror: {
    en: 'temperror: what {domain} says could not be found out now; it may be later.',
    ja: 'temperror：{domain} の指定を今は調べられませんでした。後で調べられるかもしれません。',
  },
  permerror: {
    en: 'permerror: what {domain} publishes is wrong, and must be mended by its owner.',
    ja: 'permerror：{domain} の公開内容に誤りがあり、管理者による修正が必要です。',
  },
} as const satisfies Record<SpfResult, Phrase>;

/** After the result: why it is none better. */
export const SPF_REASONS = {
  'domain-unusable': {
    en: 'It is no domain that can have a record.',
    ja: 'レコードを持てるドメインではありません。',
  },
  'no-record': { en: 'There is no record.', ja: 'レコードがありません。' },
  'several-records': {
    en: 'There are several records where only one may be.',
    ja: '1 個だけのはずのレコードが複数あります。',
  },
  'record-malformed': {
    en: 'A record cannot be read.',
    ja: '読み取れないレコードがあります。',
  },
  'too-many-lookups': {
    en: 'The record needs too many look-ups.',
    ja: 'レコードに必要な問い合わせが多すぎます。',
  },
  'too-many-void-lookups': {
    en: 'Too many names in the record do not exist.',
    ja: 'レコードに存在しない名前が多すぎます。',
  },
  'too-many-mx-names': {
    en: 'The record leads to too many mail exchanges.',
    ja: 'レコードが指すメールサーバーが多すぎます。',
  },
  'included-without-record': {
    en: 'The record includes a domain that has none.',
    ja: 'レコードを持たないドメインを include しています。',
  },
  'redirected-without-record': {
    en: 'The record redirects to a domain that has none.',
    ja: 'レコードを持たないドメインに redirect しています。',
  },
  'dns-failed': { en: 'The DNS gave no answer.', ja: 'DNS から応答が得られませんでした。' },
  'time-is-up': { en: 'The time was up.', ja: '時間切れになりました。' },
} as const satisfies Record<Reason, Phrase>;

/**
 * What each step of a DMARC judgement says (`protocol/dmarc/report.ts`), and what the owner of a record may mend. One entry per key: a
 * new step, reason or remark does not compile before it has its text in both languages.
 */
import type { AdviceKind } from '#protocol/dmarc/advice';
import type {
  AlignmentReason,
  DmarcResult,
  DmarcStep,
  OrganizationalReason,
  PolicySource,
  RecordAnswer,
} from '#protocol/dmarc/report';
import type { Policy } from '#protocol/dmarc/record';
import type { Phrase } from '#mail/story/phrase';

/** Steps whose text depends on a word in them. */
type Worded = 'policy-found' | 'policy-unusable' | 'existence' | 'identifier' | 'concluded';

export const DMARC_STEPS = {
  'no-domain': {
    en: '“{domain}” is no domain name: nobody can publish a policy for it.',
    ja: '「{domain}」はドメイン名ではないため、ポリシーを公開できません。',
  },
  asked: {
    en: 'Asked for the DMARC record at {name}: {answer}.',
    ja: '{name} の DMARC レコードを問い合わせました：{answer}。',
  },
  walked: {
    en: 'The tree walk came by {visited}: the organizational domain of {domain} is {organizationalDomain}, {because}.',
    ja: 'ツリーウォーク（{visited}）の結果、{domain} の組織ドメインは {organizationalDomain} です（{because}）。',
  },
  'walk-broken': {
    en: 'The tree walk from {domain} could not go on at {at}: its organizational domain is not known.',
    ja: '{domain} からのツリーウォークは {at} で続けられず、組織ドメインが分かりません。',
  },
  'no-policy': {
    en: 'No record applies to {domain}: DMARC says nothing about its mail.',
    ja: '{domain} に適用されるレコードがありません。DMARC による判定は行われません。',
  },
  'policy-chosen': {
    en: 'The policy is {policy}, from the tag {tag}.',
    ja: 'ポリシーはタグ {tag} の {policy} です。',
  },
  'test-mode': {
    en: 'The record is in test mode (t=y): instead of {published} one step less holds, {policy}.',
    ja: 'テストモード（t=y）のため、{published} より 1 段階弱い {policy} を適用します。',
  },
  'no-identifier': {
    en: 'Neither SPF nor DKIM names a domain that could be compared.',
    ja: 'SPF にも DKIM にも、照合できるドメインがありません。',
  },
} as const satisfies Record<Exclude<DmarcStep['step'], Worded>, Phrase>;

/** Beside those of any look-up (`ANSWER_TEXTS`). */
export const DMARC_ANSWERS = {
  record: { en: '“{text}”', ja: '「{text}」' },
  'no-record': {
    en: 'TXT records there: {others}, none of them of DMARC',
    ja: 'TXT レコードは {others} 個ありますが、DMARC のものはありません',
  },
  several: {
    en: '{count} records where there may be one, so that none of them counts',
    ja: 'レコードが {count} 個あります。1 個しか許されないため、どれも使えません',
  },
  'too-long': {
    en: 'the name is too long to exist',
    ja: '名前が長すぎるため、存在し得ません',
  },
  'over-limit': {
    en: 'not asked, since too many questions were asked for this message already',
    ja: 'このメッセージの問い合わせ数が上限に達したため、問い合わせていません',
  },
} as const satisfies Record<
  Exclude<RecordAnswer['kind'], 'failure' | 'no-data' | 'nxdomain'>,
  Phrase
>;

export const DMARC_ORGANIZATIONS = {
  'psd-n': {
    en: 'since its record says so (psd=n)',
    ja: 'レコードに psd=n の指定あり',
  },
  'below-psd-y': {
    en: 'one label below a public suffix (psd=y)',
    ja: '公開サフィックス（psd=y）の 1 つ下',
  },
  'fewest-labels': {
    en: 'the shortest name with a record',
    ja: 'レコードのある最も短い名前',
  },
  'no-record': {
    en: 'the name itself, since there is no record on the way',
    ja: '途中にレコードがないため、その名前自身',
  },
} as const satisfies Record<OrganizationalReason, Phrase>;

export const DMARC_SOURCES = {
  author: {
    en: 'The record of {policyDomain} itself applies.',
    ja: '{policyDomain} 自身のレコードを適用します。',
  },
  organizational: {
    en: 'The record of the organizational domain, {policyDomain}, applies.',
    ja: '組織ドメイン {policyDomain} のレコードを適用します。',
  },
  'public-suffix': {
    en: 'The organization has no record, so that of its public suffix, {policyDomain}, applies.',
    ja: '組織のレコードがないため、公開サフィックス {policyDomain} のレコードを適用します。',
  },
} as const satisfies Record<PolicySource, Phrase>;

export const DMARC_UNUSABLE = {
  absent: {
    en: 'The record has no tag {tag}.',
    ja: 'レコードにタグ {tag} がありません。',
  },
  invalid: {
    en: 'The tag {tag} of the record has no valid value.',
    ja: 'レコードのタグ {tag} の値が正しくありません。',
  },
  reports: {
    en: 'Since it says where reports go, it counts as p=none.',
    ja: 'レポートの送付先があるため、p=none とみなします。',
  },
  nothing: {
    en: 'Since it does not say where reports go either, DMARC is not applied.',
    ja: 'レポートの送付先もないため、DMARC を適用しません。',
  },
} as const satisfies Record<'absent' | 'invalid' | 'reports' | 'nothing', Phrase>;

export const DMARC_EXISTENCE = {
  true: {
    en: 'The name {domain} exists: the tag np is not for it.',
    ja: '{domain} という名前は存在するため、タグ np の対象ではありません。',
  },
  false: {
    en: 'The name {domain} does not exist: the tag np is for it.',
    ja: '{domain} という名前は存在しないため、タグ np の対象です。',
  },
  unknown: {
    en: 'Whether the name {domain} exists could not be found out: the milder policy is taken.',
    ja: '{domain} という名前が存在するか確認できないため、弱いほうのポリシーを使います。',
  },
} as const satisfies Record<'true' | 'false' | 'unknown', Phrase>;

/** What was compared: SPF, or a signature. */
export const DMARC_IDENTIFIERS = {
  spf: { en: 'SPF ({result}) for {domain}', ja: '{domain} の SPF（{result}）' },
  dkim: { en: 'DKIM ({result}) for {domain}', ja: '{domain} の DKIM（{result}）' },
} as const satisfies Record<'spf' | 'dkim', Phrase>;

/** How it stands to the author. */
export const DMARC_ALIGNMENTS = {
  identical: {
    en: '{identifier} is aligned: it is the domain of the author.',
    ja: '{identifier}は整合します：差出人のドメインと同じです。',
  },
  'same-organization': {
    en: '{identifier} is aligned: it is of the same organization, {organizationalDomain}.',
    ja: '{identifier}は整合します：同じ組織（{organizationalDomain}）のドメインです。',
  },
  'not-passed': {
    en: '{identifier} does not count, since it did not pass.',
    ja: '{identifier}は pass ではないため、対象になりません。',
  },
  'no-domain': {
    en: '{identifier} does not count: that is no domain name.',
    ja: '{identifier}は、ドメイン名ではないため対象になりません。',
  },
  'not-identical': {
    en: '{identifier} is not aligned: it is not the very domain of the author, which the record wants (strict).',
    ja: '{identifier}は整合しません：差出人のドメインと同一ではありません（レコードが strict を指定）。',
  },
  'other-organization': {
    en: '{identifier} is not aligned: it is of another organization than the author.',
    ja: '{identifier}は整合しません：差出人とは別の組織のドメインです。',
  },
  unknown: {
    en: 'Whether {identifier} is aligned is not known, since the DNS did not answer.',
    ja: '{identifier}が整合するかどうかは、DNS の応答がないため不明です。',
  },
  'over-limit': {
    en: 'Whether {identifier} is aligned was not looked at: too much would have to be asked.',
    ja: '{identifier}が整合するかどうかは、問い合わせが多すぎるため確認していません。',
  },
} as const satisfies Record<AlignmentReason, Phrase>;

export const DMARC_RESULTS = {
  pass: {
    en: 'DMARC passes: the mail belongs to the domain that it names as its author.',
    ja: 'DMARC は pass です。メールは差出人として示されたドメインのものです。',
  },
  fail: {
    en: 'DMARC fails: nothing shows that the mail belongs to the domain of its author. What the domain asks for: {policy}.',
    ja: 'DMARC は fail です。メールが差出人のドメインのものだと示すものがありません。ドメインの求める扱い：{policy}。',
  },
  none: {
    en: 'DMARC does not apply (none).',
    ja: 'DMARC は適用されません（none）。',
  },
  temperror: {
    en: 'DMARC could not be judged now, since the DNS did not say what was needed (temperror).',
    ja: '必要な DNS の応答が得られず、DMARC を判定できませんでした（temperror）。',
  },
  permerror: {
    en: 'DMARC cannot be judged: the record is broken, or too much would have to be asked (permerror).',
    ja: 'レコードに誤りがあるか、問い合わせが多すぎるため、DMARC を判定できません（permerror）。',
  },
} as const satisfies Record<DmarcResult, Phrase>;

export const DMARC_POLICIES = {
  none: { en: 'nothing (none)', ja: 'なし（none）' },
  quarantine: { en: 'to set such mail apart (quarantine)', ja: '隔離（quarantine）' },
  reject: { en: 'to refuse such mail (reject)', ja: '拒否（reject）' },
} as const satisfies Record<Policy, Phrase>;

/** What `dmarc check` says where no identifiers were given. */
export const DMARC_CHECK = {
  title: { en: 'DMARC of {domain}', ja: '{domain} の DMARC' },
  policy: {
    en: 'For mail in the name of {domain} that fails, the record at {policyDomain} asks for: {policy}.',
    ja: '{domain} を名乗り DMARC に失敗したメールについて、{policyDomain} のレコードが求める扱い：{policy}。',
  },
} as const satisfies Record<string, Phrase>;

/** What to mend. */
export const DMARC_ADVICE = {
  'no-record': {
    en: 'Anybody can write in the name of {value}. A beginning that only watches is a TXT record at _dmarc.{value}: v=DMARC1; p=none; rua=mailto:ADDRESS',
    ja: '{value} は誰でも名乗ることができます。まず観察だけを始めるには、_dmarc.{value} に次の TXT レコードを公開してください：v=DMARC1; p=none; rua=mailto:アドレス',
  },
  'policy-none': {
    en: 'With p=none, forged mail is delivered like any other: right for watching, no protection.',
    ja: 'p=none では、なりすましメールも通常どおり配送されます。観察には適しますが、保護にはなりません。',
  },
  'no-reports': {
    en: 'The record names no address for aggregate reports (rua): nobody tells you who sends in your name.',
    ja: '集計レポートの送付先（rua）がないため、誰が自ドメインを名乗って送信しているか知らされません。',
  },
  'test-mode': {
    en: 'Test mode (t=y) weakens the policy by one step: remove it once all your mail passes.',
    ja: 'テストモード（t=y）はポリシーを 1 段階弱めます。自分のメールがすべて pass になったら外してください。',
  },
  'weaker-sp': {
    en: 'Subdomains are protected less than the domain itself (sp): forgers use subdomains.',
    ja: 'サブドメインの保護がドメイン自身より弱くなっています（sp）。なりすましにはサブドメインも使われます。',
  },
  'weaker-np': {
    en: 'Names that do not exist are protected less than those that do (np): no honest mail comes from them.',
    ja: '存在しない名前の保護が、存在する名前より弱くなっています（np）。存在しない名前から正当なメールは届きません。',
  },
  'psd-ruf': {
    en: 'A public suffix (psd=y) must not ask for failure reports (ruf) on the mail of its registrants.',
    ja: '公開サフィックス（psd=y）は、登録者のメールの失敗レポート（ruf）を求めてはなりません。',
  },
  'bad-value': {
    en: '“{tag}={value}” has no valid value: its default holds.',
    ja: '「{tag}={value}」は値が正しくないため、既定値とみなされます。',
  },
  repeated: {
    en: 'The tag {tag} stands more than once, so that none of its values counts.',
    ja: 'タグ {tag} が複数あるため、どの値も使われません。',
  },
  'bad-uri': {
    en: 'In {tag}, “{value}” is no URI: write mailto:address.',
    ja: '{tag} の「{value}」は URI ではありません。mailto:アドレス の形で書いてください。',
  },
  size: {
    en: 'In {tag}, the size in “{value}” is obsolete and ignored.',
    ja: '{tag} の「{value}」にあるサイズ指定は廃止されており、無視されます。',
  },
  'too-many-uris': {
    en: 'The tag {tag} names more addresses than anybody reports to.',
    ja: 'タグ {tag} の送付先が多すぎます。',
  },
  removed: {
    en: '“{tag}={value}” was removed from DMARC by RFC 9989: it means nothing any more.',
    ja: '「{tag}={value}」は RFC 9989 で DMARC から廃止され、意味を持ちません。',
  },
  unknown: {
    en: 'DMARC has no tag {tag}: it is ignored.',
    ja: 'DMARC に {tag} というタグはないため、無視されます。',
  },
  'no-tag': {
    en: '“{value}” is no tag: it is ignored.',
    ja: '「{value}」はタグではないため、無視されます。',
  },
  'upper-case': {
    en: 'Write the tag {tag} in lower case: not everybody reads it otherwise.',
    ja: 'タグ {tag} は小文字で書いてください。大文字では読まない受信側もあります。',
  },
  'fo-without-ruf': {
    en: 'The tag fo means nothing without ruf.',
    ja: 'タグ fo は ruf がなければ意味を持ちません。',
  },
} as const satisfies Record<AdviceKind, Phrase>;

/**
 * What each step of the decision on TLS says (`mail/tls-policy/steps.ts`), and how sessions went by it. A new step, result or reason does not
 * compile before it has its text in both languages.
 */
import type { ExchangeFailure } from '#clients/https/exchange';
import type { NoDane, TlsStep } from '#mail/tls-policy/steps';
import type { StsMode, StsPolicyFault } from '#protocol/mta-sts/policy-file';
import type { StsRecordFault } from '#protocol/mta-sts/record';
import type { PolicyType, ResultType } from '#protocol/tlsrpt/results';
import type { Phrase } from '#mail/story/phrase';

export const TLS_STEPS = {
  'tls.configured': {
    en: 'The route set by the operator says what TLS must be; policies of {domain} are not looked for.',
    ja: 'TLS の条件は管理者が設定した経路に従い、{domain} のポリシーは調べません。',
  },
  'tls.no-dane': {
    en: 'No DANE for {hosts}: {why}.',
    ja: '{hosts} には DANE を使いません（{why}）。',
  },
  'tls.dane': {
    en: '{host} has TLSA records at {name}, signed by DNSSEC: {records}.',
    ja: '{host} には DNSSEC で署名された TLSA レコードが {name} にあります：{records}。',
  },
  'tls.dane-unusable': {
    en: '{host} has TLSA records at {name}, none of which SMTP can use ({records}): TLS is required, whatever the certificate.',
    ja: '{name} にある {host} の TLSA レコードは、どれも SMTP では使えません（{records}）。証明書は問わず、TLS を必須とします。',
  },
  'tls.dane-failed': {
    en: 'The TLSA records of {host} at {name} could not be looked up ({answer}): nothing is sent to that host, since an attacker may be holding them back.',
    ja: '{name} にある {host} の TLSA レコードを調べられませんでした（{answer}）。攻撃者が隠しているおそれがあるため、このホストには送信しません。',
  },
  'tls.sts-none': {
    en: '{domain} publishes no MTA-STS record.',
    ja: '{domain} は MTA-STS のレコードを公開していません。',
  },
  'tls.sts-record-unread': {
    en: 'The MTA-STS record of {domain} could not be looked up: {answer}.',
    ja: '{domain} の MTA-STS レコードを調べられませんでした：{answer}。',
  },
  'tls.sts-record-invalid': {
    en: 'The MTA-STS record of {domain} does not count: {fault}.',
    ja: '{domain} の MTA-STS レコードは無効です（{fault}）。',
  },
  'tls.sts-fetch-failed': {
    en: 'The MTA-STS policy of {domain} could not be fetched: {reason} ({detail}).',
    ja: '{domain} の MTA-STS ポリシーを取得できませんでした：{reason}（{detail}）。',
  },
  'tls.sts-policy': {
    en: '{domain} has an MTA-STS policy ({from}, id {id}, valid until {until}): {mode}; mail exchanges {mx}.',
    ja: '{domain} の MTA-STS ポリシー（{from}、id {id}、{until} まで有効）：{mode}。メールサーバーは {mx}。',
  },
  'tls.sts-without': {
    en: 'There is no earlier MTA-STS policy of {domain} either, so none is applied.',
    ja: '以前に取得した {domain} の MTA-STS ポリシーもないため、適用しません。',
  },
  'tls.sts-host-refused': {
    en: '{host} is not named by the MTA-STS policy of {domain}: nothing is sent to it.',
    ja: '{host} は {domain} の MTA-STS ポリシーに含まれないため、送信しません。',
  },
  'tls.sts-host-unnamed': {
    en: '{host} is not named by the MTA-STS policy of {domain}, which is only being tested: it is used, and reported.',
    ja: '{host} は {domain} の MTA-STS ポリシーに含まれませんが、試験中のポリシーのため、送信して報告だけします。',
  },
  'tls.held-to-dane': {
    en: 'TLS with a certificate that matches the TLSA records is required of {hosts}.',
    ja: '{hosts} には、TLSA レコードと一致する証明書での TLS を必須とします。',
  },
  'tls.held-to-sts': {
    en: 'TLS with a certificate for its name, from an authority that is trusted, is required of {hosts}.',
    ja: '{hosts} には、信頼できる認証局が発行した、名前の一致する証明書での TLS を必須とします。',
  },
  'tls.held-to-tls': {
    en: 'TLS is required of {hosts}, whatever the certificate.',
    ja: '{hosts} には TLS を必須とします（証明書は問いません）。',
  },
  'tls.watched-by-sts': {
    en: 'TLS is tried with {hosts}; what the policy would refuse is only reported.',
    ja: '{hosts} とは TLS を試みます。ポリシーに反していても、報告だけして送信します。',
  },
  'tls.opportunistic': {
    en: 'TLS is used with {hosts} where it is offered; nobody requires it.',
    ja: '{hosts} とは、提供されていれば TLS を使います。必須とするポリシーはありません。',
  },
  'tls.author-requires': {
    en: 'The author requires TLS on the whole way (REQUIRETLS): only a host that is proven, and that promises the same, gets the message.',
    ja: '送信者が全経路での TLS を求めています（REQUIRETLS）。身元を確認でき、同じことを約束するホストにだけ渡します。',
  },
  'tls.author-waives': {
    en: 'The author asks for delivery whatever TLS is (TLS-Required: No): policies are left aside for this message.',
    ja: '送信者が TLS の有無を問わない配送を求めているため（TLS-Required: No）、このメッセージにはポリシーを適用しません。',
  },
  'tls.author-requires-notice': {
    en: 'The message that this notice is about asked for TLS on the whole way: the notice asks for it where it is offered, and holds the header alone.',
    ja: 'この通知の対象は全経路での TLS を求めるメッセージです。通知も、提供されていれば同じことを求め、ヘッダーだけを載せます。',
  },
  'tls.no-host-fit': {
    en: 'No host can be proven to be a mail exchange of the domain, by DNSSEC or MTA-STS.',
    ja: 'DNSSEC でも MTA-STS でも、ドメインのメールサーバーと確認できるホストがありません。',
  },
} as const satisfies Record<TlsStep['key'], Phrase>;

export const NO_DANE = {
  resolver: {
    en: 'the resolver is not trusted to say what DNSSEC validated',
    ja: 'リゾルバーが、DNSSEC の検証結果について信頼されていません',
  },
  insecure: {
    en: 'the mail exchanges or their addresses are not signed by DNSSEC',
    ja: 'メールサーバーの名前かアドレスが DNSSEC で署名されていません',
  },
  none: {
    en: 'signed by DNSSEC, but there are no TLSA records',
    ja: 'DNSSEC で署名されていますが、TLSA レコードがありません',
  },
  'insecure-records': {
    en: 'the TLSA records are not signed by DNSSEC',
    ja: 'TLSA レコードが DNSSEC で署名されていません',
  },
} as const satisfies Record<NoDane, Phrase>;

export const STS_MODES = {
  enforce: {
    en: 'enforce, what does not fit is refused',
    ja: 'enforce（合わないものには送信しない）',
  },
  testing: {
    en: 'testing, what does not fit is only reported',
    ja: 'testing（合わなくても報告だけする）',
  },
  none: { en: 'none, the policy was taken back', ja: 'none（ポリシーは取り下げられた）' },
} as const satisfies Record<StsMode, Phrase>;

export const STS_ORIGINS = {
  fetched: { en: 'fetched now', ja: '今回取得' },
  cache: { en: 'fetched before', ja: '取得済み' },
} as const satisfies Record<'fetched' | 'cache', Phrase>;

export const STS_RECORD_FAULTS = {
  'no-fields': { en: 'it has nothing but its version', ja: 'バージョンしか書かれていません' },
  'empty-field': { en: 'a semicolon too many', ja: 'セミコロンが余分にあります' },
  'malformed-field': { en: 'a field that cannot be read', ja: '読み取れない項目があります' },
  'no-id': { en: 'it has no id', ja: 'id がありません' },
  'malformed-id': {
    en: 'its id is not 1 to 32 letters and digits',
    ja: 'id が 1〜32 文字の英数字ではありません',
  },
  'several-records': { en: 'there are several', ja: 'レコードが複数あります' },
} as const satisfies Record<StsRecordFault, Phrase>;

/** Why a policy could not be had: from the policy host, or from what it sent. */
export const STS_FETCH_FAULTS = {
  'look-up': {
    en: 'the policy host could not be looked up',
    ja: 'ポリシーホストのアドレスを調べられませんでした',
  },
  'no-address': {
    en: 'the policy host has no address',
    ja: 'ポリシーホストにアドレスがありません',
  },
  'private-address': {
    en: 'the policy host has no public address',
    ja: 'ポリシーホストに公開アドレスがありません',
  },
  connect: {
    en: 'the policy host could not be reached',
    ja: 'ポリシーホストに接続できませんでした',
  },
  tls: {
    en: 'the TLS handshake with the policy host failed',
    ja: 'ポリシーホストとの TLS ハンドシェイクに失敗しました',
  },
  certificate: {
    en: 'the certificate of the policy host is not valid',
    ja: 'ポリシーホストの証明書が有効ではありません',
  },
  status: {
    en: 'the policy host did not answer with 200',
    ja: 'ポリシーホストが 200 で応答しませんでした',
  },
  'media-type': { en: 'the policy is not text/plain', ja: 'ポリシーが text/plain ではありません' },
  'too-large': { en: 'the policy is larger than 64 KB', ja: 'ポリシーが 64 KB を超えています' },
  protocol: {
    en: 'the policy host does not speak HTTP as it must',
    ja: 'ポリシーホストの HTTP 応答が正しくありません',
  },
  'timed-out': {
    en: 'the policy host took too long',
    ja: 'ポリシーホストが時間内に応答しませんでした',
  },
  'not-utf8': { en: 'the policy is no text', ja: 'ポリシーがテキストではありません' },
  'malformed-line': {
    en: 'a line of the policy cannot be read',
    ja: 'ポリシーに読み取れない行があります',
  },
  'malformed-extension': {
    en: 'a further field of the policy cannot be read',
    ja: 'ポリシーに読み取れない拡張項目があります',
  },
  'no-version': { en: 'the policy has no version', ja: 'ポリシーに version がありません' },
  'other-version': {
    en: 'the policy is of another version',
    ja: 'ポリシーの version が異なります',
  },
  'no-mode': { en: 'the policy has no mode', ja: 'ポリシーに mode がありません' },
  'unknown-mode': { en: 'the mode of the policy is unknown', ja: 'ポリシーの mode が不明です' },
  'no-max-age': { en: 'the policy has no max_age', ja: 'ポリシーに max_age がありません' },
  'malformed-max-age': {
    en: 'max_age of the policy is no number',
    ja: 'ポリシーの max_age が数値ではありません',
  },
  'no-mx': { en: 'the policy names no mail exchange', ja: 'ポリシーに mx がありません' },
  'malformed-mx': {
    en: 'a mail exchange of the policy is no host name',
    ja: 'ポリシーの mx がホスト名として正しくありません',
  },
  'too-many-mx': {
    en: 'the policy names too many mail exchanges',
    ja: 'ポリシーの mx が多すぎます',
  },
} as const satisfies Record<ExchangeFailure | StsPolicyFault, Phrase>;

export const POLICY_TYPES = {
  tlsa: { en: 'DANE, by its TLSA records', ja: 'DANE の TLSA レコード' },
  sts: { en: 'MTA-STS, by the word of its domain', ja: 'ドメインの MTA-STS' },
  'no-policy-found': { en: 'no policy', ja: 'ポリシーなし' },
} as const satisfies Record<PolicyType, Phrase>;

export const TLS_RESULTS = {
  'starttls-not-supported': { en: 'it offers no STARTTLS', ja: 'STARTTLS が提供されていません' },
  'certificate-host-mismatch': {
    en: 'its certificate is for another name',
    ja: '証明書の名前が一致しません',
  },
  'certificate-expired': { en: 'its certificate has expired', ja: '証明書の期限が切れています' },
  'certificate-not-trusted': {
    en: 'nothing that is trusted vouches for its certificate',
    ja: '証明書を信頼できる根拠がありません',
  },
  'validation-failure': { en: 'TLS did not go as it must', ja: 'TLS の検証に失敗しました' },
  'tlsa-invalid': {
    en: 'none of its TLSA records can be used',
    ja: '使える TLSA レコードがありません',
  },
  'dnssec-invalid': {
    en: 'its TLSA records could not be validated',
    ja: 'TLSA レコードを検証できません',
  },
  'dane-required': {
    en: 'it has no TLSA records, and they are required',
    ja: '必須の TLSA レコードがありません',
  },
  'sts-policy-fetch-error': {
    en: 'the MTA-STS policy could not be fetched',
    ja: 'MTA-STS ポリシーを取得できません',
  },
  'sts-policy-invalid': {
    en: 'the MTA-STS policy is not well-formed',
    ja: 'MTA-STS ポリシーの形式が正しくありません',
  },
  'sts-webpki-invalid': {
    en: 'the certificate of the policy host is not valid',
    ja: 'ポリシーホストの証明書が有効ではありません',
  },
} as const satisfies Record<ResultType, Phrase>;

/** What `tls policy` answers in one sentence. */
export const TLS_DECISIONS = {
  title: { en: 'TLS with {domain}', ja: '{domain} との TLS' },
  dane: {
    en: 'Mail goes to {hosts} only under TLS with a certificate that matches their TLSA records (DANE).',
    ja: '{hosts} には、TLSA レコードと一致する証明書での TLS でだけ送信します（DANE）。',
  },
  sts: {
    en: 'Mail goes to {hosts} only under TLS with a valid certificate for their names (MTA-STS, enforce).',
    ja: '{hosts} には、名前の一致する有効な証明書での TLS でだけ送信します（MTA-STS、enforce）。',
  },
  tls: {
    en: 'Mail goes to {hosts} only under TLS, whatever the certificate.',
    ja: '{hosts} には TLS でだけ送信します（証明書は問いません）。',
  },
  testing: {
    en: 'Mail goes to {hosts} whatever TLS is; what the policy would refuse is reported (MTA-STS, testing).',
    ja: '{hosts} には TLS の状態にかかわらず送信し、ポリシーに反することは報告します（MTA-STS、testing）。',
  },
  opportunistic: {
    en: 'Mail goes to {hosts} under TLS where it is offered, else in clear: nothing protects it from somebody in between.',
    ja: '{hosts} には、提供されていれば TLS で、なければ平文で送信します。途中の攻撃者からは守られません。',
  },
  configured: {
    en: 'Mail goes to {hosts} by a route of this server, on its terms: {tls}.',
    ja: '{hosts} には、このサーバーに設定された経路の条件で送信します：{tls}。',
  },
  refused: {
    en: 'Mail waits: {text}.',
    ja: '送信を見合わせます：{text}。',
  },
  unrouted: {
    en: 'No mail can be sent there: no host was found to connect to.',
    ja: '接続先のホストが見つからないため、送信できません。',
  },
} as const satisfies Record<string, Phrase>;

/** What came of it, in `attempt.tls`. */
export const TLS_SESSIONS = {
  well: {
    rfc: 'RFC 8460 §4.2',
    en: 'TLS with {host} is as its policy has it ({policy}): {tls}.',
    ja: '{host} との TLS はポリシー（{policy}）のとおりです：{tls}。',
  },
  refused: {
    rfc: 'RFC 8460 §4.3',
    en: 'TLS with {host} breaks its policy ({policy}): {result}. Nothing was sent to it.',
    ja: '{host} との TLS がポリシー（{policy}）に反しています：{result}。送信しませんでした。',
  },
  reported: {
    rfc: 'RFC 8460 §4.3',
    en: 'TLS with {host} is not what it should be ({policy}): {result}. The mail goes there all the same, and it is reported.',
    ja: '{host} との TLS に問題があります（{policy}）：{result}。それでも送信し、報告します。',
  },
} as const satisfies Record<'well' | 'refused' | 'reported', Phrase>;

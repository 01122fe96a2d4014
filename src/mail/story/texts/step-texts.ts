/**
 * What each step of a routing decision says. One entry per key of `RouteStep`: a new step does not compile before it
 * has its text in both languages. The RFC section comes with the step itself, where the rule was applied.
 */
import type { FailureCause } from '#protocol/dns/resolver';
import type { TlsPolicy } from '#clients/smtp/peer';
import type { RouteStep, SkipReason } from '#mail/queue/route/steps';
import type { Phrase } from '#mail/story/phrase';

export const STEP_TEXTS = {
  'route.none-configured': {
    en: 'No route is set for {domain}, and without one nothing leaves this machine: held until `route set`.',
    ja: '{domain} の経路が設定されていません。設定がなければこのマシンの外へは送信しないため、`route set` まで保留します。',
  },
  'route.configured': {
    en: 'A route set for {match} names {host}, port {port} ({tls}): the DNS is not asked for mail exchanges.',
    ja: '{match}に設定された経路に従い、{host} のポート {port} に送ります（{tls}）。DNS の MX は調べません。',
  },
  'route.address-literal': {
    en: '{literal} is an address and no domain: without a route for it, nothing is sent there.',
    ja: '{literal} はドメインではなくアドレスです。経路の設定がないため、送信しません。',
  },
  'route.asked': {
    en: 'Asked the DNS for {type} of {name}: {answer}.',
    ja: 'DNS に {name} の {type} を問い合わせました：{answer}。',
  },
  'route.domain-is-alias': {
    en: '{name} is an alias (CNAME): {target} is taken in its place.',
    ja: '{name} は別名（CNAME）のため、代わりに {target} を使います。',
  },
  'route.null-mx': {
    en: 'The domain says that it takes no mail (null MX).',
    ja: 'このドメインはメールを受け取らないと宣言しています（null MX）。',
  },
  'route.null-mx-ignored': {
    en: 'A null MX beside other MX records means nothing and is left out.',
    ja: 'ほかの MX レコードと並ぶ null MX には意味がないため、無視します。',
  },
  'route.implicit-mx': {
    en: 'There is no MX record: {name} itself counts as the mail exchange.',
    ja: 'MX レコードがないため、{name} 自身をメールサーバーとみなします。',
  },
  'route.mx-is-address': {
    en: 'The MX record names the address {exchange} where a host name must stand: left out.',
    ja: 'MX レコードにホスト名ではなくアドレス {exchange} が書かれているため、除外します。',
  },
  'route.mx-is-no-host-name': {
    en: 'The MX record names {exchange}, which can be no host name: left out.',
    ja: 'MX レコードの {exchange} はホスト名として正しくないため、除外します。',
  },
  'route.mx-is-alias': {
    en: 'The mail exchange {exchange} is an alias of {target}, which it must not be: tolerated.',
    ja: 'メールサーバー {exchange} は {target} の別名（CNAME）です。規則に反しますが、そのまま使います。',
  },
  'route.order': {
    en: 'Hosts in the order in which they are tried: {hosts}.',
    ja: '次の順にホストを試します：{hosts}。',
  },
  'route.own-host': {
    en: '{name} (preference {preference}) is this server itself: hosts of this preference and worse would send the mail in a circle and are left out ({leftOut}).',
    ja: '{name}（優先度 {preference}）はこのサーバー自身です。ループを避けるため、同じ優先度以下のホストを除外します（{leftOut}）。',
  },
  'route.host-skipped': {
    en: '{name} is not tried: {reason}.',
    ja: '{name} は試しません（{reason}）。',
  },
  'route.address-unusable': {
    en: '{name} has the address {address}, at which no host of the Internet can be: left out.',
    ja: '{name} のアドレス {address} は、インターネット上のホストには使えないため、除外します。',
  },
} as const satisfies Record<RouteStep['key'], Phrase>;

/** What a look-up answered, in `route.asked`. */
export const ANSWER_TEXTS = {
  records: { en: '{records} (valid for {ttl})', ja: '{records}（有効期間 {ttl}）' },
  'no-data': {
    en: 'the name exists, but has no such record',
    ja: '名前は存在しますが、該当するレコードがありません',
  },
  nxdomain: { en: 'the name does not exist', ja: 'この名前は存在しません' },
  failure: { en: 'no usable answer, {cause}', ja: '有効な応答なし、{cause}' },
} as const satisfies Record<'records' | 'no-data' | 'nxdomain' | 'failure', Phrase>;

export const DNS_FAILURES = {
  servfail: {
    en: 'the resolver could not find out (SERVFAIL)',
    ja: 'リゾルバーが調べられませんでした（SERVFAIL）',
  },
  refused: { en: 'the resolver refused to answer', ja: 'リゾルバーが応答を拒否しました' },
  timeout: {
    en: 'the resolver did not answer in time',
    ja: 'リゾルバーが時間内に応答しませんでした',
  },
  malformed: {
    en: 'what the resolver sent cannot be read',
    ja: 'リゾルバーの応答を読み取れませんでした',
  },
  network: { en: 'the resolver could not be reached', ja: 'リゾルバーに接続できませんでした' },
  'cname-loop': {
    en: 'its aliases lead in a circle, or too far',
    ja: '別名（CNAME）が循環しているか、長すぎます',
  },
  aborted: { en: 'the look-up was broken off', ja: '問い合わせが中断されました' },
  overload: {
    en: 'too many look-ups were waiting already',
    ja: '待ち状態の問い合わせが多すぎました',
  },
  'bad-name': { en: 'it is no domain name', ja: 'ドメイン名として正しくありません' },
} as const satisfies Record<FailureCause, Phrase>;

export const SKIP_REASONS = {
  'no-such-host': { en: 'there is no host of this name', ja: 'この名前のホストは存在しません' },
  'no-address': { en: 'the host has no address', ja: 'ホストにアドレスがありません' },
  'unusable-address': {
    en: 'none of its addresses can be a host of the Internet',
    ja: 'インターネット上で使えるアドレスがありません',
  },
  'look-up-failed': {
    en: 'its addresses could not be looked up',
    ja: 'アドレスを調べられませんでした',
  },
} as const satisfies Record<SkipReason, Phrase>;

export const ROUTE_MATCHES = {
  exact: { en: 'this domain', ja: 'このドメイン' },
  default: { en: 'all domains', ja: 'すべてのドメイン' },
} as const satisfies Record<'exact' | 'default', Phrase>;

export const TLS_POLICIES = {
  none: { en: 'without TLS', ja: 'TLS なし' },
  opportunistic: { en: 'TLS where it is offered', ja: '提供されていれば TLS を使用' },
  required: { en: 'TLS required', ja: 'TLS 必須' },
  verified: { en: 'TLS with a verified certificate', ja: 'TLS 必須、証明書を検証' },
  implicit: {
    en: 'TLS from the first octet, verified certificate',
    ja: '接続時から TLS、証明書を検証',
  },
  'implicit-unverified': {
    en: 'TLS from the first octet, any certificate',
    ja: '接続時から TLS、証明書は検証しない',
  },
} as const satisfies Record<TlsPolicy, Phrase>;

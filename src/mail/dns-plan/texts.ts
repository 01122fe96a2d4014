/** Why each record of the plan is there, how it stands, and what to do, in both languages. A purpose without its sentence does not compile. */
import type { Phrase } from '#mail/story/phrase';
import type { Need, PlanGap, PlanZone, Purpose } from './record.ts';
import type { Standing } from './standing.ts';

export const PURPOSE_TEXTS = {
  mx: {
    rfc: 'RFC 5321 §5.1',
    en: 'Mail for the domain is brought to this host.',
    ja: 'ドメイン宛てのメールをこのホストに届けるためのレコードです。',
  },
  'host-address': {
    rfc: 'RFC 5321 §5.1',
    en: 'The address of the host to which the MX record points.',
    ja: 'MX レコードが指すホストのアドレスです。',
  },
  spf: {
    rfc: 'RFC 7208 §3',
    en: 'Says which hosts send mail in the name of the domain; add what else sends for you before ~all.',
    ja: 'ドメインのメールを送信するホストを示します。ほかに送信するサービスがあれば ~all の前に追加してください。',
  },
  'host-spf': {
    rfc: 'RFC 7208 §2.3',
    en: 'Notices of failure have no sender but the name of the host: this vouches for it.',
    ja: '不達通知には送信者がなく、ホスト名だけで判定されるため、そのホスト名を保証します。',
  },
  'dkim-active': {
    rfc: 'RFC 6376 §3.6.1',
    en: 'The public key with which others verify what this server signs now.',
    ja: 'このサーバーが現在付けている署名を検証するための公開鍵です。',
  },
  'dkim-next': {
    rfc: 'RFC 6376 §3.1',
    en: 'The next public key; it signs only once it has been seen here for an hour.',
    ja: '次の公開鍵です。DNS で 1 時間続けて確認できてから署名に使います。',
  },
  'dkim-retired': {
    rfc: 'RFC 6376 §3.1',
    en: 'The former public key: mail that it signed is still on its way, so leave it for now.',
    ja: '以前の公開鍵です。この鍵で署名したメールがまだ配送中のため、しばらく残してください。',
  },
  'dkim-revoked': {
    rfc: 'RFC 6376 §3.6.1',
    en: 'This key signs nothing any more: remove its record.',
    ja: 'この鍵はもう使いません。レコードを削除してください。',
  },
  dmarc: {
    rfc: 'RFC 9989 §4.7',
    en: 'Says what becomes of mail that only pretends to come from the domain, and where reports about it go.',
    ja: 'ドメインを装ったメールの扱いと、そのレポートの送り先を示します。',
  },
  'mta-sts': {
    rfc: 'RFC 8461 §3.1',
    en: 'Tells senders that the domain has a policy for TLS; its id changes with the policy.',
    ja: 'TLS のポリシーがあることを送信側に知らせます。id はポリシーの変更に応じて変わります。',
  },
  'mta-sts-host': {
    rfc: 'RFC 8461 §3.3',
    en: 'The name from which senders fetch that policy by HTTPS.',
    ja: '送信側がそのポリシーを HTTPS で取得するための名前です。',
  },
  'tls-rpt': {
    rfc: 'RFC 8460 §3',
    en: 'Has senders report every day how TLS with this host went.',
    ja: 'このホストとの TLS の成否を、送信側から毎日報告してもらいます。',
  },
  'dane-current': {
    rfc: 'RFC 7672 §3.1.1',
    en: 'Fixes the key of the host’s certificate for senders that validate DNSSEC; useful only in a signed zone.',
    ja: 'DNSSEC を検証する送信側に、ホストの証明書の鍵を示します。署名されたゾーンでのみ役立ちます。',
  },
  'dane-next': {
    rfc: 'RFC 7671 §8.1',
    en: 'The key of the next certificate, published before it is used so that no sender ever sees an unknown one.',
    ja: '次の証明書の鍵です。切り替え時に送信側が未知の鍵に出会わないよう、先に公開しておきます。',
  },
  'srv-submissions': {
    rfc: 'RFC 8314 §5.1',
    en: 'Shows mail programs where to hand in mail, under TLS from the first octet.',
    ja: 'メールソフトに、送信の接続先（最初から TLS）を示します。',
  },
  'srv-submission': {
    rfc: 'RFC 6186 §3.1',
    en: 'The same for programs that begin TLS by STARTTLS.',
    ja: 'STARTTLS を使うメールソフト向けの、送信の接続先です。',
  },
  'srv-imaps': {
    rfc: 'RFC 6186 §3.2',
    en: 'Shows mail programs where to read mail, under TLS from the first octet.',
    ja: 'メールソフトに、受信（IMAP）の接続先（最初から TLS）を示します。',
  },
  'srv-imap': {
    rfc: 'RFC 6186 §3.2',
    en: 'The same for programs that begin TLS by STARTTLS.',
    ja: 'STARTTLS を使うメールソフト向けの、受信（IMAP）の接続先です。',
  },
  'srv-not-offered': {
    rfc: 'RFC 6186 §3.4',
    en: 'Says that this service is not offered, so that programs need not try.',
    ja: 'このサービスを提供していないことを示し、メールソフトが無駄に接続を試みないようにします。',
  },
  autoconfig: {
    en: 'Where Thunderbird and others find the settings of an account by themselves.',
    ja: 'Thunderbird などのメールソフトが、アカウントの設定を自動で取得するための名前です。',
  },
  autodiscover: {
    en: 'Where Outlook finds the settings of an account by itself.',
    ja: 'Outlook がアカウントの設定を自動で取得するための名前です。',
  },
  caa: {
    rfc: 'RFC 8659 §4.2',
    en: 'Lets only this authority issue certificates for the domain; leave it out where others do too, or add a record for each.',
    ja: 'このドメインの証明書を発行できる認証局を限定します。ほかの認証局も使う場合は、それぞれのレコードを追加するか、このレコードを省いてください。',
  },
  'reverse-name': {
    rfc: 'RFC 1912 §2.1',
    en: 'The address leads back to the name of the host, without which many refuse its mail; the owner of the network sets it, mostly in the panel of your provider.',
    ja: 'アドレスからホスト名を引けるようにします。これがないと多くのサーバーに受信を拒否されます。設定するのはネットワークの所有者で、多くはプロバイダーの管理画面で行います。',
  },
  'no-mail-in': {
    rfc: 'RFC 7505 §3',
    en: 'Says that the domain takes no mail: senders are told at once.',
    ja: 'ドメインがメールを受け取らないことを示します。送信側はすぐにエラーを知ることができます。',
  },
  'no-mail-out': {
    rfc: 'RFC 7208 §5.1',
    en: 'Says that no host sends mail in the name of the domain.',
    ja: 'このドメインのメールを送信するホストがないことを示します。',
  },
  'no-keys': {
    rfc: 'RFC 6376 §3.6.1',
    en: 'Says that every DKIM key of the domain is revoked.',
    ja: 'このドメインの DKIM 鍵がすべて失効していることを示します。',
  },
  'no-author': {
    rfc: 'RFC 9989 §4.7',
    en: 'Has mail in the name of the domain refused.',
    ja: 'このドメインを名乗るメールを拒否するよう求めます。',
  },
} as const satisfies Record<Purpose, Phrase>;

export const STANDING_WORDS = {
  right: { en: 'right', ja: '正常' },
  missing: { en: 'missing', ja: '未設定' },
  different: { en: 'different', ja: '不一致' },
  extra: { en: 'extra', ja: '余分' },
  'not-propagated': { en: 'not yet propagated', ja: '反映待ち' },
  unknown: { en: 'unknown', ja: '不明' },
} as const satisfies Record<Standing, Phrase>;

export const COLUMN_HEADS = {
  standing: { en: 'STANDING', ja: '状態' },
  need: { en: 'NEED', ja: '要否' },
  type: { en: 'TYPE', ja: '種類' },
  name: { en: 'NAME', ja: '名前' },
  data: { en: 'DATA', ja: 'データ' },
} as const satisfies Record<string, Phrase>;

export const NEED_WORDS = {
  publish: { en: 'publish', ja: '公開' },
  optional: { en: 'optional', ja: '任意' },
  remove: { en: 'remove', ja: '削除' },
} as const satisfies Record<Need, Phrase>;

export const ZONE_HEADS = {
  domain: { en: 'In the zone of {domain}', ja: '{domain} のゾーン' },
  host: { en: 'In the zone of the mail host {host}', ja: 'メールホスト {host} のゾーン' },
  reverse: {
    en: 'Reverse names, with the owner of the network',
    ja: '逆引き（ネットワークの所有者に依頼）',
  },
} as const satisfies Record<PlanZone, Phrase>;

export const GAP_TEXTS = {
  addresses: {
    en: 'No public address of this host is known, so A, AAAA and PTR are left out: name it in doctor.addresses (HIKYAKU_DOCTOR_ADDRESSES=192.0.2.25).',
    ja: 'このホストの公開アドレスが分からないため、A・AAAA・PTR は省いています。doctor.addresses（HIKYAKU_DOCTOR_ADDRESSES=192.0.2.25）で指定してください。',
  },
  keys: {
    en: 'No DKIM key signs for the domain: hikyaku dkim generate {domain} makes a pair.',
    ja: 'このドメインで署名する DKIM 鍵がありません。hikyaku dkim generate {domain} で作れます。',
  },
} as const satisfies Record<PlanGap, Phrase>;

export const PLAN_PIECES = {
  observed: { en: 'there now: {records}', ja: '現在の内容：{records}' },
  notInPlan: { en: 'not in the plan', ja: '計画にないレコード' },
  met: {
    en: 'Everything that {domain} needs is in the DNS.',
    ja: '{domain} に必要なレコードはすべて DNS にあります。',
  },
  unmet: {
    en: 'The DNS of {domain} is not as it should be: {missing} missing, {different} different.',
    ja: '{domain} の DNS に問題があります（未設定 {missing} 件、不一致 {different} 件）。',
  },
  unknown: {
    en: 'Of {count} records nothing could be found out.',
    ja: '{count} 件のレコードは確認できませんでした。',
  },
} as const satisfies Record<string, Phrase>;

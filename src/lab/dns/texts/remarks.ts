/** What is said of a change that was made: legal, and hardly ever meant, or worth knowing. */
import type { Phrase } from '#mail/story/phrase';

export const REMARKS = {
  'not-delegated': {
    en: '{domain} is yours, and the registry refers nobody to it yet. Name its name servers: hikyaku lab registrar ns {domain} {example}',
    ja: '{domain} を取得しましたが、レジストリはまだ誰も案内しません。ネームサーバーを登録してください：hikyaku lab registrar ns {domain} {example}',
  },
  split: {
    en: 'The text of {name} is longer than 255 octets and was split into {count} strings of {lengths} octets; who reads it joins them again (RFC 7208 §3.3).',
    ja: '{name} のテキストは 255 オクテットを超えるので、{lengths} オクテットの {count} 個の文字列に分割しました。読む側がつなぎ直します（RFC 7208 §3.3）。',
  },
  'host-underscore': {
    en: '{name} has {type} records, and an underscore in it: names of hosts have none (RFC 1123 §2.1).',
    ja: '{name} には {type} レコードがありますが、ホスト名にアンダースコアは使えません（RFC 1123 §2.1）。',
  },
  'srv-name': {
    en: 'SRV records are asked for at names such as _imaps._tcp.{zone} (RFC 2782); at {name} nobody looks.',
    ja: 'SRV レコードは _imaps._tcp.{zone} のような名前で問い合わせられます（RFC 2782）。{name} では見つけてもらえません。',
  },
  'tlsa-name': {
    en: 'TLSA records are asked for at names such as _25._tcp.mail.{zone} (RFC 6698 §3); at {name} nobody looks.',
    ja: 'TLSA レコードは _25._tcp.mail.{zone} のような名前で問い合わせられます（RFC 6698 §3）。{name} では見つけてもらえません。',
  },
  'dmarc-name': {
    en: 'A DMARC record is looked for at _dmarc.{zone}, with the underscore, and not at {name}.',
    ja: 'DMARC レコードは、アンダースコアの付いた _dmarc.{zone} で探されます。{name} では見つけてもらえません。',
  },
  'dkim-name': {
    en: 'A DKIM key is looked for at SELECTOR._domainkey.{zone}, with the underscore (RFC 6376 §3.6.2.1), and not at {name}.',
    ja: 'DKIM の鍵は、アンダースコアの付いた SELECTOR._domainkey.{zone} で探されます（RFC 6376 §3.6.2.1）。{name} では見つけてもらえません。',
  },
  'two-spf': {
    en: '{name} has {count} SPF records. Receivers take that for an error and use none (RFC 7208 §4.5): make one of them.',
    ja: '{name} に SPF レコードが {count} 個あります。受信側はエラーとみなし、どれも使いません（RFC 7208 §4.5）。一つにまとめてください。',
  },
  'two-dmarc': {
    en: '{name} has {count} DMARC records. Receivers use none of them: keep one.',
    ja: '{name} に DMARC レコードが {count} 個あります。受信側はどれも使いません。一つだけ残してください。',
  },
  'target-alias': {
    en: '{target}, to which {type} of {name} leads, is an alias (CNAME): it has to have addresses of its own (RFC 2181 §10.3).',
    ja: '{name} の {type} が指す {target} は別名（CNAME）です。自分のアドレスを持つ名前でなければなりません（RFC 2181 §10.3）。',
  },
  'target-without-address': {
    en: '{target}, to which {type} of {name} leads, has no A or AAAA record in this zone: nobody can reach it.',
    ja: '{name} の {type} が指す {target} には、このゾーンに A も AAAA もありません。誰も接続できません。',
  },
  'ds-fits-none': {
    en: 'No DS record of {domain} fits a key of its zone ({tags}): once they are published, whoever checks signatures gets no answer for any name below {domain}.',
    ja: '{domain} の DS レコードは、どれもゾーンの鍵（{tags}）に合いません。公開されると、署名を検証する側は {domain} 以下のどの名前にも答えを得られなくなります。',
  },
  'ds-idle': {
    en: 'The DS record {tag} fits no key of the zone ({tags}). That does no harm while another one fits; a key that is to come may be announced so.',
    ja: 'DS レコード {tag} に合う鍵はゾーンにありません（{tags}）。ほかに合うものがある間は害になりません。これから使う鍵の予告にもなります。',
  },
} as const satisfies Readonly<Record<string, Phrase>>;

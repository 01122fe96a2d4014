/** What a record cannot be, what cannot stand together, and what is typed and hardly ever meant. */
import type { Refusal } from './refusal.ts';

export const RECORD_REFUSALS = {
  'outside-zone': {
    reason: 'bad-name',
    message: {
      en: '{name} does not lie in the zone {zone}.',
      ja: '{name} はゾーン {zone} の中にありません。',
    },
    remedy: {
      en: 'Give the whole name, such as www.{zone}, or @ for {zone} itself.',
      ja: 'www.{zone} のように名前を全部書くか、{zone} 自身なら @ と書いてください。',
    },
  },
  'bad-type': {
    reason: 'bad-type',
    message: {
      en: '{type} is no type that can be set here.',
      ja: '{type} は、ここで設定できるレコードの種類ではありません。',
    },
    remedy: {
      en: 'Use A, AAAA, MX, TXT, CNAME, NS, SRV, CAA, TLSA or another type of data; SOA and the records of signatures are made by the server.',
      ja: 'A、AAAA、MX、TXT、CNAME、NS、SRV、CAA、TLSA などを使ってください。SOA と署名のレコードはサーバーが作ります。',
    },
  },
  'bad-ttl': {
    reason: 'bad-ttl',
    message: { en: '{ttl} is no time to live.', ja: '{ttl} は TTL になりません。' },
    remedy: {
      en: 'Give seconds from 0 to {most} (a week); 3600 is usual, 300 before a change.',
      ja: '0 から {most}（1 週間）までの秒数を書いてください。普段は 3600、変更の前なら 300 が目安です。',
    },
  },
  'count-of-values': {
    reason: 'too-many',
    message: {
      en: '{count} values for one name and type.',
      ja: '一つの名前と種類に、値が {count} 個あります。',
    },
    remedy: { en: 'Give between 1 and {most}.', ja: '1 個から {most} 個までにしてください。' },
  },
  'bad-data': {
    reason: 'bad-value',
    message: { en: '{type} of {name}: {flaw}.', ja: '{name} の {type}：{flaw}。' },
    remedy: { en: '{example}', ja: '{example}' },
  },
  'large-set': {
    reason: 'too-many',
    message: {
      en: '{type} of {name} has {count} octets in all.',
      ja: '{name} の {type} は、合わせて {count} オクテットあります。',
    },
    remedy: {
      en: 'Keep one name and type below {most}: it is answered in one message.',
      ja: '一つの応答で返すため、一つの名前と種類を {most} オクテットまでにしてください。',
    },
  },
  'cname-at-apex': {
    reason: 'conflict',
    message: {
      en: 'A CNAME cannot stand at {zone} itself, which has SOA and NS records (RFC 1034 §3.6.2).',
      ja: '{zone} 自身には SOA と NS レコードがあるので、CNAME を置けません（RFC 1034 §3.6.2）。',
    },
    remedy: {
      en: 'Give the name A and AAAA records instead.',
      ja: '代わりに A と AAAA レコードを置いてください。',
    },
  },
  'two-cnames': {
    reason: 'conflict',
    message: {
      en: '{name} has {count} CNAME records; one name is an alias of one other.',
      ja: '{name} に CNAME レコードが {count} 個あります。別名が指せる名前は一つだけです。',
    },
    remedy: { en: 'Keep one of them.', ja: '一つだけ残してください。' },
  },
  'cname-beside': {
    reason: 'conflict',
    message: {
      en: '{name} has a CNAME and beside it {types}: an alias has no data of its own (RFC 1034 §3.6.2).',
      ja: '{name} に CNAME と {types} が並んでいます。別名は自分のデータを持てません（RFC 1034 §3.6.2）。',
    },
    remedy: {
      en: 'Remove the CNAME of {name}, or what stands beside it.',
      ja: '{name} の CNAME か、並んでいるレコードのどちらかを削除してください。',
    },
  },
  'twice-the-zone': {
    reason: 'bad-name',
    message: {
      en: '{name} has {zone} in it twice: a name was completed that was whole already.',
      ja: '{name} には {zone} が 2 回入っています。すでに完全な名前の後ろに、ゾーン名が補われています。',
    },
    remedy: {
      en: 'Give {meant}; in a zone file a dot goes behind a whole name: {meant}.',
      ja: '{meant} と書いてください。ゾーンファイルでは、完全な名前の最後にドットを付けて {meant}. とします。',
    },
  },
  'target-twice-the-zone': {
    reason: 'bad-value',
    message: {
      en: '{target} has {zone} in it twice: a name was completed that was whole already.',
      ja: '{target} には {zone} が 2 回入っています。すでに完全な名前の後ろに、ゾーン名が補われています。',
    },
    remedy: {
      en: 'Give {meant}; in a zone file a dot goes behind a whole name: {meant}.',
      ja: '{meant} と書いてください。ゾーンファイルでは、完全な名前の最後にドットを付けて {meant}. とします。',
    },
  },
  'target-of-one-label': {
    reason: 'bad-value',
    message: {
      en: '«{target}» is a name of one label, and nothing is completed here.',
      ja: '«{target}» はラベル一つだけの名前です。ここでは後ろに何も補われません。',
    },
    remedy: {
      en: 'Give the whole name, such as {target}.{zone}.',
      ja: '{target}.{zone} のように、名前を全部書いてください。',
    },
  },
  'underscore-in-target': {
    reason: 'bad-value',
    message: {
      en: '«{target}» is no name of a host: host names have letters, digits and hyphens, no underscores (RFC 1123 §2.1).',
      ja: '«{target}» はホスト名になりません。ホスト名に使えるのは英数字とハイフンで、アンダースコアは使えません（RFC 1123 §2.1）。',
    },
    remedy: {
      en: 'Names with underscores are for TXT, SRV, TLSA and CNAME records. Give the host another name.',
      ja: 'アンダースコア付きの名前は TXT、SRV、TLSA、CNAME のためのものです。ホストには別の名前を付けてください。',
    },
  },
  line: {
    reason: 'bad-value',
    message: { en: 'Line {line}: {what}.', ja: '{line} 行目：{what}。' },
    remedy: { en: '{how}', ja: '{how}' },
  },
} as const satisfies Readonly<Record<string, Refusal>>;

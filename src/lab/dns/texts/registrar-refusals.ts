/** What the registrar and the provider of addresses refuse. */
import type { Refusal } from './refusal.ts';

export const REGISTRAR_REFUSALS = {
  'not-sold': {
    reason: 'bad-name',
    message: { en: '{name} cannot be bought.', ja: '{name} は取得できません。' },
    remedy: {
      en: 'Choose one label of letters, digits and hyphens before .test, such as my-shop.test.',
      ja: 'my-shop.test のように、.test の前に英数字とハイフンのラベルを一つだけ置いてください。',
    },
  },
  owned: {
    reason: 'taken',
    message: { en: '{domain} is yours already.', ja: '{domain} はすでにあなたのものです。' },
    remedy: { en: 'Choose another name.', ja: '別の名前を選んでください。' },
  },
  taken: {
    reason: 'taken',
    message: { en: '{domain} belongs to someone else.', ja: '{domain} は他の人のものです。' },
    remedy: { en: 'Choose another name.', ja: '別の名前を選んでください。' },
  },
  'too-many-domains': {
    reason: 'too-many',
    message: {
      en: '{most} domains are all that one account may have.',
      ja: '一つのアカウントで持てるドメインは {most} 個までです。',
    },
    remedy: {
      en: 'Give one up with «hikyaku lab registrar give-up DOMAIN».',
      ja: '«hikyaku lab registrar give-up DOMAIN» で、どれかを手放してください。',
    },
  },
  'own-domain': {
    reason: 'in-use',
    message: {
      en: '{domain} is the domain of your server.',
      ja: '{domain} はあなたのサーバーのドメインです。',
    },
    remedy: {
      en: 'Give up one that you bought.',
      ja: '手放せるのは、自分で取得したドメインだけです。',
    },
  },
  'not-yours': {
    reason: 'not-yours',
    message: {
      en: '{domain} is no domain of yours.',
      ja: '{domain} はあなたのドメインではありません。',
    },
    remedy: {
      en: 'Yours: {owned}. Buy another with «hikyaku lab registrar buy NAME.test».',
      ja: 'あなたのドメイン：{owned}。«hikyaku lab registrar buy NAME.test» で取得できます。',
    },
  },
  'no-such-ds': {
    reason: 'no-such-ds',
    message: {
      en: '{domain} has no such DS record.',
      ja: '{domain} にそのような DS レコードはありません。',
    },
    remedy: {
      en: 'There are those of the key tags: {tags}.',
      ja: '登録されている鍵タグ：{tags}。',
    },
  },
  'bad-name-server': {
    reason: 'bad-value',
    message: {
      en: '«{host}» is no name of a name server.',
      ja: '«{host}» はネームサーバーの名前ではありません。',
    },
    remedy: {
      en: 'Give host names, such as {example}; addresses of hosts within {domain} are given as glue.',
      ja: '{example} のようなホスト名を書いてください。{domain} の中にあるホストのアドレスは、グルーとして書きます。',
    },
  },
  'count-of-name-servers': {
    reason: 'too-many',
    message: {
      en: 'A domain has 1 to {most} name servers, not {count}.',
      ja: 'ドメインのネームサーバーは 1 台から {most} 台までで、{count} 台にはできません。',
    },
    remedy: { en: 'Two are usual (RFC 2182).', ja: '2 台が普通です（RFC 2182）。' },
  },
  'no-glue': {
    reason: 'no-glue',
    message: {
      en: '{host} lies within {domain}, so that nobody could find its address.',
      ja: '{host} は {domain} の中にあるので、このままでは誰もそのアドレスを見つけられません。',
    },
    remedy: {
      en: 'Give its address as glue: the registry publishes it beside the delegation (RFC 1034 §4.2.1).',
      ja: 'そのアドレスをグルーとして書いてください。レジストリが委任と一緒に公開します（RFC 1034 §4.2.1）。',
    },
  },
  'bad-glue': {
    reason: 'bad-value',
    message: {
      en: '«{word}» is no glue for {host}.',
      ja: '«{word}» は {host} のグルーになりません。',
    },
    remedy: {
      en: 'Give up to four IPv4 or IPv6 addresses.',
      ja: 'IPv4 か IPv6 のアドレスを 4 個まで書いてください。',
    },
  },
  'needless-glue': {
    reason: 'needless-glue',
    message: {
      en: '{host} needs no glue: it is no name server of {domain} within {domain}.',
      ja: '{host} にグルーは要りません。{domain} の中にある、{domain} のネームサーバーではないからです。',
    },
    remedy: { en: 'Leave it out.', ja: 'アドレスを取り除いてください。' },
  },
  'too-many-ds': {
    reason: 'too-many',
    message: { en: '{count} DS records.', ja: 'DS レコードが {count} 個あります。' },
    remedy: {
      en: 'Give up to {most}; a rollover needs two.',
      ja: '{most} 個までにしてください。鍵の交換に要るのは 2 個です。',
    },
  },
  'short-digest': {
    reason: 'bad-value',
    message: {
      en: 'A digest of type 2 (SHA-256) has 64 hexadecimal digits.',
      ja: 'ダイジェストの種類 2（SHA-256）は、16 進数で 64 桁です。',
    },
    remedy: {
      en: 'Copy the whole line that the hosting company shows for the key.',
      ja: 'ホスティング会社が鍵ごとに示す行を、そのまま全部コピーしてください。',
    },
  },
  'not-your-address': {
    reason: 'not-yours',
    message: {
      en: '{address} is no address of yours.',
      ja: '{address} はあなたのアドレスではありません。',
    },
    remedy: {
      en: 'Yours begin with {prefix}',
      ja: 'あなたのアドレスは {prefix} で始まります。',
    },
  },
  'bad-host-name': {
    reason: 'bad-value',
    message: { en: '«{name}» is no host name.', ja: '«{name}» はホスト名ではありません。' },
    remedy: {
      en: 'Give the name that your server says in EHLO, such as mail.example.test; it should lead back to the address.',
      ja: 'サーバーが EHLO で名乗る名前を書いてください（例：mail.example.test）。その名前から元のアドレスに戻れる必要があります。',
    },
  },
} as const satisfies Readonly<Record<string, Refusal>>;

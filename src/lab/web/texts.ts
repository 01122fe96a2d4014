/** What the pages of the practice Internet say around what they were given. */
import type { Refused } from '#lab/dnsbl/answer';
import { EXAM_TEXT } from '#lab/providers/rules/exam-text';
import type { Phrase } from '#mail/story/phrase';
import type { Item, Verdict } from './compliance.ts';
import { DNS_TEXTS } from './dns-texts.ts';
import type { Site } from './sites.ts';

export const TEXTS = {
  other: { en: '日本語', ja: 'English' },
  home: { en: 'Pages of the practice Internet', ja: '練習用インターネットのページ' },
  practice: {
    en: 'A page of the practice Internet on this machine. Real providers have more rules, and do not tell them: passing here promises no inbox.',
    ja: 'このマシンの練習用インターネットのページです。実際のプロバイダーにはもっと多くの、公開されていない規則があります。ここで合格しても受信箱に届く保証にはなりません。',
  },
  whyTitle: { en: 'Why a message was judged so', ja: 'メッセージがこう判定された理由' },
  whyAsk: {
    en: 'The id stands in the reply of the provider.',
    ja: 'ID はプロバイダーの返答に書かれています。',
  },
  id: { en: 'Id', ja: 'ID' },
  show: { en: 'Show', ja: '表示する' },
  unknownId: {
    en: 'No provider knows this id. Perhaps it was cut off when it was copied, or it is too old.',
    ja: 'この ID はどのプロバイダーにもありません。コピーのときに途中で切れたか、古すぎるのかもしれません。',
  },
  provider: { en: 'Provider', ja: 'プロバイダー' },
  when: { en: 'When', ja: '日時' },
  reply: { en: 'Reply', ja: '返答' },
  verdict: { en: 'Verdict', ja: '判定' },
  exam: EXAM_TEXT,
  rules: { en: 'Rules, in the order they were asked', ja: '調べた規則（調べた順）' },
  result: { en: 'Result', ja: '結果' },
  rule: { en: 'Rule', ja: '規則' },
  asked: { en: 'What it asks', ja: '規則の内容' },
  seen: { en: 'What was seen', ja: '確認した内容' },
  outcome: { en: 'What came of it, and where that is from', ja: '結果と出典' },
  matched: { en: '✗ matched', ja: '✗ 該当' },
  passed: { en: '✓ passed', ja: '✓ 問題なし' },
  facts: { en: 'Facts', ja: '判定に使った事実' },
  others: {
    en: 'The same message was judged before, or elsewhere:',
    ja: '同じメッセージに対するほかの判定：',
  },
  listTitle: { en: 'The block list dnsbl.test', ja: 'ブロックリスト dnsbl.test' },
  address: { en: 'IP address', ja: 'IP アドレス' },
  look: { en: 'Look it up', ja: '調べる' },
  badAddress: {
    en: 'This is no IPv4 address. Write one as 127.20.25.25.',
    ja: 'IPv4 アドレスではありません。127.20.25.25 のように入力してください。',
  },
  listed: { en: 'is listed.', ja: 'はリストに登録されています。' },
  notListed: { en: 'is not listed.', ja: 'はリストに登録されていません。' },
  because: { en: 'Why', ja: '理由' },
  since: { en: 'Since', ja: '登録日時' },
  times: { en: 'Times listed', ja: '登録回数' },
  endsAt: { en: 'Ends by itself, if nothing more is seen', ja: '自動解除（新たな検知がない場合）' },
  removable: { en: 'May be removed from', ja: '解除できるようになる日時' },
  sightings: { en: 'What was seen of it, the last first', ja: '検知した内容（新しい順）' },
  howToLeave: {
    en: 'First find out what sends this, and stop it. Who asks while it goes on is refused; who comes back stays longer.',
    ja: 'まず原因を突き止めて止めてください。続いている間の申請は受け付けられず、再び登録されると期間が長くなります。',
  },
  remove: { en: 'Ask for removal', ja: '解除を申請する' },
  removed: {
    en: 'It was taken off. Servers that asked before may keep the answer for five minutes.',
    ja: '登録を解除しました。以前に問い合わせたサーバーには、結果が 5 分ほど残ることがあります。',
  },
  tooEarly: {
    en: 'It stays: the cause was seen too recently. Ask again from',
    ja: '解除できません。原因が最近も検知されています。次の日時以降に改めて申請してください：',
  },
  badToken: {
    en: 'This form is from another page or from before a restart. Nothing was changed: open the page again and send it from there.',
    ja: 'このフォームは別のページか、再起動前のものです。何も変更していません。ページを開き直して送信してください。',
  },
  postmasterTitle: {
    en: 'Postmaster Tools of bigmail.test',
    ja: 'bigmail.test の Postmaster Tools',
  },
  sender: { en: 'Sender (a domain or an IP address)', ja: '送信元（ドメインまたは IP アドレス）' },
  senders: { en: 'Senders of the last 14 days', ja: '過去 14 日間の送信元' },
  noSender: {
    en: 'Nothing came from there in the last 14 days.',
    ja: '過去 14 日間に、この送信元からのメールはありません。',
  },
  compliance: { en: 'Compliance', ja: '要件への適合状況' },
  item: { en: 'Requirement', ja: '要件' },
  days: { en: 'Day by day', ja: '日ごとの状況' },
  day: { en: 'Day', ja: '日付' },
  taken: { en: 'Taken', ja: '受信数' },
  spamRate: { en: 'Spam rate', ja: '迷惑メール率' },
  reputation: { en: 'Reputation', ja: '評価' },
  encryption: { en: 'TLS', ja: '暗号化（TLS）' },
  errors: { en: 'Delivery errors', ja: '配信エラー' },
  nothingHere: { en: 'There is nothing here.', ja: 'ここには何もありません。' },
  failed: {
    en: 'This page failed; the log of the server says how.',
    ja: 'ページを表示できませんでした。詳しくはサーバーのログをご覧ください。',
  },
  badRequest: { en: 'This request cannot be read.', ja: 'このリクエストは読み取れません。' },
  // last, so that a key that is there twice does not compile
  ...DNS_TEXTS,
} as const satisfies Readonly<Record<string, Phrase>>;

export type TextKey = keyof typeof TEXTS;

/** What is found at each site, for the page that lists them. */
export const SITE_TEXTS: Readonly<Record<Site, Phrase>> = {
  'why.lab.test': {
    en: 'why a message was judged so, by the id in the reply',
    ja: '返答の ID から、メッセージの判定理由を調べる',
  },
  'dnsbl.test': {
    en: 'who is on the block list, why, and how to leave it',
    ja: 'ブロックリストに載ったアドレス、理由、解除の方法',
  },
  'postmaster.bigmail.test': {
    en: 'what bigmail.test thinks of a sender',
    ja: 'bigmail.test から見た送信元の評価',
  },
  'registrar.test': {
    en: 'buy domains; their name servers, glue and DS records',
    ja: 'ドメインの取得、ネームサーバー、グルー、DS レコード',
  },
  'panel.dnshost.test': {
    en: 'the records of your zones: MX, TXT, A, AAAA, SRV, CAA, TLSA …',
    ja: 'ゾーンのレコード：MX、TXT、A、AAAA、SRV、CAA、TLSA など',
  },
  'isp.test': { en: 'reverse names (PTR) of your addresses', ja: 'アドレスの逆引き（PTR）' },
  'cache.resolver.test': {
    en: 'what the resolver remembers, and for how long',
    ja: 'リゾルバーが覚えている答えと残り時間',
  },
};

export const ITEM_TEXTS: Readonly<Record<Item, Phrase>> = {
  spf: { en: 'SPF', ja: 'SPF' },
  dkim: { en: 'DKIM', ja: 'DKIM' },
  dmarc: { en: 'DMARC, with an aligned domain', ja: 'DMARC（ドメインの一致を含む）' },
  ptr: { en: 'Reverse name (PTR)', ja: '逆引き（PTR）' },
  tls: { en: 'TLS', ja: 'TLS' },
  'one-click': { en: 'One-click unsubscription', ja: 'ワンクリック配信停止' },
  'spam-rate': { en: 'Spam rate below 0.3 %', ja: '迷惑メール率 0.3 % 未満' },
};

export const VERDICT_TEXTS: Readonly<Record<Verdict, Phrase>> = {
  fine: { en: 'Fine', ja: '適合' },
  'needs-work': { en: 'Needs work', ja: '要改善' },
  'no-data': { en: 'No data', ja: 'データなし' },
};

export const REPUTATION_TEXTS = {
  bad: { en: 'bad', ja: '悪い' },
  poor: { en: 'poor', ja: 'やや悪い' },
  unknown: { en: 'unknown', ja: '不明' },
  good: { en: 'good', ja: '良い' },
} as const satisfies Readonly<Record<string, Phrase>>;

export const REFUSED_TEXTS: Readonly<Record<Refused, Phrase>> = {
  'typing-error': {
    en: 'The name of the list was mistyped in a configuration. This is no listing.',
    ja: '設定に書かれたリストの名前が間違っています。アドレスが登録されたわけではありません。',
  },
  'public-resolver': {
    en: 'The question came through a public resolver, which the list does not answer: use a resolver of your own. This is no listing.',
    ja: '公開リゾルバー経由の問い合わせには答えません。自前のリゾルバーを使ってください。アドレスが登録されたわけではありません。',
  },
  'too-many': {
    en: 'Too many questions came today. This is no listing.',
    ja: '本日の問い合わせが多すぎます。アドレスが登録されたわけではありません。',
  },
};

/** Words of bounces and suppression: why an address takes no mail, what a notice came to, why nothing is sent to somebody. */
import type { BounceReason } from '#protocol/bounce/reason';
import type { BounceClass } from '#protocol/bounce/reasons';
import type { ReadBounce } from '#protocol/bounce/read-bounce';
import type { SuppressionReason } from '#store/suppression';
import type { Phrase } from '#mail/story/phrase';

export const BOUNCE_REASONS = {
  'no-mailbox': { en: 'there is no such mailbox', ja: 'メールボックスが存在しない' },
  'no-domain': { en: 'there is no such domain', ja: 'ドメインが存在しない' },
  moved: { en: 'the mailbox has moved', ja: 'メールボックスが移転した' },
  'takes-no-mail': { en: 'the domain takes no mail', ja: 'ドメインがメールを受け付けていない' },
  disabled: { en: 'the mailbox is closed', ja: 'メールボックスが閉鎖されている' },
  full: { en: 'the mailbox is full', ja: 'メールボックスがいっぱい' },
  filtered: {
    en: 'the recipient does not want such mail',
    ja: '受信者の設定によりメールが拒否された',
  },
  unreachable: { en: 'its server cannot be reached', ja: '受信側のサーバーに到達できない' },
  busy: { en: 'its server is busy', ja: '受信側のサーバーが混雑している' },
  expired: { en: 'it could not be delivered in time', ja: '期限内に配信できなかった' },
  content: { en: 'the message was not taken as it is', ja: 'メッセージの内容や形式が拒否された' },
  policy: { en: 'the server has a rule against it', ja: '受信側の規則により拒否された' },
  unknown: { en: 'no reason is told', ja: '理由は示されていない' },
} as const satisfies Record<BounceReason, Phrase>;

/** What it says of the address. */
export const BOUNCE_CLASSES = {
  hard: { en: 'the address takes no mail', ja: '宛先は今後もメールを受け取れない' },
  soft: { en: 'not this time', ja: '一時的な不達' },
  ours: {
    en: 'which says nothing of the address',
    ja: '宛先ではなく、送信側またはメッセージの問題',
  },
} as const satisfies Record<BounceClass, Phrase>;

export const BOUNCE_RESULTS = {
  failed: { en: 'it tells of a failure', ja: '不達を知らせるもの' },
  'no-failure': { en: 'it tells of no failure', ja: '不達を知らせるものではない' },
  complaint: { en: 'it is a complaint of a reader', ja: '受信者からの苦情' },
  'auto-reply': { en: 'it is the answer of a program', ja: '自動応答' },
  unclear: { en: 'nothing in it is understood', ja: '内容を読み取れない' },
  'not-known': {
    en: 'the message is not known any more',
    ja: '元のメッセージの記録が残っていない',
  },
  again: {
    en: 'there were several about this recipient before, and it counts for nothing',
    ja: 'この宛先については何度も届いているため、数えない',
  },
} as const satisfies Record<ReadBounce['kind'] | 'not-known' | 'again', Phrase>;

export const SUPPRESSION_TEXTS = {
  'hard-bounce': { en: 'mail to it came back for good', ja: '恒久的な不達' },
  'soft-bounces': { en: 'mail to it failed on several days', ja: '数日にわたる一時的な不達' },
  complaint: { en: 'its reader complained', ja: '受信者からの苦情' },
  unsubscribe: { en: 'its reader unsubscribed', ja: '受信者による配信停止' },
  manual: { en: 'by hand', ja: '手動' },
} as const satisfies Record<SuppressionReason, Phrase>;

export const SUPPRESSION_PIECES = {
  forGood: { en: 'for good', ja: '無期限' },
  until: { en: 'until {time}', ja: '{time} まで' },
  allBulk: { en: 'all bulk mail', ja: 'すべての一斉配信メール' },
  list: { en: 'mail of the list {list}', ja: 'メーリングリスト {list} のメール' },
  notice: { en: 'the notice: {id}', ja: '不達通知：{id}' },
  reply: { en: 'it said: {reply}', ja: '通知の内容：{reply}' },
} as const satisfies Record<string, Phrase>;

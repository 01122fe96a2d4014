/** Words of complaints and of readers who leave a list: what a report tells of, what it came to, by what a message was recognized. */
import type { ComplaintResult } from '#mail/complaints/take-complaint';
import type { Recognized } from '#mail/complaints/recognize';
import type { LeavingWay } from '#mail/unsubscribe/leave';
import type { Phrase } from '#mail/story/phrase';

/** RFC 5965 §7.3, and what later documents registered. */
export const FEEDBACK_TYPES = {
  abuse: { en: 'spam', ja: '迷惑メール' },
  fraud: { en: 'fraud', ja: '詐欺' },
  virus: { en: 'malware', ja: 'マルウェア' },
  'opt-out': { en: 'the reader wants no more of it', ja: '配信停止の希望' },
  'opt-out-list': { en: 'the reader wants no more of the list', ja: 'リストからの配信停止の希望' },
  'not-spam': { en: 'it is no spam', ja: '迷惑メールではない' },
  'auth-failure': { en: 'its authentication failed', ja: '送信ドメイン認証の失敗' },
  other: { en: 'another matter', ja: 'その他' },
} as const satisfies Record<string, Phrase>;

export const COMPLAINT_RESULTS = {
  counted: { en: 'it is a complaint, and was counted', ja: '苦情として集計した' },
  again: { en: 'the same complaint was counted before', ja: '同じ苦情はすでに集計済み' },
  'no-complaint': { en: 'it is no complaint', ja: '苦情ではない' },
  'not-known': { en: 'it leads to no message of ours', ja: '該当する送信メールが見つからない' },
  'not-proven': {
    en: 'nothing shows that its writer had the message',
    ja: '報告者がそのメールを受け取ったという裏付けがない',
  },
  broken: { en: 'it cannot be read', ja: '読み取れない' },
} as const satisfies Record<ComplaintResult, Phrase>;

export const RECOGNIZED_BY = {
  token: { en: 'its List-Unsubscribe', ja: 'List-Unsubscribe' },
  'reverse-path': { en: 'its reverse-path', ja: 'リバースパス' },
  received: { en: 'our id in its Received field', ja: 'Received フィールドにある ID' },
} as const satisfies Record<Recognized['by'], Phrase>;

export const LEAVING_WAYS = {
  'one-click': { en: 'with one click', ja: 'ワンクリック' },
  mail: { en: 'by mail', ja: 'メール' },
} as const satisfies Record<LeavingWay, Phrase>;

export const COMPLAINT_PIECES = {
  report: { en: 'the report: {id}', ja: '報告：{id}' },
  reporter: { en: '{domain} vouches for the report', ja: '報告元のドメイン（認証済み）：{domain}' },
  unnamed: { en: 'nobody vouches for the report', ja: '報告元は認証されていない' },
  about: {
    en: 'about message {id}, recognized by {by}',
    ja: '対象のメール：{id}（{by} から判明）',
  },
} as const satisfies Record<string, Phrase>;

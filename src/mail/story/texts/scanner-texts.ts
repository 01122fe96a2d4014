/** What is told of the content scanner: its steps in a judgement, why it gave no answer, and what it learned. */
import type { FailureCause } from '#clients/rspamd/failure';
import type { EventCatalogue } from '#events';
import type { ScanStep } from '#mail/receive/inquiry/scan-by-rspamd';
import type { Phrase } from '#mail/story/phrase';

export const SCANNER_STEPS = {
  'scanner-symbol': {
    en: '{symbol} counts {score}.',
    ja: '{symbol} は {score} 点です。',
    rfc: 'docs/settings.md rspamd.url',
  },
  'scanner-symbol-about': {
    en: '{symbol} counts {score}: {about}.',
    ja: '{symbol} は {score} 点です（{about}）。',
    rfc: 'docs/settings.md rspamd.url',
  },
  'scanner-more': {
    en: '{count} more symbols count less than these.',
    ja: 'ほかに、これらより点数の小さい項目が {count} 件あります。',
    rfc: 'docs/settings.md rspamd.url',
  },
  'scanner-says': {
    en: 'Rspamd would have the sender told: {text}.',
    ja: 'Rspamd が送信者に伝えようとした内容は「{text}」です。',
    rfc: 'docs/settings.md rspamd.url',
  },
  'scanner-greylists': {
    en: 'It would have an unknown sender come again. That is decided by greylisting here (setting receive.greylist), or by the one of Rspamd.',
    ja: '未知の送信元には再送を求める点数です。実際に求めるかどうかは、このサーバーのグレイリスト（設定 receive.greylist）または Rspamd のグレイリストが決めます。',
    rfc: 'docs/settings.md rspamd.url',
  },
  'scanner-other-action': {
    en: 'No such action is known here, so nothing follows from it.',
    ja: 'このサーバーの知らないアクションのため、判定には影響しません。',
    rfc: 'docs/settings.md rspamd.url',
  },
  'scanner-judged': {
    en: 'Rspamd gives {score} points, refuses from {required} on, and says: {action}.',
    ja: 'Rspamd の点数は {score}（拒否は {required} 以上）、アクションは「{action}」です。',
    rfc: 'docs/settings.md rspamd.url',
  },
  'scanner-too-large': {
    en: 'The message has {size} octets: over {limit} none is scanned (setting rspamd.message_size).',
    ja: 'メッセージは {size} オクテットで、{limit} を超えるため検査しません（設定 rspamd.message_size）。',
    rfc: 'docs/settings.md rspamd.url',
  },
  'scanner-failed-unreachable': {
    en: 'Rspamd could not be reached ({text}), so nothing is known of the content.',
    ja: 'Rspamd に接続できず（{text}）、内容を検査していません。',
    rfc: 'docs/settings.md rspamd.url',
  },
  'scanner-failed-time': {
    en: 'Rspamd did not answer in time ({text}), so nothing is known of the content.',
    ja: 'Rspamd の応答が時間内に得られず（{text}）、内容を検査していません。',
    rfc: 'docs/settings.md rspamd.url',
  },
  'scanner-failed-password': {
    en: 'Rspamd wants another password ({text}; setting rspamd.password), so nothing is known of the content.',
    ja: 'Rspamd がパスワードを受け付けず（{text}、設定 rspamd.password）、内容を検査していません。',
    rfc: 'docs/settings.md rspamd.url',
  },
  'scanner-failed-status': {
    en: 'Rspamd answered with an error ({text}), so nothing is known of the content.',
    ja: 'Rspamd がエラーを返し（{text}）、内容を検査していません。',
    rfc: 'docs/settings.md rspamd.url',
  },
  'scanner-failed-message': {
    en: 'Rspamd could make nothing of the message ({text}).',
    ja: 'Rspamd はこのメッセージを処理できませんでした（{text}）。',
    rfc: 'docs/settings.md rspamd.url',
  },
  'scanner-failed-garbage': {
    en: 'What answered is not Rspamd ({text}; setting rspamd.url), so nothing is known of the content.',
    ja: '応答が Rspamd のものではなく（{text}、設定 rspamd.url）、内容を検査していません。',
    rfc: 'docs/settings.md rspamd.url',
  },
  'scanner-failed-too-long': {
    en: 'The answer of Rspamd had no end ({text}), so nothing is known of the content.',
    ja: 'Rspamd の応答が長すぎたため（{text}）、内容を検査していません。',
    rfc: 'docs/settings.md rspamd.url',
  },
  'scanner-failed-resting': {
    en: 'Rspamd failed several times in a row and is not asked for a while (at last: {text}), so nothing is known of the content.',
    ja: 'Rspamd の失敗が続いたため、しばらく問い合わせを止めています（直近の失敗：{text}）。内容を検査していません。',
    rfc: 'docs/settings.md rspamd.url',
  },
  'scanner-failed-busy': {
    en: 'Its turn at Rspamd did not come in time ({text}), so nothing is known of the content.',
    ja: 'Rspamd の順番が時間内に回ってこず（{text}）、内容を検査していません。',
    rfc: 'docs/settings.md rspamd.url',
  },
  'scanner-failed-given-up': {
    en: 'The answer of Rspamd was not waited for ({text}).',
    ja: 'Rspamd の応答を待たずに打ち切りました（{text}）。',
    rfc: 'docs/settings.md rspamd.url',
  },
} as const satisfies Record<ScanStep['step'], Phrase>;

/** As a part of a sentence. */
export const SCANNER_CAUSES = {
  unreachable: { en: 'it cannot be reached', ja: '接続できません' },
  time: { en: 'it does not answer in time', ja: '時間内に応答がありません' },
  password: {
    en: 'it wants another password (setting rspamd.password)',
    ja: 'パスワードが受け付けられません。設定 rspamd.password',
  },
  status: { en: 'it answers with an error', ja: 'エラーが返されます' },
  message: { en: 'it can make nothing of the message', ja: 'メッセージを処理できません' },
  garbage: {
    en: 'what answers is not Rspamd (setting rspamd.url)',
    ja: '応答が Rspamd のものではありません。設定 rspamd.url',
  },
  'too-long': { en: 'its answer has no end', ja: '応答が長すぎます' },
  resting: { en: 'it is not asked for a while', ja: '問い合わせを休止しています' },
  busy: { en: 'too many messages wait for it', ja: '順番待ちのメッセージが多すぎます' },
  'given-up': { en: 'nobody waits for the answer', ja: '応答を待たずに打ち切りました' },
} as const satisfies Record<FailureCause, Phrase>;

/** What Rspamd is asked for. */
export const SCANNER_USES = {
  check: { en: 'to check messages', ja: '検査' },
  learn: { en: 'to learn from messages', ja: '学習' },
} as const satisfies Record<EventCatalogue['scanner.lost']['public']['use'], Phrase>;

export const MESSAGE_CLASSES = {
  spam: { en: 'junk', ja: '迷惑メール' },
  ham: { en: 'no junk', ja: '迷惑メールではない' },
} as const satisfies Record<EventCatalogue['message.learned']['public']['class'], Phrase>;

export const LESSON_RESULTS = {
  learned: { en: 'the content scanner learned it', ja: 'コンテンツスキャナーが学習しました' },
  known: {
    en: 'the content scanner had learned it before',
    ja: 'コンテンツスキャナーは学習済みでした',
  },
  refused: {
    en: 'the content scanner can learn nothing from it',
    ja: 'コンテンツスキャナーはこのメッセージから学習できませんでした',
  },
  lost: {
    en: 'the content scanner could not be taught',
    ja: 'コンテンツスキャナーに学習させられませんでした',
  },
} as const satisfies Record<EventCatalogue['message.learned']['public']['result'], Phrase>;

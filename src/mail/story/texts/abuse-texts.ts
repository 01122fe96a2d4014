/** Words of what is told of misconduct: why somebody was banned or put off, from what, and for how long. */
import type { Misconduct } from '#mail/abuse/conduct';
import type { PaceName } from '#mail/abuse/login-throttle';
import type { Phrase } from '#mail/story/phrase';

/** Why a login was put off. */
export const LOGIN_PACE_TEXTS = {
  'name-at-address': {
    en: 'too many failures at this name from this address, from where its owner logs in too',
    ja: '持ち主も利用しているこのアドレスから、このユーザー名への失敗が続いています',
  },
  'name-at-network': {
    en: 'too many failures at this name from this network, from where its owner logs in too',
    ja: '持ち主も利用しているこのネットワークから、このユーザー名への失敗が続いています',
  },
  address: {
    en: 'too many failures from this address',
    ja: 'このアドレスからの失敗が続いています',
  },
  network: {
    en: 'too many failures from this network',
    ja: 'このネットワークからの失敗が続いています',
  },
  'name-first': {
    en: 'many networks guess at this name',
    ja: '多数のネットワークからこのユーザー名への失敗が続いています',
  },
  'name-again': {
    en: 'too many failures at this name from places that are not known',
    ja: '未知の接続元からこのユーザー名への失敗が続いています',
  },
  cheap: {
    en: 'the same wrong secret comes too often',
    ja: '同じ誤った認証情報が短時間に繰り返されています',
  },
  server: {
    en: 'too many strangers log in at once',
    ja: '未知の接続元からのログインが集中しています',
  },
} as const satisfies Record<PaceName | 'server', Phrase>;

export const BAN_REASONS = {
  'early-talker': {
    en: 'it speaks before the greeting',
    ja: '応答開始（220）を待たずに送信を繰り返しました',
  },
  'protocol-errors': {
    en: 'its sessions end for their errors',
    ja: '誤りの多いセッションを繰り返しました',
  },
  'unknown-recipient': {
    en: 'it goes through names of mailboxes that are not there',
    ja: '存在しないメールボックスを次々と試しました',
  },
  'failed-login': {
    en: 'it fails to log in by one name after the other',
    ja: '多数のユーザー名でログインに失敗しました',
  },
  'by-hand': { en: 'by an operator', ja: '管理者の操作' },
} as const satisfies Record<Misconduct | 'by-hand', Phrase>;

export const BAN_SCOPES = {
  all: { en: 'all mail services', ja: 'すべてのメールサービス' },
  mx: { en: 'handing in mail on port 25', ja: 'ポート 25 でのメール受信' },
} as const satisfies Record<string, Phrase>;

export const BAN_END = {
  lifted: { en: 'somebody lifts it', ja: '解除されるまで' },
} as const satisfies Record<string, Phrase>;

export const SENDING_LIMITS = {
  messages: { en: 'messages in a day', ja: '1 日のメッセージ数' },
  'new-recipients': { en: 'new recipients in a day', ja: '1 日の新しい宛先の数' },
  minute: { en: 'messages in a minute', ja: '1 分間のメッセージ数' },
  hour: { en: 'messages in an hour', ja: '1 時間のメッセージ数' },
} as const satisfies Record<string, Phrase>;

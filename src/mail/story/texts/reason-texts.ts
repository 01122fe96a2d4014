/**
 * Why something was refused, left out or broken off, as a part of a sentence. Every reason that `mail` gives has its text
 * here; a reason of another layer without one is shown as the word that it is. Notices have their rules and words
 * in `protocol/dsn/rules.ts`.
 */
import type { LoginOutcome } from '#mail/accounts/authenticate';
import type { RecipientOutcome } from '#mail/receive/recipient';
import type { UnsignedReason } from '#mail/submit/sign';
import type { SubmissionRefusal } from '#mail/submit/submission';
import type { Action } from '#protocol/dsn/delivery-status';
import type { ServerFailureReason } from '#protocol/sasl/server-step';
import type { Phrase } from '#mail/story/phrase';
import { FINDING_TEXTS } from './verdict-texts.ts';

type Known =
  | ServerFailureReason
  | Exclude<LoginOutcome['kind'], 'login' | 'refused' | 'busy'>
  | UnsignedReason
  | Exclude<RecipientOutcome['kind'], 'accepted'>
  | SubmissionRefusal['kind'];

export const REASONS = {
  ...FINDING_TEXTS,
  'no-key': {
    en: 'no DKIM key is active for the domain of From',
    ja: 'From のドメインに有効な DKIM 鍵がありません',
    rfc: 'RFC 6376 §5.2',
  },
  'header-not-parted': {
    en: 'header and body are not parted by the first empty line, so that a signature would not hold',
    ja: 'ヘッダーと本文が最初の空行で分かれていないため、署名が成り立ちません',
    rfc: 'RFC 5322 §2.1',
  },
  'signing-failed': {
    en: 'the keys of the domain could not be used',
    ja: 'ドメインの鍵を使用できませんでした',
  },
  'not-here': {
    en: 'the domain is not one of this server, and mail is not relayed for strangers',
    ja: 'このサーバーのドメインではなく、第三者のための中継は行いません',
    rfc: 'RFC 5321 §3.6.2',
  },
  'unknown-mailbox': {
    en: 'there is no such mailbox',
    ja: 'そのようなメールボックスはありません',
    rfc: 'RFC 5321 §3.3',
  },
  disabled: { en: 'the mailbox takes no mail at present', ja: 'メールボックスは現在無効です' },
  'over-quota': { en: 'the mailbox is full', ja: 'メールボックスがいっぱいです' },
  'alias-loop': {
    en: 'the alias leads back to itself, or too deep',
    ja: 'エイリアスが循環しているか、深すぎます',
  },
  'bounces-only': {
    en: 'the address takes notices of failure only, and this is none: its reverse-path is not null',
    ja: '不達通知だけを受け取るアドレスですが、エンベロープ From が空ではありません',
    rfc: 'RFC 5321 §4.5.5',
  },
  'bounce-forged': {
    en: 'nothing that was forwarded from here came from this address',
    ja: 'このアドレスを差出人として転送したことはありません',
  },
  'bounce-expired': {
    en: 'what was forwarded from this address is too long ago',
    ja: 'このアドレスを差出人とした転送から時間が経ちすぎています',
  },
  'no-postmaster-yet': {
    en: 'no account exists yet that could take it',
    ja: '受け取れるアカウントがまだありません',
    rfc: 'RFC 5321 §4.5.1',
  },
  'repeated-field': {
    en: 'a header field that may stand once stands twice',
    ja: '1 回だけ許されるヘッダーフィールドが重複しています',
    rfc: 'RFC 5322 §3.6',
  },
  'unreadable-field': {
    en: 'an author field of the header cannot be read',
    ja: '差出人を示すヘッダーフィールドを読み取れません',
    rfc: 'RFC 5322 §3.6.2',
  },
  'not-yours': {
    en: 'the account may not write as this author',
    ja: 'このアカウントにはその差出人として送信する権限がありません',
    rfc: 'RFC 6409 §6.1',
  },
  'out-of-scope': {
    en: 'the app password is right, but was not made for this use',
    ja: 'アプリパスワードは正しいものの、この用途のものではありません',
    rfc: 'RFC 4954 §6',
  },
  'wrong-credentials': {
    en: 'the name or the password is wrong',
    ja: 'ユーザー名またはパスワードが誤っています',
    rfc: 'RFC 4954 §6',
  },
  'authorization-identity': {
    en: 'a login may not act for another account',
    ja: '他のアカウントの代理としてはログインできません',
    rfc: 'RFC 4422 §3.4.1',
  },
  'unusable-text': {
    en: 'the name or the password has characters that none can have',
    ja: 'ユーザー名またはパスワードに使えない文字があります',
    rfc: 'RFC 4013 §2.3',
  },
  'channel-binding': {
    en: 'the login was bound to another TLS connection: somebody may sit in between',
    ja: 'ログインが別の TLS 接続に結び付けられています。通信が中継されているおそれがあります',
    rfc: 'RFC 5802 §6',
  },
  malformed: {
    en: 'the response is not what the mechanism asks for',
    ja: '応答が認証方式の書式に合っていません',
    rfc: 'RFC 4954 §4',
  },
  'too-long': { en: 'the response is too long', ja: '応答が長すぎます', rfc: 'RFC 4954 §4' },
  'too-large': {
    en: 'the message is larger than is taken here',
    ja: 'メッセージがこのサーバーの上限を超えています',
    rfc: 'RFC 1870 §6.1',
  },
  'too-fast': {
    en: 'more comes from the address or its network than may in the time',
    ja: '接続元のアドレスまたはネットワークからの流量が上限を超えています',
  },
  'early-talker': {
    en: 'the client spoke before the greeting, which no honest program does',
    ja: '接続元が応答開始（220）を待たずに送信しました',
    rfc: 'RFC 5321 §3.1',
  },
  'too-many': { en: 'too many connections at once', ja: '同時接続数が上限を超えています' },
  'too-many-from-address': {
    en: 'too many connections at once from this address',
    ja: 'このアドレスからの同時接続数が上限を超えています',
  },
  'daily-limit': {
    en: 'the account has sent what it may in a day',
    ja: 'アカウントの 1 日の送信上限に達しています',
  },
  'account-pace': {
    en: 'the account sends more than it may in a minute, or in an hour',
    ja: 'アカウントの 1 分間または 1 時間の送信上限に達しています',
  },
  banned: {
    en: 'the address is banned for a time',
    ja: 'このアドレスからの接続は一時的に禁止されています',
  },
  'no-proxy-header': {
    en: 'the connection did not begin with a PROXY protocol header',
    ja: '接続の先頭に PROXY プロトコルのヘッダーがありません',
  },
  'lease-lost': {
    en: 'this worker had lost its claim, and another one may go on',
    ja: 'この処理は担当の期限を失っており、別の処理が引き継ぐ可能性があります',
  },
  stopping: { en: 'the server was stopping', ja: 'サーバーの停止中でした' },
} as const satisfies Record<Known, Phrase> & Readonly<Record<string, Phrase>>;

/** Why the queue holds or lets go, by the word in the event; another word is shown as it is. */
export const CAUSES = {
  operator: { en: 'by an operator', ja: '管理者の操作' },
  'delivery-hold': {
    en: 'by the setting delivery = hold, which keeps mail for other hosts here',
    ja: '設定 delivery = hold により、他ホスト宛てを送信しないため',
  },
  'no-route': {
    en: 'since no route is set for its domain, and this server sends nothing elsewhere without one',
    ja: 'ドメインの経路が未設定で、経路がなければ外部へ送信しないため',
  },
  'route set': { en: 'since a route was set', ja: '経路が設定されたため' },
} as const satisfies Record<string, Phrase>;

/** What a notice tells, in «a … about …». */
export const NOTICE_KINDS = {
  failure: { en: 'failure notice', ja: '不達通知' },
  delay: { en: 'delay notice', ja: '遅延通知' },
  success: { en: 'delivery notice', ja: '配信完了通知' },
  relayed: { en: 'relay notice', ja: '中継通知' },
} as const satisfies Record<string, Phrase>;

/** Reply codes in plain words, where a server gives no enhanced status (RFC 5321 §4.2.3 and the RFCs named). */
export const REPLY_TEXTS = {
  421: {
    en: 'the server closes the connection',
    ja: 'サーバーが接続を閉じます',
    rfc: 'RFC 5321 §3.8',
  },
  450: {
    en: 'the mailbox is not available now; try again later',
    ja: 'メールボックスが一時的に使えません。後で再試行します',
    rfc: 'RFC 5321 §4.2.3',
  },
  451: {
    en: 'the server had a trouble of its own; try again later',
    ja: 'サーバー側の問題で中断しました。後で再試行します',
    rfc: 'RFC 5321 §4.2.3',
  },
  452: {
    en: 'the server lacks room, or takes no more recipients now',
    ja: 'サーバーの空き容量が足りないか、宛先が多すぎます',
    rfc: 'RFC 5321 §4.2.3',
  },
  454: {
    en: 'TLS or authentication is not available for the moment',
    ja: 'TLS または認証が一時的に使えません',
    rfc: 'RFC 3207 §4',
  },
  455: {
    en: 'the server cannot follow the parameters now',
    ja: 'サーバーは今、指定されたパラメーターに応じられません',
    rfc: 'RFC 5321 §4.2.3',
  },
  500: {
    en: 'the server did not understand the command',
    ja: 'サーバーがコマンドを理解できませんでした',
    rfc: 'RFC 5321 §4.2.3',
  },
  501: {
    en: 'an argument of the command is malformed',
    ja: 'コマンドの引数の書式が誤っています',
    rfc: 'RFC 5321 §4.2.3',
  },
  502: {
    en: 'the server does not have this command',
    ja: 'サーバーはこのコマンドに対応していません',
    rfc: 'RFC 5321 §4.2.3',
  },
  503: {
    en: 'the command came at the wrong point of the dialogue',
    ja: 'コマンドの順序が誤っています',
    rfc: 'RFC 5321 §4.2.3',
  },
  504: {
    en: 'the server does not have this variant of the command',
    ja: 'サーバーはこのパラメーターに対応していません',
    rfc: 'RFC 5321 §4.2.3',
  },
  521: {
    en: 'this host takes no mail at all',
    ja: 'このホストはメールを受け取りません',
    rfc: 'RFC 7504',
  },
  530: {
    en: 'the server wants STARTTLS or a login first',
    ja: '先に STARTTLS または認証が必要です',
    rfc: 'RFC 4954 §6',
  },
  535: {
    en: 'the name or the password is wrong',
    ja: 'ユーザー名またはパスワードが誤っています',
    rfc: 'RFC 4954 §6',
  },
  550: {
    en: 'the mailbox does not exist, or the rules of the server refuse it',
    ja: 'メールボックスが存在しないか、サーバーの規則により拒否されました',
    rfc: 'RFC 5321 §4.2.3',
  },
  551: {
    en: 'the user is elsewhere, and the server does not forward',
    ja: 'ユーザーは別の場所におり、サーバーは転送しません',
    rfc: 'RFC 5321 §3.4',
  },
  552: {
    en: 'the message or the mailbox is over its limit',
    ja: 'メッセージまたはメールボックスが上限を超えています',
    rfc: 'RFC 5321 §4.2.3',
  },
  553: {
    en: 'the address is not allowed here',
    ja: 'このアドレスは許可されていません',
    rfc: 'RFC 5321 §4.2.3',
  },
  554: { en: 'the transaction failed', ja: 'メール処理が失敗しました', rfc: 'RFC 5321 §4.2.3' },
  555: {
    en: 'the server does not know a parameter of MAIL or RCPT',
    ja: 'サーバーは MAIL または RCPT のパラメーターを認識できません',
    rfc: 'RFC 5321 §4.1.1.11',
  },
  556: {
    en: 'the domain takes no mail',
    ja: 'このドメインはメールを受け取りません',
    rfc: 'RFC 7504',
  },
} as const satisfies Record<number, Phrase>;

/** The kind that an action of RFC 3464 is told by. */
export const KIND_OF_ACTION = {
  failed: 'failure',
  delayed: 'delay',
  delivered: 'success',
  expanded: 'success',
  relayed: 'relayed',
} as const satisfies Record<Action, keyof typeof NOTICE_KINDS>;

/** Words around the events: headings, how things stand, sizes and counts, what stands for a value that is not there. */
import type { Stage } from '#clients/smtp/outcome';
import type { AddressRule } from '#store/directory/directory';
import type { Listener } from '#mail/receive/envelope';
import type { Phrase } from '#mail/story/phrase';

/** The chapters of a story. */
export type Phase =
  | 'arrival'
  | 'fixing'
  | 'signing'
  | 'verdict'
  | 'recipients'
  | 'attempt'
  | 'notices'
  | 'operator'
  | 'other';

export const PHASE_TITLES = {
  arrival: { en: 'How it came in', ja: '受付' },
  fixing: { en: 'What was put right', ja: 'ヘッダーの補正' },
  signing: { en: 'Who signed it', ja: '署名' },
  verdict: { en: 'How it was judged', ja: '判定' },
  recipients: { en: 'Where it goes', ja: '宛先' },
  attempt: { en: 'Delivery attempt', ja: '配信の試行' },
  notices: { en: 'What its author was told', ja: '差出人への通知' },
  operator: { en: 'What held it back or moved it on', ja: '保留と手動操作' },
  other: { en: 'What else happened', ja: 'その他の出来事' },
} as const satisfies Record<Phase, Phrase>;

/** How a recipient stands after all that was told. */
export type Standing =
  | 'delivered'
  | 'handed-on'
  | 'sent-on'
  | 'waiting'
  | 'held'
  | 'failed'
  | 'expired'
  | 'removed'
  | 'suppressed'
  | 'bounced'
  | 'dropped';

export const STANDING_TEXTS = {
  delivered: {
    en: '{recipient}: delivered to the mailbox',
    ja: '{recipient}：メールボックスに配信済み',
  },
  'handed-on': { en: '{recipient}: taken by {host}', ja: '{recipient}：{host} が受け取り済み' },
  'sent-on': {
    en: '{recipient}: sent on to the addresses behind it',
    ja: '{recipient}：エイリアスの宛先へ転送済み',
  },
  waiting: {
    en: '{recipient}: waiting in the queue{next}',
    ja: '{recipient}：キューで待機中{next}',
  },
  held: { en: '{recipient}: held in the queue', ja: '{recipient}：キューで保留中' },
  failed: { en: '{recipient}: failed for good', ja: '{recipient}：配信失敗' },
  expired: { en: '{recipient}: given up, its time ran out', ja: '{recipient}：期限切れのため断念' },
  dropped: {
    en: '{recipient}: not sent on, by the verdict',
    ja: '{recipient}：判定により転送せず破棄',
  },
  suppressed: {
    en: '{recipient}: not sent to, the address is suppressed',
    ja: '{recipient}：配信停止中のため送信せず',
  },
  bounced: {
    en: '{recipient}: taken at first, then failed',
    ja: '{recipient}：受け取り後に不達',
  },
  removed: { en: '{recipient}: removed from the queue', ja: '{recipient}：キューから削除' },
} as const satisfies Record<Standing, Phrase>;

export const FRAME = {
  title: { en: 'The story of message {id}', ja: 'メッセージ {id} の経過' },
  childTitle: {
    en: 'Message {id}, which this one caused',
    ja: 'このメッセージから生じたメッセージ {id}',
  },
  nothing: { en: 'Nothing is recorded of this message.', ja: 'このメッセージの記録はありません。' },
  nextAttempt: { en: ', next attempt at {time}', ja: '（次の試行 {time}）' },
  /** Of a recipient that waits, instead of the next attempt. */
  heldBack: { en: ', {why}', ja: '（{why}）' },
  /** The gap since the line before. */
  after: { en: 'after {time}', ja: '{time}後' },
  attemptTo: { en: 'Delivery attempt: {site}', ja: '配信の試行：{site}' },
  /** Personal, and removed by retention or with the account. */
  erased: { en: '(erased)', ja: '（消去済み）' },
  /** An older version did not write it. */
  notRecorded: { en: '(not recorded)', ja: '（記録なし）' },
  nullReversePath: { en: '<> (no return address)', ja: '<>（返信先なし）' },
  everyRecipient: { en: 'every recipient', ja: 'すべての宛先' },
  nobody: { en: 'nobody', ja: '該当なし' },
  localSite: { en: 'the mailboxes of this server', ja: 'このサーバーのメールボックス' },
  relaySite: { en: 'the relay {relay}', ja: '中継サーバー {relay}' },
  withTls: { en: 'under {version}', ja: '{version} で暗号化' },
  withoutTls: { en: 'without TLS', ja: 'TLS なし' },
  tookIn: { en: 'Taken in by {listener}.', ja: '受け付けた窓口：{listener}' },
  handedInBy: { en: 'Handed in by way of {channel}.', ja: '依頼の経路：{channel}' },
  messageIdField: { en: 'Message-ID: {id}', ja: 'Message-ID：{id}' },
  reversePath: { en: 'Reverse-path: {path}', ja: 'エンベロープ From：{path}' },
  forwardPath: { en: 'Forward-path: {path}', ja: 'エンベロープ To：{path}' },
  releaseAt: {
    en: 'Not to be sent before {time} (FUTURERELEASE).',
    ja: '{time} まで送信しないよう指定されています（FUTURERELEASE）。',
    rfc: 'RFC 4865',
  },
  added: { en: 'added {fields}', ja: '追加：{fields}' },
  hidden: { en: '{fields} hidden from the recipients', ja: '受信者に非公開：{fields}' },
  signature: { en: '{algorithm} for {domain}', ja: '{domain} の {algorithm}' },
  publicKey: {
    en: 'Receivers find the public key at {name}.',
    ja: '公開鍵は {name} にあります。',
    rfc: 'RFC 6376 §3.6.2.1',
  },
  atOnce: { en: 'to be tried at once', ja: 'すぐに配信を試みます' },
  notBefore: { en: 'not to be tried before {time}', ja: '{time} まで試みません' },
  stream: { en: 'Stream: {stream}', ja: 'ストリーム：{stream}' },
  asJunk: { en: 'The verdict put it there as junk.', ja: '判定により迷惑メールに振り分けました。' },
  stoppedAt: { en: 'Stopped {stage}, at {host}.', ja: '中断した段階：{stage}（{host}）' },
  stopped: { en: 'Stopped {stage}.', ja: '中断した段階：{stage}' },
  said: { en: '{host} said: {reply}', ja: '{host} の返答：{reply}' },
  saidSome: { en: 'The server said: {reply}', ja: 'サーバーの返答：{reply}' },
  happened: { en: 'What happened: {reply}', ja: '起きたこと：{reply}' },
  status: { en: '{status} means: {meaning}', ja: '{status} の意味：{meaning}' },
  repliedWith: { en: 'Answered with {code}.', ja: '返した応答：{code}' },
  noticeId: { en: 'The notice is message {id}.', ja: '通知はメッセージ {id} です。' },
  field: { en: '{name}: {value}', ja: '{name}：{value}' },
  unknownStep: {
    en: '{key}: a step that this version does not know.',
    ja: '{key}：このバージョンでは説明できない手順です。',
  },
  preference: { en: '{name} (preference {preference})', ja: '{name}（優先度 {preference}）' },
  leftOut: {
    en: '{count} more were too many and are left out',
    ja: '残り {count} 台は多すぎるため除外',
  },
  cached: { en: 'remembered from before', ja: 'キャッシュ' },
  validated: { en: 'validated by DNSSEC', ja: 'DNSSEC で検証済み' },
  loneDialogue: { en: 'What was said on the wire.', ja: '通信の記録です。' },
  explained: { en: '{code}: {meaning}', ja: '{code}：{meaning}' },
} as const satisfies Record<string, Phrase>;

export const LISTENERS = {
  mx: { en: 'the MX listener', ja: 'MX ポート' },
  submission: { en: 'the submission listener', ja: 'submission ポート' },
  submissions: { en: 'the submissions listener (TLS)', ja: 'submissions ポート（TLS）' },
} as const satisfies Record<Listener, Phrase>;

export const ADDRESS_RULES = {
  exact: { en: 'an alias', ja: 'エイリアス', rfc: 'RFC 5321 §3.9.1' },
  subaddress: {
    en: 'the address without its +tag',
    ja: '+ 以降を除いたアドレス',
    rfc: 'RFC 5233 §1',
  },
  role: {
    en: 'an address that every domain must answer',
    ja: 'どのドメインにも必要な役割アドレス',
    rfc: 'RFC 5321 §4.5.1',
  },
  'catch-all': { en: 'the catch-all of the domain', ja: 'ドメインのキャッチオール' },
  bounce: {
    en: 'an address that SRS made for notices of failure',
    ja: '不達通知のために SRS で作られたアドレス',
  },
  doctor: {
    en: 'an address of the doctor, which keeps nothing',
    ja: '診断（doctor）のアドレス、何も保存しません',
  },
} as const satisfies Record<AddressRule | 'bounce' | 'doctor', Phrase>;

/** How far an attempt had come when it stopped: a stage of the SMTP client, the way there, or delivery here. */
export const STAGES = {
  route: { en: 'while looking for the way', ja: '経路の決定', rfc: 'RFC 5321 §5.1' },
  mailbox: { en: 'at the mailbox', ja: 'メールボックスへの保存' },
  connect: { en: 'while connecting', ja: '接続', rfc: 'RFC 5321 §5.1' },
  greeting: {
    en: 'while waiting for the greeting',
    ja: '応答開始（220）待ち',
    rfc: 'RFC 5321 §3.1',
  },
  ehlo: { en: 'at EHLO', ja: 'EHLO', rfc: 'RFC 5321 §3.2' },
  tls: { en: 'at STARTTLS', ja: 'STARTTLS', rfc: 'RFC 3207 §4' },
  auth: { en: 'at AUTH', ja: 'AUTH', rfc: 'RFC 4954 §4' },
  mail: { en: 'at MAIL FROM', ja: 'MAIL FROM', rfc: 'RFC 5321 §4.1.1.2' },
  rcpt: { en: 'at RCPT TO', ja: 'RCPT TO', rfc: 'RFC 5321 §4.1.1.3' },
  data: { en: 'at DATA', ja: 'DATA', rfc: 'RFC 5321 §4.1.1.4' },
  'end-of-data': {
    en: 'after the content was sent',
    ja: '本文の送信後',
    rfc: 'RFC 5321 §4.1.1.4',
  },
} as const satisfies Record<Stage | 'route' | 'mailbox', Phrase>;

/** A number with its noun; English has two forms. */
export const COUNTED = {
  octets: { one: 'octet', other: 'octets', ja: '{n} オクテット' },
  recipients: { one: 'recipient', other: 'recipients', ja: '宛先 {n} 件' },
} as const;

/** Units of a length of time. */
export const UNITS = {
  day: { one: 'day', other: 'days', ja: '日' },
  hour: { one: 'h', other: 'h', ja: '時間' },
  minute: { one: 'min', other: 'min', ja: '分' },
  second: { one: 's', other: 's', ja: '秒' },
  millisecond: { one: 'ms', other: 'ms', ja: 'ミリ秒' },
} as const;

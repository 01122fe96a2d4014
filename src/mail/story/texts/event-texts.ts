/**
 * What each event says, in plain words. One entry per type of event: a new type does not compile before it has its
 * text in both languages. Names in braces are filled in by `tell-event.ts`. Terms are those of the field: in Japanese
 * エンベロープ From for the reverse-path, エイリアス for an alias, 配信 for delivery.
 */
import type { EventType } from '#events';
import type { Phrase } from '#mail/story/phrase';
import { TLS_SESSIONS } from './tls-texts.ts';

export const EVENT_TEXTS = {
  'session.refused': {
    rfc: 'RFC 5321 §3.1',
    en: 'A connection from {client} to {listener} was refused: {reason}.',
    ja: '{client} から {listener}への接続を拒否しました（{reason}）。',
  },
  'session.handshake-failed': {
    rfc: 'RFC 3207 §4',
    en: 'The TLS handshake with {client} at {listener} failed: {reason}.',
    ja: '{client} と{listener}の TLS ハンドシェイクが失敗しました（{reason}）。',
  },
  'session.authenticated': {
    rfc: 'RFC 4954 §4',
    en: '{login} logged in from {client} ({mechanism}, {tls}).',
    ja: '{client} から {login} がログインしました（{mechanism}、{tls}）。',
  },
  'session.authentication-failed': {
    rfc: 'RFC 4954 §6',
    en: 'A login as {login} from {client} with {mechanism} failed: {reason}.',
    ja: '{client} から {login} としてのログイン（{mechanism}）に失敗しました（{reason}）。',
  },
  'session.authentication-slowed': {
    rfc: 'RFC 4954 §6',
    en: 'A login as {login} from {client} with {mechanism} was put off for {seconds} s, and nothing was checked: {reason}.',
    ja: '{client} から {login} としてのログイン（{mechanism}）を {seconds} 秒待つよう求め、照合は行いませんでした（{reason}）。',
  },
  'address.banned': {
    en: '{network} was banned from {services} until {until}: {reason}.',
    ja: '{network} からの接続を禁止しました（対象：{services}、期限：{until}、{reason}）。',
  },
  'address.unbanned': {
    en: 'The ban of {network} was lifted.',
    ja: '{network} の接続禁止を解除しました。',
  },
  'account.limited': {
    en: '{login} has reached its limit ({limit}: {most}): nothing more is taken from it until {until}. If its owner does not send so much, somebody else has its password.',
    ja: '{login} が上限に達したため（{limit}：{most}）、{until} まで送信を受け付けません。心当たりがなければ、パスワードが盗まれた可能性があります。',
  },
  'scanner.lost': {
    en: 'The content scanner is not asked for a while {use}, and mail is taken without it: {cause} ({text}).',
    ja: 'コンテンツスキャナーへの問い合わせ（{use}）をしばらく止め、検査なしでメールを受け取ります（{cause}：{text}）。',
  },
  'scanner.back': {
    en: 'The content scanner is asked again {use}, after {seconds} s and {messages} messages without it.',
    ja: 'コンテンツスキャナーへの問い合わせ（{use}）を {seconds} 秒ぶりに再開しました。その間に {messages} 通が対象外となっています。',
  },
  'certificate.issued': {
    rfc: 'RFC 8555 §7.4.2',
    en: 'A certificate for {names} was issued by {issuer}; it is valid until {until}.',
    ja: '{issuer} から {names} の証明書が発行されました（有効期限：{until}）。',
  },
  'certificate.failed': {
    rfc: 'RFC 8555 §6.7',
    en: 'No certificate was issued for {names}: {cause} ({text}). It is tried again at {time}.',
    ja: '{names} の証明書は発行されませんでした（{cause}：{text}）。{time} に再び申し込みます。',
  },
  'certificate.expiring': {
    en: 'The certificate for {names} ends on {until}, and there is no new one. Days left: {days}.',
    ja: '{names} の証明書の期限（{until}）が近づいていますが、更新できていません（残り日数：{days}）。',
  },
  'certificate.revoked': {
    rfc: 'RFC 8555 §7.6',
    en: 'The certificate for {names} was revoked ({reason}); it is not served any more.',
    ja: '{names} の証明書を失効させました（{reason}）。以後は使いません。',
  },
  'certificate.imported': {
    en: 'A certificate for {names} of {issuer} was brought in; it is valid until {until}.',
    ja: '{issuer} が発行した {names} の証明書を取り込みました（有効期限：{until}）。',
  },
  'app-password.made': {
    en: '{login} got the app password {publicId} ({name}) for {scope}.',
    ja: '{login} のアプリパスワード {publicId}（{name}、用途：{scope}）を作りました。',
  },
  'app-password.removed': {
    en: 'The app password {publicId} ({name}) of {login} was removed.',
    ja: '{login} のアプリパスワード {publicId}（{name}）を削除しました。',
  },
  'command.refused': {
    rfc: 'RFC 5321 §4.2',
    en: '{verb} from {client} was refused: {reason}.',
    ja: '{client} からの {verb} コマンドを拒否しました（{reason}）。',
  },
  'message.received': {
    rfc: 'RFC 5321 §6.1',
    en: '{client} ({greeting} {ehlo}) handed in a message from {reversePath}: {size}, {recipients}, {with}, {tls}.',
    ja: '{client}（{greeting} {ehlo}）から、差出人 {reversePath} のメッセージを受け取りました（{size}、{recipients}、{with}、{tls}）。',
  },
  'message.submitted': {
    rfc: 'RFC 6409 §4.3',
    en: '{login} submitted a message from {client} (EHLO {ehlo}): {size}, {recipients}, {with}, {tls}.',
    ja: '{client}（EHLO {ehlo}）から、{login} がメッセージの送信を依頼しました（{size}、{recipients}、{with}、{tls}）。',
  },
  'message.fixed': {
    rfc: 'RFC 6409 §8',
    en: 'The header was put right: {changes}.',
    ja: 'ヘッダーを整えました（{changes}）。',
  },
  'message.signed': {
    rfc: 'RFC 6376 §5',
    en: 'Signed with DKIM: {signatures}, in {milliseconds} ms.',
    ja: 'DKIM で署名しました（{signatures}、所要時間 {milliseconds} ミリ秒）。',
  },
  'message.unsigned': {
    rfc: 'RFC 6376 §5.2',
    en: 'Not signed with DKIM: {reason}.',
    ja: 'DKIM の署名は付けていません（{reason}）。',
  },
  'message.refused': {
    rfc: 'RFC 5321 §4.2',
    en: 'The message from {reversePath} was refused, and stayed with the client {client}: {reason}.',
    ja: '差出人 {reversePath} のメッセージを拒否しました。メッセージはクライアント {client} に残っています（{reason}）。',
  },
  'message.judged': {
    en: 'Verdict: {verdict}, since {reasons}.',
    ja: '「{verdict}」と判定しました（{reasons}）。',
  },
  'message.filed': {
    en: 'A reader moved it {class}. That is counted in the history of {senders}.',
    ja: '受信者が{class}。{senders} の履歴に記録します。',
  },
  'message.learned': {
    en: 'An owner filed it as {class}: {result}.',
    ja: '受信者が「{class}」に分類しました（{result}）。',
  },
  'recipient.judged': {
    en: '{forwardPath}: {verdict}, since {reasons}.',
    ja: '{forwardPath} 宛ては「{verdict}」と判定しました（{reasons}）。',
  },
  'message.forwarded': {
    rfc: 'RFC 5321 §3.9.1',
    en: '{forwardPath}: sent on to {targets}, from {reversePath} ({how}).',
    ja: '{forwardPath} 宛てを {targets} に転送します。エンベロープ From は {reversePath} です（{how}）。',
  },
  'message.sealed': {
    rfc: 'RFC 8617 §5.1',
    en: 'Sealed with ARC for {domain} as number {instance}, in {milliseconds} ms.',
    ja: '{domain} の ARC の封印（{instance} 番目）を付けました（所要時間 {milliseconds} ミリ秒）。',
  },
  'message.unsealed': {
    en: 'Sent on without a seal (ARC) of {domain}: {reason}.',
    ja: '{domain} の封印（ARC）を付けずに転送します（{reason}）。',
  },
  'recipient.expanded': {
    en: '{forwardPath} leads to {targets} ({rule}).',
    ja: '{forwardPath} 宛ては {targets} に届きます（{rule}）。',
  },
  'recipient.queued': {
    rfc: 'RFC 5321 §4.5.4',
    en: '{forwardPath}: put into the queue for {site}, {when}.',
    ja: '{forwardPath} 宛てを「{site}」行きのキューに入れました（{when}）。',
  },
  'recipient.stored': {
    rfc: 'RFC 5321 §4.4',
    en: '{forwardPath}: stored in the mailbox {mailbox} of {account} as UID {uid}.',
    ja: '{forwardPath} 宛てを {account} のメールボックス {mailbox} に保存しました（UID {uid}）。',
  },
  'attempt.routed': {
    rfc: 'RFC 5321 §5.1',
    en: 'The way to {domain} leads to {site}.',
    ja: '{domain} への経路は「{site}」に決まりました。',
  },
  'attempt.tls': TLS_SESSIONS.well,
  'attempt.delivered': {
    rfc: 'RFC 5321 §6.1',
    en: '{forwardPath}: {host} took the message and answers for it from now on (attempt {attempt}).',
    ja: '{forwardPath} 宛てのメッセージを {host} が受け取りました。以後の責任は受信側にあります（{attempt} 回目の試行）。',
  },
  'attempt.deferred': {
    rfc: 'RFC 5321 §4.5.4.1',
    en: '{forwardPath}: not delivered yet (attempt {attempt}). The next attempt is at {time}, {gap} later.',
    ja: '{forwardPath} 宛てはまだ配信できていません（{attempt} 回目の試行）。次の試行は {gap}後の {time} です。',
  },
  'attempt.failed': {
    rfc: 'RFC 5321 §4.2.1',
    en: '{forwardPath}: delivery failed for good (attempt {attempt}); it is not tried again.',
    ja: '{forwardPath} 宛ての配信は失敗に終わりました（{attempt} 回目の試行）。再試行は行いません。',
  },
  'attempt.abandoned': {
    en: 'The attempt was broken off before the final dot, and nothing was decided: {reason}.',
    ja: '試行を最後のドットより前で打ち切りました。結果は決まっていません（{reason}）。',
  },
  'recipient.expired': {
    rfc: 'RFC 5321 §4.5.4.1',
    en: '{forwardPath}: given up after {time} in the queue.',
    ja: '{forwardPath} 宛ては、キューで {time}待っても届かなかったため、配信を断念しました。',
  },
  'recipient.suppressed': {
    en: '{forwardPath}: not sent. The address is suppressed for {stream} {until}, since {reason}.',
    ja: '{forwardPath} 宛ては送信しませんでした。配信停止の対象です（対象：{stream}、期間：{until}、理由：{reason}）。',
  },
  'recipient.bounced': {
    rfc: 'RFC 3464 §2.3',
    en: '{forwardPath}: it came back after it had been taken ({status}): {reason}, {class}.',
    ja: '{forwardPath} 宛ては、いったん受け取られた後に不達となりました（{status}、{reason}、{class}）。',
  },
  'bounce.read': {
    rfc: 'RFC 3464 §2',
    en: 'Read as a notice about bulk message {id}: {result}.',
    ja: '一斉配信メール {id} についての通知として読み取りました（{result}）。',
  },
  'recipient.unsubscribed': {
    rfc: 'RFC 8058 §3.2',
    en: '{forwardPath} unsubscribed {way}: {stream}.',
    ja: '{forwardPath} が配信停止を申し込みました（方法：{way}、対象：{stream}）。',
  },
  'complaint.read': {
    rfc: 'RFC 5965 §2',
    en: 'Read as a feedback report: {result}.',
    ja: 'フィードバックレポートとして読み取りました（{result}）。',
  },
  'complaint.received': {
    rfc: 'RFC 5965 §3',
    en: '{forwardPath} complained about the message: {type}.',
    ja: '{forwardPath} からこのメールについて苦情がありました（{type}）。',
  },
  'address.suppressed': {
    en: '{address} is suppressed for {stream} {until}, since {reason}.',
    ja: '{address} を配信停止にしました（対象：{stream}、期間：{until}、理由：{reason}）。',
  },
  'address.unsuppressed': {
    en: '{address} is no longer suppressed for {stream} ({reason}).',
    ja: '{address} の配信停止を解除しました（対象：{stream}、停止の理由：{reason}）。',
  },
  'notice.sent': {
    rfc: 'RFC 3464 §2',
    en: 'A {kind} about {recipients} was sent to {to}.',
    ja: '{recipients} についての{kind}を {to} に送りました。',
  },
  'notice.withheld': {
    en: 'No {kind} about {recipients} was sent. {reason}',
    ja: '{recipients} についての{kind}は送りませんでした。{reason}',
  },
  'dkim.begun': {
    rfc: 'RFC 6376 §3.1',
    en: '{domain} is to get new DKIM keys, {selectors} ({by}). They sign once their records are seen in the DNS.',
    ja: '{domain} の DKIM 鍵を更新します。新しいセレクターは {selectors} です（{by}）。レコードが DNS で見えるようになってから、この鍵での署名を始めます。',
  },
  'dkim.switched': {
    rfc: 'RFC 6376 §3.1',
    en: '{domain} signs with {selectors} from now on, and not with {former} any more. The records of the former keys stay for what they signed.',
    ja: '{domain} の署名を {former} から {selectors} に切り替えました。署名済みのメールを検証できるよう、古い鍵のレコードは残しておきます。',
  },
  'dkim.revoked': {
    rfc: 'RFC 6376 §3.6.1',
    en: 'The DKIM keys {selectors} of {domain} are done with: their records may be removed from the DNS.',
    ja: '{domain} の DKIM 鍵 {selectors} は役目を終えました。DNS からレコードを削除できます。',
  },
  'dkim.aborted': {
    en: 'The new DKIM keys {selectors} of {domain} were given up before they signed anything.',
    ja: '{domain} の新しい DKIM 鍵 {selectors} の使用を、署名を始める前に取りやめました。',
  },
  'dmarc.reported': {
    en: '{reporter} reports on {messages} messages in the name of {domain}: {failed} failed DMARC, {ownFailed} of them from this server.',
    ja: '{domain} を名乗るメール {messages} 通について {reporter} から報告がありました。DMARC の失敗は {failed} 通、うちこのサーバーからのものは {ownFailed} 通です。',
    rfc: 'RFC 9990',
  },
  'warm-up.begun': {
    en: 'Mail from {source} to {site} is warmed up from now on ({by}): {size} recipients a day to begin with, until {target} a day go well.',
    ja: '{source} から {site} へのウォームアップを始めました（{by}）。1 日 {size} 宛先から、1 日 {target} 宛先を目標に増やします。',
  },
  'warm-up.judged': {
    en: 'Day {day} of the warm-up from {source} to {site} is over; the next day has {size} recipients.',
    ja: '{source} から {site} へのウォームアップ {day} 日目が終わりました。次の日は {size} 宛先です。',
  },
  'warm-up.rested': {
    en: '{site} asked for less from {source}: bulk mail rests until {bulkUntil}, other mail until {until}.',
    ja: '{site} から送信を控えるよう求められ、{source} からの一斉配信を {bulkUntil} まで、それ以外を {until} まで休みます。',
  },
  'warm-up.halted': {
    en: 'Nothing goes from {source} to {site} until its warm-up is started again ({by}).',
    ja: '{source} から {site} への送信を、ウォームアップが再開されるまで止めました（{by}）。',
  },
  'warm-up.resumed': {
    en: 'The warm-up from {source} to {site} goes on, with {size} recipients a day.',
    ja: '{source} から {site} へのウォームアップを、1 日 {size} 宛先で再開しました。',
  },
  'warm-up.ended': {
    en: 'The warm-up from {source} to {site} is over ({by}): it holds mail back no more.',
    ja: '{source} から {site} へのウォームアップを終え、送信量の制限をなくしました（{by}）。',
  },
  'alert.fired': {
    en: 'The alert {alert} went on ({severity}): {numbers}.',
    ja: 'アラート {alert} が発生しました（{severity}、{numbers}）。',
  },
  'alert.resolved': {
    en: 'The alert {alert} went off after {time}.',
    ja: 'アラート {alert} は {time} で解消しました。',
  },
  'queue.held': {
    en: '{forwardPath}: held in the queue ({by}); no attempt is made until it is released.',
    ja: '{forwardPath}：キューで保留しました。解除されるまで配信を試みません（{by}）。',
  },
  'queue.released': {
    en: '{forwardPath}: released from hold ({by}); attempts go on.',
    ja: '{forwardPath}：保留を解除しました。配信の試行を再開します（{by}）。',
  },
  'queue.retried': {
    en: '{forwardPath}: to be tried now, ahead of its time ({by}).',
    ja: '{forwardPath}：予定を早めてすぐに再試行します（{by}）。',
  },
  'queue.removed': {
    en: '{forwardPath}: removed from the queue ({by}); it is not delivered.',
    ja: '{forwardPath}：キューから削除しました。配信は行いません（{by}）。',
  },
} as const satisfies Record<EventType, Phrase>;

/** What an event says where a field of it makes another sentence. */
export const EVENT_VARIANTS = {
  /** Nothing stood against it. */
  judgedFree: {
    en: 'Verdict: {verdict}.',
    ja: '「{verdict}」と判定しました。',
  },
  /** A notice of failure came to an address that SRS had made. */
  sentBack: {
    rfc: 'RFC 5321 §4.5.5',
    en: '{forwardPath}: what was forwarded failed elsewhere, and {targets} is told.',
    ja: '{forwardPath} 宛ての不達通知です。転送したメッセージの差出人 {targets} に送り返します。',
  },
  /** No site: the look-up gave no host. */
  unrouted: {
    rfc: 'RFC 5321 §5.1',
    en: 'No way to {domain} was found.',
    ja: '{domain} への経路が見つかりませんでした。',
  },
  /** No host: the mailbox is on this server. */
  deliveredHere: {
    rfc: 'RFC 5321 §4.4',
    en: '{forwardPath}: delivered into a mailbox of this server (attempt {attempt}).',
    ja: '{forwardPath} 宛てをこのサーバーのメールボックスに配信しました（{attempt} 回目の試行）。',
  },
  /** The address was an alias, and what it stands for is elsewhere. */
  sentOn: {
    rfc: 'RFC 5321 §3.9.1',
    en: '{forwardPath}: sent on to the addresses behind it, as a message of its own (attempt {attempt}).',
    ja: '{forwardPath} 宛てを、そのエイリアスが指すアドレスへ別のメッセージとして送りました（{attempt} 回目の試行）。',
  },
  /** The operator wanted nobody to be told. */
  removedSilently: {
    en: '{forwardPath}: removed from the queue ({by}); it is not delivered, and nobody is told.',
    ja: '{forwardPath}：キューから削除しました。配信も通知も行いません（{by}）。',
  },
  /** A type that a newer version wrote. */
  unknown: {
    en: '{type}: a step that this version does not know.',
    ja: '{type}：このバージョンでは説明できない出来事です。',
  },
} as const satisfies Record<string, Phrase>;

/**
 * What reception found, and what it came to, in plain words: the verdict, the reasons, the checks and their own steps. The steps of SPF,
 * DKIM, DMARC and ARC have their texts in files of their own. A new check, reason or step does not compile before it has its
 * text in both languages.
 */
import type { Author, AuthorTrick } from '#protocol/dmarc/author';
import type { NotAsked, Unknown } from '#mail/receive/inquiry/fact';
import type {
  CheckName,
  EhloFacts,
  ListsFacts,
  SenderFacts,
  StandInFacts,
} from '#mail/receive/inquiry/facts';
import type { FindingReason } from '#mail/receive/inquiry/findings';
import type { RecipientVerdict, Refusing } from '#mail/receive/judgement/verdict';
import { HISTORY_STEPS } from './history-texts.ts';
import type { Phrase } from '#mail/story/phrase';
import { SCANNER_STEPS } from './scanner-texts.ts';

/** What became of the message, by the word in `message.judged`. */
export const VERDICT_TEXTS = {
  accept: { en: 'accepted', ja: '受け入れ' },
  junk: { en: 'accepted as junk', ja: '迷惑メールとして受け入れ' },
  drop: { en: 'accepted, and not sent on', ja: '受け入れたが転送せず破棄' },
  mixed: { en: 'accepted, not alike for all recipients', ja: '受け入れ（宛先により異なる）' },
  reject: { en: 'refused for good', ja: '恒久的に拒否' },
  temporary: {
    en: 'put off, to be judged when it comes again',
    ja: '一時的に拒否（再送時に判定）',
  },
  greylist: { en: 'put off, to see whether it comes again', ja: '一時的に拒否（グレイリスト）' },
} as const satisfies Record<
  Exclude<RecipientVerdict['kind'], 'inbox'> | Refusing | 'accept' | 'mixed',
  Phrase
>;

/** Words of `message explain` around all this. */
export const EXPLAIN = {
  title: { en: 'How message {id} was judged', ja: 'メッセージ {id} の判定' },
  verdict: { en: 'Verdict: {verdict}', ja: '判定：{verdict}' },
  reasons: { en: 'Because', ja: '理由' },
  also: { en: 'Also found, and not decisive', ja: 'その他の所見（判定には影響なし）' },
  recipient: { en: 'For {recipient}: {verdict}', ja: '{recipient} 宛て：{verdict}' },
  more: {
    en: '({count} more steps were not kept)',
    ja: '（ほか {count} 件の手順は記録されていません）',
  },
} as const satisfies Record<string, Phrase>;

/** Each as a part of a sentence. */
export const FINDING_TEXTS = {
  listed: {
    en: 'the address of the client is on a DNS list',
    ja: '接続元アドレスが DNS リストに掲載されています',
    rfc: 'RFC 5782 §2.1',
  },
  'no-reverse-name': {
    en: 'the address of the client has no name that leads back to it',
    ja: '接続元アドレスの逆引き名が、そのアドレスに戻りません',
    rfc: 'RFC 8601 §2.7.3',
  },
  'ehlo-own-name': {
    en: 'the client greeted with the name of this server',
    ja: '接続元がこのサーバーの名前を名乗りました',
    rfc: 'RFC 5321 §4.1.4',
  },
  'ehlo-wrong-address': {
    en: 'the client greeted with an address that is not its own',
    ja: '接続元が、実際と異なるアドレスを名乗りました',
    rfc: 'RFC 5321 §4.1.4',
  },
  'ehlo-not-qualified': {
    en: 'the client greeted with a name that is no full host name',
    ja: '接続元が名乗った名前は、完全なホスト名ではありません',
    rfc: 'RFC 5321 §2.3.5',
  },
  'sender-domain-unknown': {
    en: 'the domain of the reverse-path has neither MX nor address, so nobody there could be answered',
    ja: 'エンベロープ From のドメインに MX もアドレスもなく、返信先がありません',
    rfc: 'RFC 5321 §5.1',
  },
  'sender-domain-no-mail': {
    en: 'the domain of the reverse-path says that it takes no mail',
    ja: 'エンベロープ From のドメインは、メールを受け取らないと宣言しています',
    rfc: 'RFC 7505 §4.2',
  },
  'sender-domain-unresolved': {
    en: 'the domain of the reverse-path could not be looked up',
    ja: 'エンベロープ From のドメインを調べられませんでした',
    rfc: 'RFC 5321 §5.1',
  },
  'spf-fail': {
    en: 'the SPF record of the sender does not allow the client to send for it',
    ja: '送信者の SPF レコードは、この接続元からの送信を許可していません',
    rfc: 'RFC 7208 §8.4',
  },
  'spf-softfail': {
    en: 'the SPF record of the sender does not expect mail from the client',
    ja: '送信者の SPF レコードは、この接続元からの送信を想定していません',
    rfc: 'RFC 7208 §8.5',
  },
  'dkim-body-not-covered': {
    en: 'a DKIM signature covers only the beginning of the body, so that anybody could have added to it',
    ja: 'DKIM の署名が本文の先頭部分だけを対象としており、追記された可能性があります',
    rfc: 'RFC 6376 §8.2',
  },
  'dmarc-reject': {
    en: 'DMARC fails, and the domain of the author wants such mail rejected',
    ja: 'DMARC に失敗し、差出人のドメインはそのようなメールの拒否を求めています',
    rfc: 'RFC 9989 §5.3.6',
  },
  'dmarc-quarantine': {
    en: 'DMARC fails, and the domain of the author wants such mail set apart',
    ja: 'DMARC に失敗し、差出人のドメインはそのようなメールの隔離を求めています',
    rfc: 'RFC 9989 §5.3.6',
  },
  'dmarc-none': {
    en: 'DMARC fails, and the domain of the author asks for nothing in that case',
    ja: 'DMARC に失敗しましたが、差出人のドメインは特別な扱いを求めていません',
    rfc: 'RFC 9989 §5.3.6',
  },
  'dmarc-temporary': {
    en: 'what DMARC needs could not be looked up',
    ja: 'DMARC の判定に必要な情報を調べられませんでした',
    rfc: 'RFC 9989 §5.3.6',
  },
  'trusted-forwarder': {
    en: 'it came by a list or forwarder that the recipient trusts',
    ja: '受信者が信頼するメーリングリストまたは転送元を経由しています',
  },
  'header-too-long': {
    en: 'the header is longer than what is looked at',
    ja: 'ヘッダーが長すぎて、すべてを確認できません',
  },
  'broken-header': {
    en: 'a line of the header is no header field',
    ja: 'ヘッダーにフィールドではない行があります',
    rfc: 'RFC 5322 §2.2',
  },
  'author-missing': {
    en: 'it has no From field',
    ja: 'From フィールドがありません',
    rfc: 'RFC 5322 §3.6',
  },
  'author-replaced': {
    en: 'it has no From field, and who is named in another field, which may be shown instead, fails DMARC',
    ja: 'From フィールドがなく、代わりに表示されうる差出人が DMARC に失敗しています',
    rfc: 'RFC 9989 §5.3.1',
  },
  'author-unclear': {
    en: 'it has no From field, and who is named in another field cannot be read without guessing',
    ja: 'From フィールドがなく、代わりに表示されうる差出人も一通りに読み取れません',
    rfc: 'RFC 5322 §3.6.2',
  },
  'author-repeated': {
    en: 'it has more than one From field, of which everybody may show another',
    ja: 'From フィールドが複数あり、どれが表示されるか定まりません',
    rfc: 'RFC 5322 §3.6',
  },
  'author-several-domains': {
    en: 'From names authors of several domains, which DMARC cannot judge together',
    ja: 'From に複数ドメインの差出人があり、DMARC で判定できません',
    rfc: 'RFC 9989 §5.3.1',
  },
  'author-unreadable': {
    en: 'the From field cannot be read without guessing',
    ja: 'From フィールドを一通りに読み取れません',
    rfc: 'RFC 5322 §3.6.2',
  },
  'author-shows-another': {
    en: 'the name of the author shows an address of another domain',
    ja: '差出人の表示名に、別のドメインのアドレスが書かれています',
    rfc: 'RFC 9989 §11.4',
  },
  'date-missing': {
    en: 'it has no Date field, or several',
    ja: 'Date フィールドがないか、複数あります',
    rfc: 'RFC 5322 §3.6',
  },
  'too-many-hops': {
    en: 'it came past over a hundred servers, which is a loop',
    ja: '100 台を超えるサーバーを経由しており、ループしています',
    rfc: 'RFC 5321 §6.3',
  },
  'delivered-before': {
    en: 'it was delivered to this address before and came back, which is a loop',
    ja: 'このアドレスに一度配信されたメッセージが戻ってきており、ループしています',
    rfc: 'RFC 5321 §6.3',
  },
  greylist: {
    en: 'the sender is not known here yet, and is to send it again in so many seconds',
    ja: '未知の送信元のため、記載の秒数が経ってからの再送を求めました',
    rfc: 'RFC 6647 §2.3',
  },
  'content-refused': {
    en: 'the content scanner refuses it',
    ja: 'コンテンツスキャナーが拒否と判定しました',
  },
  'content-junk': {
    en: 'the content scanner takes it for junk',
    ja: 'コンテンツスキャナーが迷惑メールと判定しました',
  },
  'content-greylist': {
    en: 'the content scanner wants to see whether it comes again',
    ja: 'コンテンツスキャナーが再送を待つよう判定しました',
  },
  'history-good': {
    en: 'the sender is known for good mail',
    ja: '送信元の受信履歴は良好です',
  },
  'history-poor': {
    en: 'more of what the sender sent was junk than not',
    ja: '送信元のこれまでのメールは、迷惑メールの割合が高めです',
  },
  'history-bad': {
    en: 'nearly all that the sender sent was junk',
    ja: '送信元のこれまでのメールは、ほとんどが迷惑メールです',
  },
} as const satisfies Record<FindingReason, Phrase>;

export const CHECK_TITLES = {
  iprev: { en: 'Reverse name of the client (iprev)', ja: '接続元の逆引き（iprev）' },
  lists: { en: 'DNS lists', ja: 'DNS リスト' },
  ehlo: { en: 'Greeting (EHLO)', ja: 'EHLO の名乗り' },
  sender: { en: 'Domain of the reverse-path', ja: 'エンベロープ From のドメイン' },
  spf: { en: 'SPF', ja: 'SPF（送信元の許可）' },
  form: { en: 'Form of the header', ja: 'ヘッダーの形式' },
  author: { en: 'Author (From)', ja: '差出人（From）' },
  dkim: { en: 'DKIM', ja: 'DKIM（電子署名）' },
  arc: { en: 'ARC', ja: 'ARC（経由したサーバーの封印）' },
  dmarc: { en: 'DMARC', ja: 'DMARC（差出人ドメインの方針）' },
  standIn: { en: 'Named in place of an author', ja: '差出人の代わりに表示される名前' },
  reputation: { en: 'History of the sender', ja: '送信元の受信履歴' },
  trust: { en: 'Trusted forwarders', ja: '信頼する転送元' },
  loop: { en: 'Loops', ja: 'ループ' },
  greylist: { en: 'Greylisting', ja: 'グレイリスト' },
  content: { en: 'Content scanner', ja: 'コンテンツスキャナー' },
} as const satisfies Record<CheckName, Phrase>;

/** Why a check has no result. */
export const NO_RESULT_TEXTS = {
  'no-dns': {
    en: 'not asked: this server asks no outside DNS (setting dns)',
    ja: '問い合わせなし（このサーバーは外部の DNS に問い合わせません。設定 dns）',
  },
  off: { en: 'not asked: not set up', ja: '問い合わせなし（設定なし）' },
  nothing: { en: 'not asked: there is nothing to ask', ja: '問い合わせなし（対象なし）' },
  time: { en: 'unknown: it took too long', ja: '不明（時間切れ）' },
  failed: {
    en: 'unknown: the check broke, and the log has the reason',
    ja: '不明（検査が異常終了しました。ログを参照してください）',
  },
} as const satisfies Record<NotAsked['why'] | Unknown['why'], Phrase>;

/** A step of one of our own checks; the placeholders are its fields. */
export const CHECK_STEP_TEXTS = {
  ...SCANNER_STEPS,
  ...HISTORY_STEPS,
  asked: {
    en: 'Asked the DNS for {type} of {name}: {answer}.',
    ja: 'DNS に {name} の {type} を問い合わせました：{answer}。',
  },
  'list-listed': {
    en: '{zone} lists the address.',
    ja: '{zone} はこのアドレスを掲載しています。',
  },
  'list-not-listed': {
    en: '{zone} does not list the address.',
    ja: '{zone} はこのアドレスを掲載していません。',
  },
  'list-could-not-ask': {
    en: '{zone} gave no usable answer, which is never taken for a listing. It may refuse the resolver that was asked.',
    ja: '{zone} から有効な応答を得られませんでした。掲載とはみなしません。リゾルバーからの問い合わせが拒否されている可能性があります。',
  },
  'list-says': {
    en: '{zone} says why: {text}.',
    ja: '{zone} による理由は「{text}」です。',
  },
  'ehlo-qualified': {
    en: 'The client greeted with {verb} {name}, which is a full host name. It proves nothing.',
    ja: '接続元は {verb} {name} と名乗りました。完全なホスト名ですが、これだけでは何も証明されません。',
  },
  'ehlo-literal': {
    en: 'The client greeted with {verb} {name}, which is its address.',
    ja: '接続元は {verb} {name} と名乗りました。実際のアドレスと一致します。',
  },
  'ehlo-wrong-address': {
    en: 'The client greeted with {verb} {name}, which is not its address.',
    ja: '接続元は {verb} {name} と名乗りましたが、実際のアドレスと異なります。',
  },
  'ehlo-not-qualified': {
    en: 'The client greeted with {verb} {name}, which is no full host name. Such mail must not be refused for that alone.',
    ja: '接続元は {verb} {name} と名乗りましたが、完全なホスト名ではありません。これだけを理由に拒否してはなりません。',
  },
  'ehlo-own-name': {
    en: 'The client greeted with {verb} {name}, which is the name of this server.',
    ja: '接続元は {verb} {name} と名乗りましたが、これはこのサーバーの名前です。',
  },
  'sender-reachable': {
    en: 'Mail to {domain} has a place to go.',
    ja: '{domain} 宛てのメールには届け先があります。',
  },
  'sender-unknown': {
    en: '{domain} has neither MX nor address: nobody there could be told of a failure.',
    ja: '{domain} には MX もアドレスもありません。不達を知らせる先がありません。',
  },
  'sender-no-mail': {
    en: '{domain} says that it takes no mail (null MX), so that it sends none that can be answered.',
    ja: '{domain} はメールを受け取らないと宣言しています（null MX）。返信先になり得ません。',
  },
  'sender-unresolved': {
    en: 'Whether {domain} can be answered could not be found out now.',
    ja: '{domain} に返信できるかどうかを、いまは確認できません。',
  },
  'header-read': {
    en: 'Every line of the header is a field or goes on with one.',
    ja: 'ヘッダーの各行はフィールドまたはその継続行です。',
  },
  'header-too-long': {
    en: 'The header is longer than {octets} octets: what follows was not looked at, but may be shown to a reader.',
    ja: 'ヘッダーが {octets} オクテットを超えています。それ以降は確認していませんが、読み手には表示される可能性があります。',
    rfc: 'RFC 5321 §7.8',
  },
  'header-broken': {
    en: 'At octet {offset} of the header stands a line that is no field: what follows is read in several ways.',
    ja: 'ヘッダーの {offset} オクテット目に、フィールドではない行があります。以降は読み手により解釈が分かれます。',
  },
  'date-there': { en: 'There is one Date field.', ja: 'Date フィールドは 1 つです。' },
  'date-missing': {
    en: 'There must be one Date field, and there are {dates}.',
    ja: 'Date フィールドは 1 つ必要ですが、{dates} 個あります。',
  },
  'author-author': {
    en: 'The author is of {domain} ({authors} in From).',
    ja: '差出人のドメインは {domain} です（From に {authors} 名）。',
  },
  'author-none': {
    en: 'From names nobody, so no domain can be asked.',
    ja: 'From に差出人がなく、照会できるドメインがありません。',
  },
  'author-several-fields': {
    en: 'There are {count} From fields: every program may show another one.',
    ja: 'From フィールドが {count} 個あり、プログラムにより表示される差出人が異なります。',
  },
  'author-several-domains': {
    en: 'The authors are of several domains: {domains}.',
    ja: '差出人のドメインが複数あります：{domains}。',
  },
  'author-unreadable': {
    en: 'From cannot be read without guessing ({reason}).',
    ja: 'From を一通りに読み取れません（{reason}）。',
  },
  'stand-in-named': {
    en: '{field} names {domain}: DMARC {dmarc}, policy {policy}.',
    ja: '{field} のドメインは {domain} です（DMARC は {dmarc}、方針は {policy}）。',
    rfc: 'RFC 9989 §5.3.1',
  },
  'stand-in-pass': {
    en: 'Where a program shows one of these as author, nobody is imitated whose domain forbids it.',
    ja: 'これらが差出人として表示されても、ドメインの方針に反するなりすましにはなりません。',
  },
  'stand-in-forged': {
    en: 'A program that shows one of these as author would show a forged one.',
    ja: 'これらを差出人として表示するプログラムでは、なりすましになります。',
  },
  'stand-in-unclear': {
    en: 'What a program would show as author cannot be told.',
    ja: 'どの差出人が表示されるか判断できません。',
  },
  'trick-address-in-name': {
    en: 'The name of the author shows an address of {shown}, which deceives people.',
    ja: '差出人の表示名に {shown} のアドレスがあり、読み手を欺くおそれがあります。',
  },
  'trick-group': { en: 'The authors stand in a group.', ja: '差出人はグループで書かれています。' },
  'trick-unquoted-address': {
    en: 'The name of the author is an address without quotes; both are of one domain.',
    ja: '差出人の表示名が引用符のないアドレスです。ドメインは一致しています。',
  },
  'trick-not-utf8': {
    en: 'The name of the author is in an old charset that is not declared.',
    ja: '差出人の表示名に、宣言のない古い文字コードが使われています。',
  },
  'forwarder-seen': {
    en: 'It came by {domain}, which {by} vouches for.',
    ja: '{domain} を経由しています（{by} で確認）。',
    rfc: 'docs/decisions/0018',
  },
  'no-forwarder': {
    en: 'Nothing vouches for any domain that it came by.',
    ja: '経由したドメインを確認できるものがありません。',
    rfc: 'docs/decisions/0018',
  },
  'forwarder-trusted': {
    en: 'The recipient trusts {domain} to pass on mail of others.',
    ja: '受信者は {domain} による転送を信頼しています。',
    rfc: 'docs/decisions/0018',
  },
  'none-trusted': {
    en: 'None of these is trusted to pass on mail of others. To take such mail: hikyaku trust add {domain}.',
    ja: '信頼する転送元に該当しません。受け入れる場合は hikyaku trust add {domain} を実行します。',
    rfc: 'docs/decisions/0018',
  },
  'hops-counted': {
    en: 'It has {hops} Received fields; over {limit} mean a loop.',
    ja: 'Received フィールドは {hops} 個です。{limit} 個を超えるとループとみなします。',
  },
  'delivered-before': {
    en: 'Our own Delivered-To stands in it already, for {recipients} of its recipients.',
    ja: 'このサーバーの Delivered-To がすでに付いている宛先が {recipients} 件あります。',
    rfc: 'RFC 5321 §6.3',
  },
  'greylist-not-for': {
    en: 'All of its recipients take mail at once: postmaster, abuse, and the way back of what was forwarded from here.',
    ja: '宛先はすべて即時に受け取る対象です（postmaster、abuse、転送したメールの不達通知）。',
  },
  'greylist-spared': {
    en: 'The settings spare this sender from greylisting.',
    ja: '設定により、この送信元はグレイリストの対象外です。',
    rfc: 'docs/settings.md receive.greylist_spare',
  },
  'greylist-good': {
    en: '{sender} is known for good mail.',
    ja: '{sender} の受信履歴は良好です。',
    rfc: 'docs/decisions/0027',
  },
  'greylist-known-domain': {
    en: 'Mail of {domain}, which SPF or DKIM vouches for, was taken before.',
    ja: 'SPF または DKIM で確認された {domain} のメールは、以前に受け取っています。',
    rfc: 'docs/settings.md receive.greylist',
  },
  'greylist-known-network': {
    en: 'Mail in the name of {domain} came from {network} before, and was taken.',
    ja: '{network} から {domain} 名義のメールを以前に受け取っています。',
    rfc: 'docs/settings.md receive.greylist',
  },
  'greylist-written-to': {
    en: 'The recipient wrote to the sender before.',
    ja: '受信者は、以前この送信者にメールを送っています。',
  },
  'greylist-came-again': {
    en: 'It was put off before, and has come again after the time that was asked for.',
    ja: '以前に一時拒否したメールが、求めた時間の経過後に再送されました。',
  },
  'greylist-new': {
    en: 'Nobody here knows the sender at {network}: put off for {seconds} seconds. Programs that send junk rarely come again.',
    ja: '{network} の送信元は未知のため、{seconds} 秒間の一時拒否としました。迷惑メールの送信プログラムは、めったに再送しません。',
  },
  'greylist-early': {
    en: 'It was put off before and has come again from {network} too early: {seconds} seconds are left.',
    ja: '一時拒否したメールが {network} から早すぎる時点で再送されました。残りは {seconds} 秒です。',
  },
} as const satisfies Readonly<Record<OwnStep, Phrase>>;

/** Names of steps that a check makes of its result do not compile without their text. */
type OwnStep =
  | keyof typeof SCANNER_STEPS
  | keyof typeof HISTORY_STEPS
  | `list-${ListsFacts['zones'][number]['result']}`
  | `ehlo-${EhloFacts['result']}`
  | `sender-${SenderFacts['result']}`
  | `author-${Author['kind']}`
  | `stand-in-${'named' | StandInFacts['result']}`
  | `trick-${AuthorTrick['kind']}`
  | `greylist-${'not-for' | 'spared' | 'good' | 'known-domain' | 'known-network' | 'written-to' | 'came-again' | 'new' | 'early'}`
  | 'forwarder-seen'
  | 'no-forwarder'
  | 'forwarder-trusted'
  | 'none-trusted'
  | 'asked'
  | 'list-says'
  | 'header-read'
  | 'header-too-long'
  | 'header-broken'
  | 'date-there'
  | 'date-missing'
  | 'hops-counted'
  | 'delivered-before';

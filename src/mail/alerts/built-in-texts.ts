/** What the rules that are built in mean, and what is done about them. */
import type { Phrase } from '#mail/story/phrase';

export const BUILT_IN_TEXTS = {
  deferrals: {
    en: 'The site puts off a large part of our mail. It is busy, or has something against us: the replies say which.',
    ja: 'この宛先サイトが、送信したメールの多くを一時的に拒否しています。混雑しているのか、こちらに問題があるのかは応答に書かれています。',
  },
  'hard-bounces': {
    en: 'Much mail goes to addresses that do not exist. A list is old or bought, or an account is misused; providers think badly of whoever sends so.',
    ja: '存在しない宛先へのメールが多くなっています。配信リストが古いか購入されたもの、あるいはアカウントの悪用が考えられ、送信元の評判を落とします。',
  },
  complaints: {
    en: 'One reader in a thousand complains. Large providers begin to put mail into the spam folder from there on.',
    ja: '読者の 1,000 人に 1 人が苦情を申し立てています。大手プロバイダーはこの割合から迷惑メールフォルダーに振り分け始めます。',
  },
  'many-complaints': {
    en: 'Three readers in a thousand complain. Large providers refuse mail from there on: stop what is being sent, then find out who asked for it.',
    ja: '読者の 1,000 人に 3 人が苦情を申し立てています。大手プロバイダーはこの割合から拒否します。まず配信を止め、受信の同意を確かめてください。',
  },
  'queue-age': {
    en: 'Mail for the site has been tried for hours. It goes back to its authors when its time is up.',
    ja: 'このサイト宛のメールが何時間も配信できていません。期限が来ると送信者に返されます。',
  },
  expired: {
    en: 'Much mail could not be delivered in all its time and was given up.',
    ja: '期限内に配信できず、断念したメールが多くなっています。',
  },
  'login-spray': {
    en: 'One network guesses at passwords. The guard slows it down and bans it; look whether a guess was right.',
    ja: '1 つのネットワークからパスワードを推測する試みが続いています。自動的に制限されますが、成功したログインがないか確かめてください。',
  },
  'account-limited': {
    en: 'The account sent more than it may. Either somebody else uses its password, or its owner needs a larger limit.',
    ja: 'このアカウントが送信の上限に達しました。パスワードが他人に使われているか、上限が足りないかのどちらかです。',
  },
  'certificate-expiring': {
    en: 'A certificate comes to its end and was not renewed. When it is over, programs warn their users and mail with required TLS stops.',
    ja: '証明書の期限が近づいていますが、更新されていません。期限が切れると、メールソフトは警告を出し、TLS が必須のメールは届かなくなります。',
  },
  'scanner-lost': {
    en: 'The content scanner does not answer. Mail comes in without its judgement.',
    ja: '内容検査（Rspamd）が応答していません。メールは検査なしで受け取られています。',
  },
  'warm-up-halted': {
    en: 'The site wants nothing from an address that is being warmed up. Nothing goes there until somebody starts it again.',
    ja: 'ウォームアップ中の送信元アドレスをサイトが受け付けなくなりました。再開するまで、このサイトへは何も送られません。',
  },
  'own-dmarc': {
    en: 'Others report that mail which this server sent fails DMARC: it is not signed by its domain, or leaves by another address than SPF names.',
    ja: 'このサーバーから送ったメールが DMARC に失敗したと、他のサーバーから報告されています。ドメインの署名がないか、SPF にないアドレスから送られています。',
  },
} as const satisfies Readonly<Record<string, Phrase>>;

export type BuiltInName = keyof typeof BUILT_IN_TEXTS;

/** What the landing page says, in both languages. */
export type Language = 'en' | 'ja';

type Text = Readonly<Record<Language, string>>;

export const TEXTS = {
  title: { en: 'Hikyaku runs here', ja: 'Hikyaku が動いています' },
  intro: {
    en: 'A mail server that one person can run, read and learn from.',
    ja: 'ひとりで動かし、読み、学べるメールサーバーです。',
  },
  listens: { en: 'What listens where', ja: '待ち受けているポート' },
  service: { en: 'Service', ja: 'サービス' },
  port: { en: 'Port', ja: 'ポート' },
  smtp: {
    en: 'SMTP (MX): takes mail for the domains here',
    ja: 'SMTP（MX）：ここのドメイン宛てのメールを受け取る',
  },
  submission: {
    en: 'Submission: STARTTLS, then AUTH; for your apps',
    ja: 'submission：STARTTLS のあと AUTH。アプリからの送信用',
  },
  submissions: {
    en: 'Submissions: TLS from the start, then AUTH',
    ja: 'submissions：最初から TLS、そのあと AUTH',
  },
  imap: {
    en: 'IMAP: STARTTLS, then the login; for your mail program',
    ja: 'IMAP：STARTTLS のあとログイン。メールソフト用',
  },
  imaps: {
    en: 'IMAP: TLS from the start',
    ja: 'IMAP：最初から TLS',
  },
  http: {
    en: 'HTTP: this page, health, metrics',
    ja: 'HTTP：このページ、稼働状態、メトリクス',
  },
  next: { en: 'What to try next', ja: '次に試すこと' },
  seeAccounts: { en: 'See who has a mailbox here:', ja: 'メールボックスの一覧を見る：' },
  sendOne: {
    en: 'Send a message as alice (the password was printed at the first start):',
    ja: 'alice としてメールを送る（パスワードは初回起動時に表示されたもの）：',
  },
  readIt: { en: 'Find it in the mailbox of bob:', ja: 'bob のメールボックスで確かめる：' },
  itsStory: {
    en: 'Read its story, with the ID from the list:',
    ja: '一覧の ID を使って、経過を読む：',
  },
  shape: { en: 'See what waits in the queue:', ja: 'キューで待っているものを見る：' },
  probe: {
    en: 'Speak SMTP and have every line explained:',
    ja: 'SMTP で話し、1 行ごとの説明を読む：',
  },
  unwell: {
    en: 'See what is not well, and how to mend it:',
    ja: '調子の悪いところと、その直し方を見る：',
  },
  dnsPlan: {
    en: 'See which DNS records a domain should have:',
    ja: 'ドメインに必要な DNS レコードを見る：',
  },
  find: { en: 'Find the messages of the last hour:', ja: 'この 1 時間のメールを探す：' },
  around: { en: 'The practice Internet around it', ja: 'まわりの練習用インターネット' },
  nothingLeaves: {
    en: 'Providers, DNS and a certificate authority to practise with; nothing leaves this machine.',
    ja: '練習相手になるプロバイダー、DNS、認証局があります。このマシンの外には何も出ません。',
  },
  pages: {
    en: 'Its pages: registrar, DNS panel, block list…',
    ja: 'Web ページを開く（レジストラー、DNS パネル、ブロックリストなど）',
  },
  lessons: {
    en: 'See the lessons, from the first telnet to mail that a strict provider accepts:',
    ja: 'レッスンの一覧を見る（最初の telnet から、厳しいプロバイダーに受け取られるメールまで）：',
  },
  firstLesson: { en: 'Begin with the first:', ja: '最初のレッスンを始める：' },
  providers: { en: 'See to whom you can write:', ja: 'メールを送れる相手を見る：' },
  theirMailbox: {
    en: 'See what came to the mailbox of one of them:',
    ja: 'その一人のメールボックスに届いたものを見る：',
  },
  theirDns: { en: 'Ask its DNS:', ja: 'DNS に問い合わせる：' },
  state: { en: 'How it is', ja: '稼働状態' },
  ready: { en: 'ready to work?', ja: '利用できる状態か' },
  live: { en: 'is the process alive?', ja: 'プロセスが動いているか' },
  metrics: { en: 'figures for Prometheus', ja: 'Prometheus 用の数値' },
  other: { en: '日本語', ja: 'English' },
} as const satisfies Record<string, Text>;

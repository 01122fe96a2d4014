/** What set-up says and asks. */
import type { SetUpStep } from '#mail/accounts/set-up';
import type { Phrase } from '#mail/story/phrase';

export const SETUP_TEXTS = {
  welcome: {
    en: 'This prepares a mail server for a domain: settings, keys, an account, and the list of DNS records. Nothing is sent anywhere. Run again, it goes on where it broke off.',
    ja: 'あるドメインのメールサーバーを準備します。設定、鍵、アカウント、DNS レコードの一覧を作ります。外部へは何も送りません。途中で終わっても、もう一度実行すれば続きから始まります。',
  },
  'ask-address': {
    en: 'Your mail address here, for example me@example.org',
    ja: 'このサーバーで使うあなたのメールアドレス（例：me@example.org）',
  },
  'ask-domain': { en: 'The domain of your mail', ja: 'メールのドメイン' },
  'ask-hostname': {
    en: 'The name of this host, which its DNS and the PTR record of its address give',
    ja: 'このホストの名前（DNS と、IP アドレスの PTR レコードが示す名前）',
  },
  'ask-terms': {
    en: 'Certificates come from Let’s Encrypt. Have you read its terms of service (https://letsencrypt.org/repository/), and do you agree to them? yes or no',
    ja: '証明書は Let’s Encrypt から取得します。利用規約（https://letsencrypt.org/repository/）を読み、同意しますか。yes か no で答えてください',
  },
  'ask-password': { en: 'Password for {address}', ja: '{address} のパスワード' },
  settings: { en: 'Settings: {file}', ja: '設定：{file}' },
  'settings-there': {
    en: 'Settings: they say so already',
    ja: '設定：すでにそのとおりです',
  },
  next: { en: 'What is left to do', ja: '残っている作業' },
  'next-dns': {
    en: 'Publish the records above. They are shown again by: hikyaku domain dns {domain}',
    ja: '上のレコードを DNS に登録してください。もう一度見るには：hikyaku domain dns {domain}',
  },
  'next-terms': {
    en: 'For certificates that others trust, agree to the terms of Let’s Encrypt: acme.terms_agreed = true',
    ja: '他のサーバーから信頼される証明書を得るには、Let’s Encrypt の規約に同意してください：acme.terms_agreed = true',
  },
  'next-serve': {
    en: 'Start the server: hikyaku serve',
    ja: 'サーバーを起動してください：hikyaku serve',
  },
  'next-service': {
    en: 'Start the server: sudo sh -c "{commands}"',
    ja: 'サーバーを起動してください：sudo sh -c "{commands}"',
  },
  'server-started': {
    en: 'The server runs (process {id}); what it says goes to {file}',
    ja: 'サーバーを起動しました（プロセス {id}）。ログ：{file}',
  },
  'service-started': {
    en: 'The server runs, started by systemd: systemctl status hikyaku',
    ja: 'systemd でサーバーを起動しました：systemctl status hikyaku',
  },
  log: {
    en: 'All of this stands in {file}',
    ja: 'この内容は {file} にも記録しました',
  },
  'next-restart': {
    en: 'Start the server again: its settings changed',
    ja: '設定が変わったので、サーバーを起動し直してください',
  },
  'next-doctor': {
    en: 'Ask whether all is well: hikyaku doctor --mode serve --domain {domain}',
    ja: '正しく整ったか調べてください：hikyaku doctor --mode serve --domain {domain}',
  },
  'doctor-runs': {
    en: 'What the doctor can say now',
    ja: '現時点での診断結果',
  },
  'doctor-later': {
    en: 'Not looked at yet: {checks}. Once the server runs and the records are published: hikyaku doctor --mode serve --domain {domain}',
    ja: 'まだ調べていないもの：{checks}。サーバーが動き、レコードを登録したら：hikyaku doctor --mode serve --domain {domain}',
  },
} as const satisfies Record<string, Phrase>;

export const STEP_TEXTS = {
  domain: {
    made: {
      en: 'Domain {name}: added, with two DKIM keys',
      ja: 'ドメイン {name}：DKIM の鍵 2 個とともに追加しました',
    },
    there: { en: 'Domain {name}: was there', ja: 'ドメイン {name}：すでにあります' },
  },
  account: {
    made: { en: 'Account {name}: added', ja: 'アカウント {name}：追加しました' },
    there: { en: 'Account {name}: was there', ja: 'アカウント {name}：すでにあります' },
  },
  postmaster: {
    made: { en: '{name}: leads to you', ja: '{name}：あなたに届きます' },
    there: { en: '{name}: was there', ja: '{name}：すでにあります' },
  },
  abuse: {
    made: { en: '{name}: leads to you', ja: '{name}：あなたに届きます' },
    there: { en: '{name}: was there', ja: '{name}：すでにあります' },
  },
} as const satisfies Record<SetUpStep['what'], Record<SetUpStep['state'], Phrase>>;

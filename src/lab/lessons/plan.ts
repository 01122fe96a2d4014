/** The plan of the three phases: every lesson by number, with its title. Those that have no file yet are named as coming. */
import type { Phrase } from '#mail/story/phrase';

export interface Planned {
  readonly number: string;
  readonly title: Phrase;
}

export const PHASES: readonly { readonly title: Phrase; readonly lessons: readonly Planned[] }[] = [
  {
    title: {
      en: 'Phase 1: a server of your own that an app can send through',
      ja: '第 1 段階：アプリから送信できる自分のサーバー',
    },
    lessons: [
      planned('1.1', 'Speak SMTP by hand', 'SMTP を手で話す'),
      planned('1.2', 'Break it on purpose', 'わざと壊してみる'),
      planned('1.3', 'A user, a row, a hash', 'ユーザーと行とハッシュ'),
      planned('1.4', 'AUTH, and only under TLS', 'AUTH は TLS の下でだけ'),
      planned('1.5', 'No open relay', 'オープンリレーではないこと'),
      planned('1.6', 'Send from an existing app', '既存のアプリから送信する'),
      planned('1.7', 'Japanese mail', '日本語のメール'),
      planned('1.8', 'Read the path in the header', 'ヘッダーから経路を読む'),
      planned('1.9', 'Stop the database while mail is sent', '送信中にデータベースを止める'),
    ],
  },
  {
    title: {
      en: 'Phase 2: a domain, with DNS, signatures and TLS',
      ja: '第 2 段階：ドメイン、DNS、署名、TLS',
    },
    lessons: [
      planned('2.1', 'Buy a domain and delegate it', 'ドメインを取得して委任する'),
      planned('2.2', 'MX: receive from another server', 'MX：他のサーバーから受け取る'),
      planned('2.3', 'PTR and the name in EHLO', 'PTR と EHLO の名前'),
      planned('2.4', 'SPF and its limit of ten look-ups', 'SPF と 10 回の検索の上限'),
      planned('2.5', 'DKIM: sign, and break one byte', 'DKIM：署名し、1 バイト壊す'),
      planned('2.6', 'DMARC from none to reject', 'DMARC を none から reject へ'),
      planned('2.7', 'Stop a forger', 'なりすましを止める'),
      planned('2.8', 'Forwarding and lists break SPF', '転送とメーリングリストは SPF を壊す'),
      planned('2.9', 'Certificates by ACME', 'ACME による証明書'),
      planned('2.10', 'MTA-STS and TLS reports', 'MTA-STS と TLS レポート'),
      planned('2.11', 'DNSSEC, DANE and a key rollover', 'DNSSEC、DANE と鍵の交換'),
      planned('2.12', 'Ports 25, 465 and 587', 'ポート 25、465、587'),
      planned('2.13', 'Password spraying and floods', 'パスワードスプレーと大量接続'),
      planned('2.14', 'Find three incidents in the log', 'ログから 3 件の異常を見つける'),
      planned('2.15', 'The doctor from red to green', 'ドクターの診断を赤から緑へ'),
    ],
  },
  {
    title: {
      en: 'Phase 3: mail that the large providers accept',
      ja: '第 3 段階：大手プロバイダーに受け取られるメール',
    },
    lessons: [
      planned('3.1', 'The first mail to bigmail.test', 'bigmail.test への最初のメール'),
      planned('3.2', 'Greylisting and retries', 'グレイリスティングと再送'),
      planned('3.3', 'Bounces, VERP, suppression', 'バウンス、VERP、配信停止リスト'),
      planned('3.4', 'A warm-up plan for three providers', '3 つのプロバイダーへのウォームアップ'),
      planned('3.5', 'Too fast on purpose, then recover', 'わざと速すぎる送信をして、回復する'),
      planned('3.6', 'Headers and one-click unsubscribe', 'ヘッダーとワンクリック購読解除'),
      planned('3.7', 'Complaints and confirmed opt-in', '苦情と確認済みオプトイン'),
      planned('3.8', 'Listed on dnsbl.test', 'dnsbl.test に載ったとき'),
      planned('3.9', 'Classify twenty bounces', '20 通のバウンスを分類する'),
      planned('3.10', 'Write three alerts', 'アラートを 3 つ書く'),
      planned('3.11', 'Delivery logs in SQL', '配信ログを SQL で調べる'),
      planned('3.12', 'Find an unknown fault', '未知の障害を突き止める'),
      planned('3.13', 'Write the runbook', '運用手順書を書く'),
    ],
  },
];

export const PLAN: readonly Planned[] = PHASES.flatMap(({ lessons }) => lessons);

function planned(number: string, en: string, ja: string): Planned {
  return { number, title: { en, ja } };
}

/** What the authority did, in plain words: a step without its text in both languages does not compile. */
import type { Phrase } from '#mail/story/phrase';
import type { CaStepDetail } from './steps.ts';

export const CA_STEP_TEXTS = {
  ordered: {
    en: 'Took an order for {names} from the account {account}.',
    ja: 'アカウント {account} から {names} の注文を受け付けました。',
  },
  replaces: {
    en: 'The order renews the certificate with the serial number {serial}.',
    ja: 'この注文は、シリアル番号 {serial} の証明書の更新です。',
  },
  challenged: {
    en: '{name}: looks for the proof by {type}.',
    ja: '{name}：{type} による確認を始めます。',
  },
  'asked-dns': {
    en: 'Asked the DNS for {type} of {name}: {answers}.',
    ja: 'DNS に {name} の {type} を問い合わせました（回答：{answers}）。',
  },
  dialled: {
    en: 'Connected to {address}, port {port}.',
    ja: '{address} のポート {port} に接続しました。',
  },
  'not-connected': {
    en: 'Could not connect to {address}, port {port}: {text}.',
    ja: '{address} のポート {port} に接続できませんでした（{text}）。',
  },
  'http-answer': {
    en: '{url} answered with status {status}.',
    ja: '{url} からの応答はステータス {status} でした。',
  },
  redirected: {
    en: '{url} leads to {to}: followed.',
    ja: '{url} から {to} へのリダイレクトに従いました。',
  },
  'tls-answer': {
    en: '{name} spoke TLS; the protocol chosen by ALPN was {protocol}.',
    ja: '{name} と TLS で接続しました（ALPN で選ばれたプロトコル：{protocol}）。',
  },
  'caa-none': {
    en: '{name}: no CAA record forbids this authority to issue.',
    ja: '{name}：この認証局の発行を禁じる CAA レコードはありません。',
  },
  'caa-allows': {
    en: '{name}: the CAA records of {found} let this authority issue.',
    ja: '{name}：{found} の CAA レコードは、この認証局による発行を許可しています。',
  },
  'caa-forbids': {
    en: '{name}: the CAA records of {found} do not let this authority issue.',
    ja: '{name}：{found} の CAA レコードは、この認証局による発行を許可していません。',
  },
  proved: {
    en: '{name}: proved by {type}.',
    ja: '{name}：{type} により管理権限を確認しました。',
  },
  refused: {
    en: 'Refused ({word}): {text}',
    ja: '拒否しました（{word}）。詳細：{text}',
  },
  issued: {
    en: 'Issued the certificate with the serial number {serial}, good until {until}.',
    ja: 'シリアル番号 {serial} の証明書を発行しました（有効期限 {until}）。',
  },
  revoked: {
    en: 'Revoked the certificate with the serial number {serial}: {reason}.',
    ja: 'シリアル番号 {serial} の証明書を失効させました（理由：{reason}）。',
  },
} as const satisfies Record<CaStepDetail['step'], Phrase>;

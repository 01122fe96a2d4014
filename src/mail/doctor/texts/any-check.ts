/** What any check may come to instead of a finding of its own. */
import type { FindingText } from './entry.ts';

export const COMMON = {
  dev: {
    status: 'skip',
    en: 'This is a development server: nothing of it is meant to be seen from outside.',
    ja: 'これは開発用のサーバーで、外から見えることを想定していません。',
  },
  'no-domain': {
    status: 'skip',
    en: 'No domain is known here to look at.',
    ja: '調べるドメインがありません。',
    remedy: {
      en: '`hikyaku domain add example.org`, or name one: hikyaku doctor --domain example.org',
      ja: '`hikyaku domain add example.org` で追加するか、`hikyaku doctor --domain example.org` のように指定してください。',
    },
  },
  'not-here': {
    status: 'skip',
    en: '{domain} is not a domain of this server.',
    ja: '{domain} はこのサーバーのドメインではありません。',
    remedy: {
      en: 'To have its mail here: hikyaku domain add {domain}',
      ja: 'ここで受け取るには：hikyaku domain add {domain}',
    },
  },
  'no-server': {
    status: 'unknown',
    en: 'No server runs on this data folder, and only it knows.',
    ja: 'このデータフォルダーでサーバーが動いていないため、分かりません。',
    remedy: {
      en: 'Start it: `hikyaku serve`. Is HIKYAKU_DATA_DIR the same for both?',
      ja: '`hikyaku serve` で起動してください。HIKYAKU_DATA_DIR が同じかどうかも確かめてください。',
    },
  },
  'no-database': {
    status: 'unknown',
    en: 'The server cannot use its database (H5), and only there it stands.',
    ja: 'サーバーがデータベースを使えないため（H5）、分かりません。',
  },
  'no-answer': {
    status: 'unknown',
    en: 'The DNS gave no answer about {query}: {cause}.',
    ja: 'DNS から {query} の答えが得られません：{cause}。',
    remedy: {
      en: 'Is the resolver in /etc/resolv.conf (or HIKYAKU_DNS) up? Then run the doctor again.',
      ja: '/etc/resolv.conf（または HIKYAKU_DNS）のリゾルバーが動いているか確かめ、もう一度実行してください。',
    },
  },
  'no-address': {
    status: 'unknown',
    en: 'No public address of this server is known.',
    ja: 'このサーバーの公開アドレスが分かりません。',
    remedy: {
      en: 'Behind NAT, name the address that others see: HIKYAKU_DOCTOR_ADDRESSES=192.0.2.25',
      ja: 'NAT の内側では、外から見えるアドレスを指定してください：HIKYAKU_DOCTOR_ADDRESSES=192.0.2.25',
    },
  },
  unreachable: {
    status: 'unknown',
    en: '{what} could not be asked: {cause}.',
    ja: '{what} に問い合わせできませんでした：{cause}。',
    remedy: {
      en: 'Run the doctor again; if it stays so, look at the network of this host.',
      ja: 'もう一度実行し、変わらなければこのホストのネットワークを確かめてください。',
    },
  },
  propagating: {
    status: 'warn',
    en: 'The zone’s own servers have it right. {place} still has something else, for up to {ttl} s.',
    ja: 'ゾーンの権威サーバーでは正しくなっていますが、{place} ではまだ古い内容です（最大 {ttl} 秒）。',
    remedy: { en: 'Wait.', ja: '待ってください。' },
  },
  'too-slow': {
    status: 'unknown',
    en: 'It took too long to find out.',
    ja: '時間内に調べ終わりませんでした。',
  },
  broken: {
    status: 'unknown',
    en: 'The check itself failed: {error}.',
    ja: '検査そのものが失敗しました：{error}。',
    remedy: {
      en: 'This is a mistake of ours: please report it.',
      ja: 'このプログラムの誤りです。お知らせください。',
    },
  },
} as const satisfies Readonly<Record<string, FindingText>>;

export type CommonFinding = keyof typeof COMMON;

/** Words around the findings: of lists, of the letter, of `--explain`. */
import type { Phrase } from '#mail/story/phrase';
import type { Family } from '#mail/doctor/check';
import type { Status } from '#mail/doctor/status';

export const STATUS_WORDS = {
  pass: { en: 'pass', ja: '正常' },
  warn: { en: 'warning', ja: '注意' },
  fail: { en: 'failure', ja: '異常' },
  skip: { en: 'skipped', ja: '対象外' },
  unknown: { en: 'unknown', ja: '不明' },
} as const satisfies Record<Status, Phrase>;

export const FAMILY_WORDS = {
  host: { en: 'Host', ja: 'ホスト' },
  network: { en: 'Network', ja: 'ネットワーク' },
  dns: { en: 'The DNS', ja: 'DNS' },
  identity: { en: 'Names of addresses', ja: '逆引き' },
  mx: { en: 'Mail exchange', ja: 'メールの届け先' },
  spf: { en: 'SPF records', ja: 'SPF' },
  dkim: { en: 'DKIM signatures', ja: 'DKIM' },
  dmarc: { en: 'DMARC policy', ja: 'DMARC' },
  tls: { en: 'TLS and certificates', ja: 'TLS と証明書' },
  policy: { en: 'Policies for TLS', ja: 'TLS のポリシー' },
  clients: { en: 'Mail programs', ja: 'メールソフト' },
  reputation: { en: 'Reputation', ja: '評判' },
  flow: { en: 'Flow of mail', ja: 'メールの流れ' },
  content: { en: 'Form of mail', ja: 'メールの形式' },
  abuse: { en: 'Abuse', ja: '悪用' },
} as const satisfies Record<Family, Phrase>;

export const WORDS = {
  summary: {
    en: '{fail} failures, {warn} warnings, {unknown} unknown, {skip} skipped, {pass} passed.',
    ja: '異常 {fail}、注意 {warn}、不明 {unknown}、対象外 {skip}、正常 {pass}。',
  },
  expected: { en: 'Expected: {text}', ja: '正しい状態：{text}' },
  why: { en: 'Why: {text}', ja: '理由：{text}' },
  remedy: { en: 'Remedy: {text}', ja: '対処：{text}' },
  document: { en: 'More: {at}', ja: '詳しく：{at}' },
  since: { en: 'Since {time}.', ja: '{time} から続いています。' },
  evidence: {
    en: 'Looked at: {asked} at {by}: {answer}',
    ja: '調べたもの：{asked}（{by}）：{answer}',
  },
  'evidence-here': { en: 'Looked at: {asked}: {answer}', ja: '調べたもの：{asked}：{answer}' },
  ttl: { en: '(for {ttl} s)', ja: '（有効期間 {ttl} 秒）' },
  'can-find': { en: 'What it can find:', ja: 'この検査の結果の種類：' },
  'not-asked-public': {
    en: 'No public resolver is named (doctor.public_resolver): only the servers of the zones and the resolver of this host were asked.',
    ja: '公開リゾルバーの指定（doctor.public_resolver）がないため、権威サーバーとこのホストのリゾルバーだけに問い合わせました。',
  },
  'no-server': {
    en: 'No server runs on this data folder: what only it knows is unknown.',
    ja: 'このデータフォルダーでサーバーが動いていないため、サーバーだけが知ることは不明です。',
  },
  'not-kept': {
    en: 'What was found could not be kept: {cause}',
    ja: 'この診断の結果は記録できませんでした：{cause}',
  },
  changed: { en: 'was {before}', ja: '前回は{before}' },
  new: { en: 'new', ja: '新規' },
  'letter-subject': {
    en: 'Doctor of {hostname}: {fail} failures, {warn} warnings',
    ja: '{hostname} の診断：異常 {fail}、注意 {warn}',
  },
  'letter-intro': {
    en: 'What differs from the last letter of the doctor of {hostname}:',
    ja: '{hostname} の診断で、前回のお知らせから変わった点は次のとおりです。',
  },
  'letter-end': {
    en: '`hikyaku doctor` shows everything; `hikyaku doctor --explain {id}` explains one check. This letter comes only when something changes; doctor.daily = off ends it.',
    ja: '全体は `hikyaku doctor` で、個々の検査は `hikyaku doctor --explain {id}` で確かめられます。このお知らせは変化のあった日にだけ届きます。不要なら doctor.daily を off にしてください。',
  },
  'all-listed': { en: 'Nothing differs.', ja: '変化はありません。' },
} as const satisfies Readonly<Record<string, Phrase>>;

/** What is told of the history of a sender: its steps in a judgement, and how a reader filed a message. */
import type { EventCatalogue } from '#events';
import type { Standing } from '#mail/reputation/score';
import type { Phrase } from '#mail/story/phrase';

export const HISTORY_STEPS = {
  'history-none': {
    en: 'Nothing is known of {sender} yet.',
    ja: '{sender} の受信履歴はまだありません。',
    rfc: 'docs/decisions/0027',
  },
  'history-of': {
    en: '{sender}, messages so far, older ones counting less: {accepted} taken, {junked} as junk, {refused} refused, {spam} spam by the content scanner, {toJunk} moved into Junk by readers and {fromJunk} out of it; {unknown} recipients that are not here. Score {score}, between -1 and 1.',
    ja: '{sender} のこれまでのメール（古いものほど軽く数えます）：受信 {accepted}、迷惑メール {junked}、拒否 {refused}、スキャナーによるスパム判定 {spam}、受信者が迷惑メールに移動 {toJunk}、迷惑メールから救出 {fromJunk}、存在しない宛先 {unknown}。評価は {score}（-1〜1）です。',
    rfc: 'docs/decisions/0027',
  },
  'history-excused': {
    en: 'What else came from the network of the client is not held against it: {domain}, known for good mail, sends from there (SPF).',
    ja: '接続元ネットワークの履歴は問いません。評価の良い {domain} が、そこからの送信を許可しています（SPF）。',
    rfc: 'docs/decisions/0027',
  },
  'history-nobody': {
    en: 'Nothing vouches for a domain, and the address of the client stands for nobody in particular.',
    ja: '確認できたドメインがなく、接続元アドレスからも送信元を特定できません。',
    rfc: 'docs/decisions/0027',
  },
  'history-good': {
    en: 'A good history spares greylisting. It excuses nothing else.',
    ja: '履歴が良いため、グレイリストの対象外です。ほかの所見には影響しません。',
    rfc: 'docs/decisions/0027',
  },
  'history-unknown': {
    en: 'That is too little, or too mixed, to say anything.',
    ja: '件数が少ないか、良否が入り混じっているため、評価はありません。',
    rfc: 'docs/decisions/0027',
  },
  'history-poor': {
    en: 'More of it was junk than not: a weak sign against the message.',
    ja: '迷惑メールの割合が高いため、弱い疑いの材料とします。',
    rfc: 'docs/decisions/0027',
  },
  'history-bad': {
    en: 'Nearly all of it was junk, so this goes into Junk too. For its history alone no mail is refused.',
    ja: 'ほとんどが迷惑メールだったため、このメールも迷惑メールとします。履歴だけを理由に拒否することはありません。',
    rfc: 'docs/decisions/0027',
  },
} as const satisfies Record<`history-${Standing | 'none' | 'of' | 'excused' | 'nobody'}`, Phrase>;

/** Words of `reputation show` beside the steps. */
export const SHOWN_HISTORY = {
  since: {
    en: 'First seen {since}, counted last {last}.',
    ja: '初回の記録は {since}、最新の記録は {last} です。',
  },
} as const satisfies Record<string, Phrase>;

/** Where a reader put a message. */
export const FILED_CLASSES = {
  junk: { en: 'into Junk', ja: '迷惑メールに移動しました' },
  'not-junk': { en: 'out of Junk', ja: '迷惑メールから救出しました' },
} as const satisfies Record<EventCatalogue['message.filed']['public']['class'], Phrase>;

/** Words of alerts: in the story, in letters and in what the command line shows. */
import type { Phrase } from '#mail/story/phrase';
import type { Per, Severity } from '#mail/alerts/rule';

export const SEVERITY_TEXTS = {
  info: { en: 'information', ja: '情報' },
  warning: { en: 'warning', ja: '注意' },
  critical: { en: 'critical', ja: '重大' },
} as const satisfies Record<Severity, Phrase>;

export const ALERT_NUMBERS = {
  silence: { en: 'nothing in {time}', ja: '{time}の間、何も起きていません' },
  count: { en: '{counted} in {time}', ja: '{time}に {counted} 件' },
  share: { en: '{counted} of {base} in {time}', ja: '{time}に {base} 件中 {counted} 件' },
} as const satisfies Readonly<Record<string, Phrase>>;

/** Whom or what an alert is about. */
export const SUBJECT_TEXTS = {
  all: { en: 'this server', ja: 'このサーバー' },
  domain: { en: 'domain {subject}', ja: 'ドメイン {subject}' },
  site: { en: 'site {subject}', ja: 'サイト {subject}' },
  account: { en: 'account {subject}', ja: 'アカウント {subject}' },
  network: { en: 'network {subject}', ja: 'ネットワーク {subject}' },
} as const satisfies Record<Per, Phrase>;

export const ALERT_LETTER = {
  'subject-fired': {
    en: 'Alert ({severity}): {alert}, {about}',
    ja: 'アラート（{severity}）：{alert}、{about}',
  },
  'subject-resolved': {
    en: 'Alert is over: {alert}, {about}',
    ja: 'アラートの解消：{alert}、{about}',
  },
  'subject-many': { en: '{text} (and {more} more)', ja: '{text}（ほか {more} 件）' },
  'intro-fired': {
    en: 'At {hostname} something goes on that somebody should look at.',
    ja: '{hostname} で、確認が必要な事態が起きています。',
  },
  'intro-resolved': {
    en: 'At {hostname} what was told of is over.',
    ja: '{hostname} でお知らせしていた事態は収まりました。',
  },
  fired: { en: '{severity}: {alert}, {about}', ja: '{severity}：{alert}、{about}' },
  resolved: { en: 'Over: {alert}, {about}', ja: '解消：{alert}、{about}' },
  since: {
    en: 'Since {since}; it went on at {at}.',
    ja: '{since} から始まり、{at} にアラートとなりました。',
  },
  lasted: {
    en: 'It was on from {since} to {at}, {time}.',
    ja: '{since} から {at} まで、{time} 続きました。',
  },
  numbers: { en: '{numbers}.', ja: '{numbers}。' },
  share: { en: '{numbers} ({share}).', ja: '{numbers}（{share}）。' },
  worst: { en: 'At its worst: {numbers}.', ja: '最も悪いとき：{numbers}。' },
  condition: { en: 'The rule: {condition}', ja: '規則：{condition}' },
  look: { en: 'To look into it:', ja: '調べるには：' },
  runbook: { en: 'What to do: {runbook}', ja: '対処の手順：{runbook}' },
  more: {
    en: 'And {count} more: hikyaku alert list shows all.',
    ja: 'ほかに {count} 件あります。hikyaku alert list で確かめられます。',
  },
  end: {
    en: 'This is told once, and once more when it is over. hikyaku alert change and hikyaku alert pause make a rule quieter.',
    ja: 'お知らせするのは発生時と解消時の 1 回ずつです。規則は hikyaku alert change で変更、hikyaku alert pause で停止できます。',
  },
} as const satisfies Readonly<Record<string, Phrase>>;

/** What reports of DMARC come to, for the owner of a domain: each source in a sentence, and what to do next. */
import type { ReportAdvice, SourceKind } from '#mail/reports/advise-on-reports';
import type { Phrase } from '#mail/story/phrase';

export const DMARC_REPORT_SOURCES = {
  own: {
    en: '{source} is this server: {aligned} of {messages} messages passed ({share} %).',
    ja: '{source}（このサーバー）：{messages} 通のうち {aligned} 通が成功しました（{share} %）。',
  },
  passes: {
    en: '{source} passes in the name of {domain}, a service of yours or a forwarder: {aligned} of {messages} messages ({share} %).',
    ja: '{source} のメールは {domain} として成功しています（利用中のサービスか転送）：{messages} 通のうち {aligned} 通（{share} %）。',
  },
  unknown: {
    en: '{source} is unknown: {messages} messages failed, {stopped} of them were quarantined or refused.',
    ja: '{source}（未知の送信元）：{messages} 通が失敗し、うち {stopped} 通は隔離または拒否されました。',
  },
} as const satisfies Record<SourceKind, Phrase>;

export const DMARC_REPORT_ADVICE = {
  'no-reports': {
    en: 'No report came yet. Publish rua=mailto:postmaster@{domain} in _dmarc.{domain} (hikyaku domain dns {domain}) and wait two days.',
    ja: 'レポートはまだ届いていません。_dmarc.{domain} に rua=mailto:postmaster@{domain} を公開し（hikyaku domain dns {domain}）、2 日待ってください。',
  },
  'mend-own': {
    en: 'Next: mend your own mail first. {failed} of {messages} messages from this server failed: see hikyaku doctor --domain {domain} (S1, K1, M4). Keep p=none until they pass.',
    ja: '次にすること：まず自分のメールを直してください。このサーバーの {messages} 通のうち {failed} 通が失敗しています。hikyaku doctor --domain {domain}（S1、K1、M4）で確認し、成功するまで p=none のままにしてください。',
  },
  'back-off': {
    en: 'Next: go back to p=none. The policy stops your own mail: {failed} of {messages} messages from this server failed. See hikyaku doctor --domain {domain} (S1, K1, M4).',
    ja: '次にすること：p=none に戻してください。ポリシーが自分のメールを止めています（このサーバーの {messages} 通のうち {failed} 通が失敗）。hikyaku doctor --domain {domain}（S1、K1、M4）で確認してください。',
  },
  'own-unseen': {
    en: 'Next: wait. In {days} days nobody reported mail from this server, so it is not known whether yours passes.',
    ja: '次にすること：待ってください。この {days} 日間、このサーバーからのメールは報告されておらず、成功するかどうかまだ分かりません。',
  },
  watch: {
    en: 'Next: wait. Your own mail passes, but the policy has been watched for {days} days only; two weeks show weekly mail too. Find out who the unknown sources are.',
    ja: '次にすること：待ってください。自分のメールは成功していますが、このポリシーの観察はまだ {days} 日です。2 週間見れば、週に 1 度のメールも確認できます。その間に未知の送信元を調べてください。',
  },
  'end-test': {
    en: 'Next: remove t=y from _dmarc.{domain}. Your own mail has passed for {days} days.',
    ja: '次にすること：_dmarc.{domain} から t=y を外してください。自分のメールは {days} 日間成功しています。',
  },
  'to-quarantine': {
    en: 'Next: raise p=none to p=quarantine (hikyaku domain dmarc {domain} --policy quarantine, then publish it). Your own mail has passed for {days} days. If an unknown source is a service of yours, let it sign for {domain} first.',
    ja: '次にすること：p=none を p=quarantine に上げてください（hikyaku domain dmarc {domain} --policy quarantine の後に公開）。自分のメールは {days} 日間成功しています。未知の送信元が利用中のサービスなら、先に {domain} で署名させてください。',
  },
  'to-reject': {
    en: 'Next: raise p=quarantine to p=reject (hikyaku domain dmarc {domain} --policy reject, then publish it). Your own mail has passed for {days} days. Mailing lists that change mail may lose messages of yours then.',
    ja: '次にすること：p=quarantine を p=reject に上げてください（hikyaku domain dmarc {domain} --policy reject の後に公開）。自分のメールは {days} 日間成功しています。ただし内容を書き換えるメーリングリストでは、投稿が失われることがあります。',
  },
  done: {
    en: 'Nothing to do: p=reject, and your own mail passes. Whoever writes in your name from elsewhere is refused.',
    ja: 'することはありません。p=reject で、自分のメールは成功しています。よそからのなりすましは拒否されます。',
  },
} as const satisfies Record<ReportAdvice['step'], Phrase>;

export const DMARC_REPORT_PIECES = {
  title: {
    en: '{domain}: {reports} reports of the last {days} days',
    ja: '{domain}：過去 {days} 日間のレポート {reports} 件',
  },
  unsigned: {
    en: '{count} more reports are not counted: nobody vouches for who sent them.',
    ja: 'ほかの {count} 件は、送信者を確認できないため数えていません。',
  },
} as const satisfies Record<string, Phrase>;

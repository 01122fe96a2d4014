/** What is told, sent, backed up and forgotten without anybody asking. */
import type { TextsOf } from '#config/texts/texts-of';

export const UPKEEP_TEXTS: TextsOf<'alerts' | 'reports' | 'backup' | 'retention'> = {
  'alerts.mail':
    'アラートが発生したときと解消したときに、`alerts.to` に通知を送ります（`hikyaku alert list`）。無効でもアラートの監視は続き、イベント、ログ、メトリクスで分かります。',
  'alerts.to':
    'アラートの通知の宛先です。空なら、このホストが属するドメインの postmaster になり、そのようなドメインがなければ、ここにある最初のドメインの postmaster になります。別のサーバーのアドレスにすると、このサーバーのメールボックスの不調も伝わります。',
  'reports.tls':
    'TLS レポート（RFC 8460）を、求めているドメインに 1 日に一度送ります。届いたレポートは、この設定にかかわらず読み取ります。',
  'reports.dmarc':
    'DMARC の集計レポート（RFC 9990）を、求めているドメインに 1 日に一度送ります。そのドメインの名で届いたメールについてのものです。届いたレポートは、この設定にかかわらず読み取ります。',
  'backup.every':
    'ノードの一つが自動でバックアップを作る間隔です。0 なら作りません。手動では `hikyaku backup create` で作れます。',
  'backup.folder':
    'バックアップを置くフォルダーです。別のディスクにするか、別のマシンに写しておくとよいでしょう。空なら、データフォルダーの中の `backups` です。',
  'backup.keep':
    '自動で作ったバックアップを残しておく数です。新しいものが完成してから、古いものを削除します。',
  'retention.events': 'メッセージの経過と、苦情、レポート、アラートの記録を残しておく期間です。',
  'retention.dialogues': 'SMTP のやり取りを残しておく期間です。',
  'retention.expunged': '完全に削除したメッセージを元に戻せる期間です（`hikyaku mail undelete`）。',
  'retention.removed_accounts': '削除したアカウントのデータを消去するまでの期間です。',
};

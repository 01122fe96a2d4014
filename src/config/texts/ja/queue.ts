/** How much at once, and how delivery goes on. */
import type { TextsOf } from '#config/texts/texts-of';

export const QUEUE_TEXTS: TextsOf<'limits' | 'queue'> = {
  'limits.message_size':
    'SMTP と IMAP で受け取るメッセージの大きさの上限です。大手の事業者が受け取るのは 25～50 MB までで、それより大きいメールを送っても、たいてい戻ってきます。',
  'limits.recipients':
    'メッセージ 1 通あたりの宛先の数です。RFC 5321 は少なくとも 100 を求めています。既定値を超える数は、分けて送るメーリングリストに任せるものです。',
  'limits.connections':
    'SMTP の同時接続数です（全ポートの合計）。100 もあれば、ディスクとデータベースは手一杯になります。それを超える接続はメモリーを使って待つだけで、残りの枠は遅いクライアントのためのものです。',
  'limits.connections_per_address':
    '一つのアドレス（IPv6 では /64 を一つとみなします）からの SMTP の同時接続数です。忙しい中継サーバーや、一つのアドレスを共有するオフィスは数十本の接続を開きます。一つのクライアントがすべての枠を占めないようにするための上限です。',
  'limits.imap_connections':
    'IMAP の同時接続数です（二つのポートの合計）。待機中の接続は、1 本につき約 60 KB のメモリーを使います。',
  'limits.imap_connections_per_address':
    '一つのアドレス（IPv6 では /64 を一つとみなします）からの IMAP の同時接続数です。メールソフトは一つで 10 本ほどまで接続を保ち、オフィス全体が一つのアドレスを共有することもあります。',
  'queue.lifetime': '配信を試み続ける時間です。これを過ぎると、失敗を差出人に通知します。',
  'queue.first_retry':
    '最初の失敗から次の試行までの、おおよその時間です。その後の間隔は、queue.longest_gap に達するまで 2 倍ずつ長くなります。',
  'queue.longest_gap': '試行の間隔の上限です。',
  'queue.delay_notice':
    'これだけの時間がたってもメッセージが待っていると、差出人に一度だけ知らせます。',
  'queue.attempts': 'このサーバーが同時に行う配信の数です（全プロセスの合計）。',
  'queue.source_addresses':
    '送信に使う、このマシンのアドレスです。ウォームアップ計画（`hikyaku warm-up`）で別に決めたものを除き、均等に使います。空ならシステムが選びます。',
};

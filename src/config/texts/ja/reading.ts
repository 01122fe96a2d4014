/** What is read: IMAP, and HTTP for this machine and for everybody. */
import type { TextsOf } from '#config/texts/texts-of';
import { LISTENS_ON, port, PROXIED, publicPort } from './listeners.ts';

export const READING_TEXTS: TextsOf<'imap' | 'imaps' | 'http' | 'https'> = {
  'imap.port': port('STARTTLS を使う IMAP の'),
  'imap.address': LISTENS_ON,
  'imap.proxy_from': PROXIED,
  'imap.time_zone':
    'IMAP でメッセージの到着日時を示すときと、SEARCH の SINCE、ON、BEFORE で日付を数えるときのタイムゾーンです。名前（`Asia/Tokyo`）で指定します。',
  'imaps.port': port('最初のオクテットから TLS を使う IMAP の'),
  'imaps.address': LISTENS_ON,
  'imaps.proxy_from': PROXIED,
  'http.port': port('稼働状態、メトリクス、次に試すことを示すページの'),
  'http.address':
    'HTTP で待ち受けるアドレスです。メトリクスと稼働状態は、このマシンの中だけのものです。',
  'http.published_address':
    'コンテナーで動かすとき、マシンがこの HTTP を公開しているアドレスです。コンテナーの中ではすべてのアドレスで待ち受けるため、誰が接続できるのかを `doctor` が知る手がかりは、これだけです。空なら http.address のとおりとみなします。',
  'http.names':
    'アドレス、localhost、ホスト名のほかに、この HTTP を呼ぶときに使える名前です。メトリクスを読むプログラムから見たコンテナーの名前などを指定します。ほかの名前への要求は拒否します。',
  'http.public_port': publicPort(
    '外部に公開する HTTP の',
    '認証局のチャレンジ（http-01）に応え、それ以外はすべて HTTPS に転送します。',
  ),
  'http.public_address': LISTENS_ON,
  'https.public_port': publicPort(
    '外部に公開する HTTPS の',
    'MTA-STS ポリシー、メールソフト向けの設定、読者が配信を停止するページを提供し、認証局のチャレンジ（tls-alpn-01）に応えます。',
  ),
  'https.public_address': LISTENS_ON,
};

/** Mail from other servers: the MX listener, how it is judged, and who is turned away. */
import type { TextsOf } from '#config/texts/texts-of';
import { LISTENS_ON, port, PROXIED } from './listeners.ts';

type Tables = 'smtp' | 'receive' | 'forward' | 'rspamd' | 'abuse';

export const RECEPTION_TEXTS: TextsOf<Tables> = {
  'smtp.port': port('ほかのサーバーからメールを受け取る SMTP（MX）の'),
  'smtp.address': LISTENS_ON,
  'smtp.proxy_from': PROXIED,
  'smtp.greet_delay':
    'MX ポートで、接続されてから最初の応答を送るまでの待ち時間です。その間に話し始めるクライアントは、迷惑メールを送るプログラムとみなして切断します。正規のクライアントも同じだけ待たされますが、素性の分かっているもの、つまり履歴が良いもの（receive.reputation）と、receive.greylist_spare または abuse.trusted にあるものは待たされません。',
  'receive.honour_dmarc':
    'DMARC に失敗したメールを、差出人のドメインがそう求めていれば、拒否するか Junk に入れます。無効なら、結果を記録するだけです。',
  'receive.spf_fail':
    'エンベロープ From のドメインの SPF レコードが接続元を禁じているメールの扱いです。note は記録するだけ、junk は Junk に入れ、reject は拒否します。署名によって DMARC に成功したメールは対象外です。エンベロープ From を書き換えない転送もこれに当たるため、reject にすると、転送されてきたメールを失います。',
  'receive.arc':
    'メッセージが経由したサーバーの封印（ARC）を検証し、信頼する転送元を経由したことの証拠として使えるようにします。',
  'receive.suspicions':
    '弱い疑いの材料（逆引き名がない、EHLO が完全なホスト名でない、SPF が softfail、Date がない、など）がこの数だけそろうと、迷惑メールとして扱います。0 なら、いくつあっても迷惑メールとはしません。',
  'receive.dns_lists':
    '接続元が載っているかを問い合わせる DNS リストで、ゾーン=扱い の形で書きます。note は記録するだけ、junk は Junk に入れ、reject は拒否します。先にリストの利用条件を読んでください。公開リゾルバーからの問い合わせを受け付けないリストが多くあります。',
  'receive.reputation':
    'メールがどう扱われたかの履歴を、ネットワークごと、および SPF か DKIM で確認できたドメインごとに残します。履歴の良い送信元はグレイリストの対象外になり、悪い送信元のメールは迷惑メールとして扱われます。履歴だけを理由に拒否することはありません。無効なら、履歴を残さず、参照もしません。',
  'receive.greylist':
    '未知の送信元からの最初のメッセージを一時的に拒否します（グレイリスト）。正規のサーバーは再送し、迷惑メールを送るプログラムの多くは再送しません。初めての相手からの最初のメールは数分遅れます。',
  'receive.greylist_delay':
    '一時的に拒否したメッセージを、再送されたときに受け取るまでの最短の時間です。',
  'receive.greylist_spare':
    'グレイリストの対象外とする相手です。接続元のネットワークやアドレス（最初の応答も待たされません。smtp.greet_delay）と、SPF か DKIM で確認できたドメイン（サブドメインを含む）を書けます。',
  'receive.patience':
    'メッセージの終わりのピリオドを受け取ったあと、まだ終わっていない問い合わせのためにクライアントを待たせる時間の上限です。それまでに分からなかったことは、不明として扱います。',
  'forward.arc_seal':
    'エイリアスからほかのホストへ転送するメールに、そのドメインの鍵で封印（ARC）を付けます。このサーバーを信頼するホストは、ここでの検査結果を知ることができます。有効なら、receive.arc と同じように、届いたメールの封印も検証します。',
  'rspamd.url':
    'メールの内容を検査する Rspamd の URL です。このマシンで動いているなら http://127.0.0.1:11333 です。空なら使いません。Rspamd が応答しない間は、検査なしで受け取ります。',
  'rspamd.learn':
    'メールボックスの持ち主が Junk に入れたメールと、Junk から出したメールを学習させる、Rspamd のコントローラーの URL です（http://127.0.0.1:11334）。空なら学習させません。',
  'rspamd.password':
    'Rspamd がパスワードを求める場合に使うパスワードです。コントローラーはたいてい求めます。',
  'rspamd.timeout':
    'Rspamd が 1 通の検査に使える時間です。receive.patience の 9 割を超えることはありません。',
  'rspamd.message_size':
    'これより大きいメッセージは Rspamd に検査させずに受け取り、学習もさせません。大きな迷惑メールはまれです。',
  'abuse.trusted':
    '接続禁止の対象にも、1 分あたりの数の制限の対象にもしないネットワーク（CIDR）です。バックアップ MX や監視用のホストなどを指定します。プライベートネットワーク、ゲートウェイ、プロキシーは、指定しなくても対象になりません。',
  'abuse.bans':
    '多くの名前でログインに失敗する、宛先を手当たり次第に探る、プロトコルに違反する、最初の応答を待たずに話し始める、といったアドレスからの接続を拒否します。拒否する時間は、繰り返すたびに長くなります。無効なら、手動の接続禁止（`hikyaku ban`）だけが働きます。',
  'abuse.connections_a_minute':
    '一つのアドレス（IPv6 では /64 を一つとみなします）から 1 分間に受け付ける、SMTP と IMAP の接続の数です。そのネットワーク（/24、/48）全体では 3 倍まで受け付けます。0 なら制限しません。',
  'abuse.messages_a_minute':
    '一つのアドレスから MX ポートで 1 分間に受け取るメッセージの数です。そのネットワーク全体では 3 倍まで受け取り、超えた分は一時的に拒否します。0 なら制限しません。',
  'abuse.recipients_a_minute':
    '一つのアドレスから MX ポートで 1 分間に受け付ける宛先の数です。そのネットワーク全体では 3 倍まで受け付け、超えた分は一時的に拒否します。0 なら制限しません。',
};

/** Keys and certificates: DKIM, TLS, ACME. */
import type { TextsOf } from '#config/texts/texts-of';

export const CERTIFICATE_TEXTS: TextsOf<'dkim' | 'tls' | 'acme'> = {
  'dkim.rotate_every':
    'ドメインの DKIM 鍵を次の鍵に替えるまでの時間です。時期が来ると、登録すべきレコードが `hikyaku domain dns` に表示され、DNS で確認できてから新しい鍵で署名します。0 なら、`hikyaku dkim rotate` を実行したときにだけ替えます。',
  'tls.certificate':
    '証明書チェーンの PEM ファイルです。空なら ACME（acme.directory）で取得し、取得できるまではデータフォルダーの自己署名証明書を使います。',
  'tls.key': '証明書の秘密鍵の PEM ファイルです。',
  'tls.session_tickets':
    'クライアントがチケットで TLS セッションを再開できるようにします。STARTTLS の直後に切断するクライアントがあれば、無効にします。TLS 1.3 はチケットなしでは使えないため、無効にすると TLS 1.2 までになります。',
  'acme.directory':
    'ACME で証明書を発行してもらう認証局です。ディレクトリーの https の URL か、letsencrypt、staging（Let’s Encrypt の試験用で、その証明書はどこからも信頼されません）、off のいずれかを書きます。',
  'acme.terms_agreed':
    '認証局の利用規約を読み、同意したことを示します。同意するまで、証明書は注文しません。Let’s Encrypt の規約：https://letsencrypt.org/repository/',
  'acme.contact':
    '認証局のアカウントに登録するメールアドレスです。問題があるとき、認証局から連絡が来ることがあります。空なら登録しません。',
  'acme.challenge':
    '名前が自分のものであることを証明する方法です。http-01 には外部に開いた 80 番ポート、tls-alpn-01 には 443 番ポート、dns-01 には DNS に書き込むコマンド（acme.dns_hook）が必要です。',
  'acme.key_type':
    '証明書の鍵の種類です。ecdsa は P-256、rsa は 2048 ビットで、古いクライアントのためのものです。',
  'acme.same_key':
    '更新のときに今の鍵を使い続け、その鍵の TLSA レコード（DANE）が正しいままになるようにします。`hikyaku certificate renew --new-key` で次の鍵に替わります。次の鍵のレコードは、早い時期から `hikyaku certificate show` で確かめられます。',
  'acme.dns_hook':
    'DNS に TXT レコードを追加し、削除するプログラムと、その引数です。シェルを通さずに実行します。環境変数 ACME_ACTION は add か remove で、どのレコードかは ACME_NAME と ACME_VALUE で分かります。引数に空白やコンマが含まれるときは、hikyaku.toml に配列で書きます。',
  'acme.dns_hook_timeout': 'acme.dns_hook のコマンドが使える時間です。',
  'acme.dns_patience':
    'acme.dns_hook のコマンドが書いたレコードを、ゾーンのネームサーバーが返すようになるまで待つ時間の上限です。',
  'acme.eab_key_id':
    '認証局が既存のアカウントとの結び付け（external account binding）を求める場合の、そのアカウントの識別子です。',
  'acme.eab_mac_key': 'acme.eab_key_id のアカウントの MAC 鍵です。base64url で書きます。',
  'acme.ca_file':
    '認証局のサーバー自体を検証するルート証明書の PEM ファイルです。自前の認証局を使う場合に指定します。空なら、Node.js に含まれるものを使います。',
};

/** Whom and what the doctor asks. */
import type { TextsOf } from '#config/texts/texts-of';

export const DOCTOR_TEXTS: TextsOf<'doctor'> = {
  'doctor.addresses':
    '外から見たこのホストの公開アドレスです。NAT の内側にあるなど、インターフェースがそのアドレスを持たないときに指定します。空なら queue.source_addresses、それも空ならインターフェースのアドレスを使います。',
  'doctor.public_resolver':
    '`doctor` が併せて問い合わせる、外部のリゾルバー（アドレス:ポート）です。間違いなのか、まだ行き渡っていないだけなのかを見分けるために使います。あなたのドメインの名前が、そのリゾルバーに知られます。空なら問い合わせません。',
  'doctor.time_server': '`doctor` が時計を比べる相手の時刻サーバー（SNTP）です。空なら比べません。',
  'doctor.mail_exchanges':
    '外への 25 番ポートが開いているかを確かめるために、`doctor` がメールサーバー（MX）に接続してみるドメインです。最初の応答を読むだけで、メールは送りません。',
  'doctor.dns_lists':
    '`doctor` がこのサーバーの掲載を調べる DNS リストです。載っていることの重大さに応じて、ゾーン=major または ゾーン=minor と書きます。ドメインを載せるリストは domain:ゾーン=major と書きます。先にリストの利用条件を読んでください。公開リゾルバーからの問い合わせを受け付けないリストが多くあります。',
  'doctor.rdap':
    'レジストリーの RDAP サーバーの一覧（RFC 9224）がある場所です。ドメインがいつから登録されているかを調べるために使います。空なら調べません。',
  'doctor.node_releases':
    'Node.js のリリースの一覧がある場所です。今の版の脆弱性を直した版が出ていないかを調べます。空なら調べません。',
  'doctor.releases':
    'Hikyaku のリリースの一覧がある場所です。形式は Node.js の一覧と同じで、`version` と `security` を持つオブジェクトの配列です。空なら調べません。',
  'doctor.probe':
    '`doctor` の求めに応じてこのホストに接続する、別のホストにあるページの https の URL です。クエリーに `host` と `port` を付けて取得するので、そのポートが応答すれば 200、しなければ 502 か 504 を、text/plain で返すようにします。空なら、外からは調べません。',
  'doctor.issuer':
    'CAA レコードに書く認証局の名前です。DNS レコードの計画（`hikyaku domain dns`）と `doctor` が使います。acme.directory を変えるときは、これも変えてください。空なら、計画に CAA レコードを含めません。',
  'doctor.documentation':
    '`doctor` が案内する文書を公開している場所です。doctor.md のあるフォルダーで終わる https の URL を指定します。空なら、インストールした docs フォルダーを案内します。',
  'doctor.daily':
    '1 日に一度、ノードの一つがこのサーバーを診断し、前回の通知から変わったことがあれば postmaster に知らせます。',
};
